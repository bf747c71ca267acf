/// Counters of the fewest bits.
#ifndef QNN_COUNTER_HPP
#define QNN_COUNTER_HPP

#include "qnn/types.hpp"

namespace qnn {

/// Counts 0, 1, ..., SIZE - 1 and starts again.
template <Count SIZE>
struct Counter {
    ap_uint<bits_for(SIZE)> value = 0;

    operator unsigned() const { return unsigned(value); }

    bool last() const { return value == SIZE - 1; }

    /// Increments the counter; true if it starts again at 0.
    bool next() {
#pragma HLS INLINE
        const bool round = last();
        value = round ? ap_uint<bits_for(SIZE)>(0) : ap_uint<bits_for(SIZE)>(value + 1);
        return round;
    }
};

}  // namespace qnn

#endif
