/// Cuts the same elements into words of another width: wider, narrower, or of any ratio.
#ifndef QNN_RESIZE_HPP
#define QNN_RESIZE_HPP

#include "qnn/word.hpp"

namespace qnn {

/// Several words of the input make up one of WORDS words of a frame.
template <unsigned WORDS, int IN, int OUT>
void widen(hls::stream<ap_uint<IN> >& narrow, hls::stream<ap_uint<OUT> >& wide, Count frames) {
    const unsigned PARTS = OUT / IN;
    ap_uint<OUT> word = 0;
    unsigned part = 0;
    for (Count i = 0; i < frames * WORDS * PARTS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        word >>= IN;
        set_field<IN>(word, PARTS - 1, narrow.read());
        if (++part < PARTS) continue;
        part = 0;
        wide.write(word);
    }
}

/// Each of WORDS words of a frame makes several words of the output.
template <unsigned WORDS, int IN, int OUT>
void narrow(hls::stream<ap_uint<IN> >& wide, hls::stream<ap_uint<OUT> >& narrow, Count frames) {
    const unsigned PARTS = IN / OUT;
    ap_uint<IN> word = 0;
    unsigned part = 0;
    for (Count i = 0; i < frames * WORDS * PARTS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        if (part == 0) word = wide.read();
        narrow.write(ap_uint<OUT>(word));
        word >>= OUT;
        part = part + 1 == PARTS ? 0 : part + 1;
    }
}

/// Neither width divides the other; ITERATIONS are the words of a frame on the narrower side.
template <unsigned ITERATIONS, int IN, int OUT>
void regroup(hls::stream<ap_uint<IN> >& before, hls::stream<ap_uint<OUT> >& after, Count frames) {
    ap_uint<IN + OUT> held = 0;
    unsigned bits = 0;
    for (Count i = 0; i < frames * ITERATIONS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        if (bits < OUT) {
            held |= ap_uint<IN + OUT>(before.read()) << bits;
            bits += IN;
        }
        if (bits >= OUT) {
            after.write(ap_uint<OUT>(held));
            held >>= OUT;
            bits -= OUT;
        }
    }
}

}  // namespace qnn

#endif
