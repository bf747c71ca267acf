/// A buffer that gathers words of one width into words of another, in pieces that divide both.
#ifndef QNN_GATHER_HPP
#define QNN_GATHER_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

template <int IN, int OUT>
struct GatherBuffer {
    static const int PIECE = common_divisor(IN, OUT);
    static const unsigned PUT = IN / PIECE, TAKEN = OUT / PIECE;

    typedef ap_uint<bits_for(PUT + TAKEN + 1)> Pieces;

    ap_uint<IN + OUT> bits = 0;
    Pieces pieces = 0;

    bool ready() const { return pieces >= TAKEN; }
    bool empty() const { return pieces == 0; }

    /// Appends a word. Since words are taken as soon as they are complete, it goes to one of few
    /// places.
    void put(const ap_uint<IN>& word) {
#pragma HLS INLINE
        for (unsigned place = 0; place < TAKEN; ++place) {
#pragma HLS UNROLL
            if (pieces == place) bits.range(place * PIECE + IN - 1, place * PIECE) = word;
        }
        pieces += PUT;
    }

    /// Removes and returns a word, or the rest of one.
    ap_uint<OUT> take() {
#pragma HLS INLINE
        const ap_uint<OUT> word = bits;
        bits >>= OUT;
        pieces = ready() ? Pieces(pieces - TAKEN) : Pieces(0);
        return word;
    }

    void clear() {
#pragma HLS INLINE
        bits = 0;
        pieces = 0;
    }
};

}  // namespace qnn

#endif
