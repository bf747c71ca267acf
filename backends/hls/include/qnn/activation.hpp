/// The activation of a sum: a bias and thresholds, both optional.
///
/// An activation's `apply` takes the sum, the group of channels it belongs to, its place in the
/// group, and the memories of the bias, the descending flags and the thresholds, in this order.
/// Memories have an address for each group, and a word for each place.
#ifndef QNN_ACTIVATION_HPP
#define QNN_ACTIVATION_HPP

#include "qnn/sum.hpp"

namespace qnn {

/// The sum itself.
struct Pass {
    template <typename Sum>
    static Sum apply(const Sum& sum, unsigned, unsigned) {
#pragma HLS INLINE
        return sum;
    }
};

/// Adds a constant of each channel; the type of the sum has room for it.
template <typename Bias, typename Next>
struct Biased {
    template <typename Sum, int GROUPS, int LANES, typename... Memories>
    static auto apply(
        const Sum& sum, unsigned group, unsigned place,
        const ap_uint<Bias::BITS> (&bias)[GROUPS][LANES], const Memories&... memories
    ) {
#pragma HLS INLINE
        const Sum total = sum + Bias::decode(bias[group][place]);
        return Next::apply(total, group, place, memories...);
    }
};

/// The level of a result: OFFSET plus the number of thresholds reached.
template <int STEPS, long long OFFSET>
struct Level {
    typedef ap_int<bits_for(STEPS + 1ull + (OFFSET < 0 ? 0ull - OFFSET : OFFSET)) + 2> Value;
    static Value of(const ap_uint<bits_for(STEPS + 1)>& reached) {
#pragma HLS INLINE
        return Value(reached) + OFFSET;
    }
};

/// The sign of a result with one threshold.
struct Sign {
    typedef ap_int<2> Value;
    static Value of(const ap_uint<1>& reached) {
#pragma HLS INLINE
        return reached == 1 ? Value(1) : Value(-1);
    }
};

/// Thresholds: Comparison::reached is the number of thresholds that a sum reaches.
template <typename Comparison, typename Result>
struct Stepped {
    template <typename Sum, typename... Thresholds>
    static typename Result::Value apply(
        const Sum& sum, unsigned group, unsigned place, const Thresholds&... thresholds
    ) {
#pragma HLS INLINE
        return Result::of(Comparison::reached(sum, group, place, thresholds...));
    }
};

/// In a marked channel, the thresholds that the sum does not reach are counted.
template <typename Comparison>
struct Descending {
    static const int STEPS = Comparison::STEPS;

    template <typename Sum, int GROUPS, int LANES, typename... Thresholds>
    static ap_uint<bits_for(STEPS + 1)> reached(
        const Sum& sum, unsigned group, unsigned place, const ap_uint<1> (&marks)[GROUPS][LANES],
        const Thresholds&... thresholds
    ) {
#pragma HLS INLINE
        const ap_uint<bits_for(STEPS + 1)> count =
            Comparison::reached(sum, group, place, thresholds...);
        return marks[group][place] == 1 ? decltype(count)(STEPS - count) : count;
    }
};

/// Compares all thresholds of a channel in parallel; one row may be shared by all channels.
template <typename Threshold, int COUNT>
struct Compared {
    static const int STEPS = COUNT;

    template <typename Sum, int GROUPS, int LANES>
    static ap_uint<bits_for(STEPS + 1)> reached(
        const Sum& sum, unsigned group, unsigned place,
        const Word<Threshold, STEPS> (&thresholds)[GROUPS][LANES]
    ) {
#pragma HLS INLINE
        const Word<Threshold, STEPS> row =
            thresholds[GROUPS == 1 ? 0 : group][LANES == 1 ? 0 : place];
        ap_uint<STEPS> flags;
        for (unsigned i = 0; i < STEPS; ++i) {
#pragma HLS UNROLL
            flags[i] = sum >= lane<Threshold>(row, i);
        }
        return ones(flags);
    }
};

/// A binary search: one comparison on each level, which has a memory of its own.
///
/// The memory of level l holds 2^l thresholds of each channel: each halves an interval that the
/// previous levels leave. The last threshold is repeated to fill the levels.
template <typename Threshold, int COUNT>
struct Searched {
    static const int STEPS = COUNT;

    template <typename Sum, typename... Levels>
    static ap_uint<bits_for(STEPS + 1)> reached(
        const Sum& sum, unsigned group, unsigned place, const Levels&... levels
    ) {
#pragma HLS INLINE
        const auto found = search(sum, group, place, 0, levels...);
        return found < STEPS ? found : decltype(found)(STEPS);
    }

    template <typename Sum>
    static ap_uint<bits_for(STEPS + 1)> search(const Sum&, unsigned, unsigned, unsigned found) {
        return found;
    }

    template <typename Sum, int GROUPS, int LANES, int SIZE, typename... Levels>
    static ap_uint<bits_for(STEPS + 1)> search(
        const Sum& sum, unsigned group, unsigned place, unsigned found,
        const ap_uint<Threshold::BITS> (&level)[GROUPS][LANES][SIZE], const Levels&... levels
    ) {
#pragma HLS INLINE
        const auto code = level[GROUPS == 1 ? 0 : group][place][found];
        const unsigned next = 2 * found + (sum >= Threshold::decode(code) ? 1 : 0);
        return search(sum, group, place, next, levels...);
    }
};

}  // namespace qnn

#endif
