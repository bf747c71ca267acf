/// Reads and writes the words of a run whose parts are in several streams, one part after
/// another.
#ifndef QNN_RUN_PARTS_HPP
#define QNN_RUN_PARTS_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// The words of a run: the sum of the words of its parts.
template <unsigned WIDTH>
constexpr unsigned total() {
    return WIDTH;
}

template <unsigned WIDTH, unsigned NEXT, unsigned... WIDTHS>
constexpr unsigned total() {
    return WIDTH + total<NEXT, WIDTHS...>();
}

/// Selects the stream of the part to which the word at a place of a run belongs.
template <int BITS>
struct RunParts {
    typedef hls::stream<ap_uint<BITS> > Stream;

    template <unsigned WIDTH>
    static ap_uint<BITS> read(unsigned, Stream& last) {
#pragma HLS INLINE
        return last.read();
    }

    template <unsigned WIDTH, unsigned... WIDTHS, typename... Parts>
    static ap_uint<BITS> read(unsigned place, Stream& part, Stream& next, Parts&... parts) {
#pragma HLS INLINE
        if (place < WIDTH) return part.read();
        return read<WIDTHS...>(place - WIDTH, next, parts...);
    }

    template <unsigned WIDTH>
    static void write(unsigned, const ap_uint<BITS>& word, Stream& last) {
#pragma HLS INLINE
        last.write(word);
    }

    template <unsigned WIDTH, unsigned... WIDTHS, typename... Parts>
    static void write(
        unsigned place, const ap_uint<BITS>& word, Stream& part, Stream& next, Parts&... parts
    ) {
#pragma HLS INLINE
        if (place < WIDTH) {
            part.write(word);
        } else {
            write<WIDTHS...>(place - WIDTH, word, next, parts...);
        }
    }
};

}  // namespace qnn

#endif
