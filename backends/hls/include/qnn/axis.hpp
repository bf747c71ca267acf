/// AXI streams at the ports: each frame begins with a new word, and its last word is marked (TLAST).
///
/// Every byte of a word is kept (TKEEP): those behind the end of a frame are zero, or not looked at.
#ifndef QNN_AXIS_HPP
#define QNN_AXIS_HPP

#include "qnn/counter.hpp"

#include <ap_axi_sdata.h>

namespace qnn {

/// What passes a port in one cycle, with no other side channels.
template <int BITS>
using Beat = ap_axiu<BITS, 0, 0, 0>;

/// Takes in frames of WORDS each; the lowest bits of a beat are a word.
template <unsigned WORDS, int BITS, int WIDTH>
void receive(hls::stream<Beat<WIDTH> >& port, hls::stream<ap_uint<BITS> >& words, unsigned frames) {
    Counter<WORDS> word;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        words.write(ap_uint<BITS>(port.read().data));
        if (word.next()) ++frame;
    }
}

/// Sends frames of WORDS each.
template <unsigned WORDS, int BITS, int WIDTH>
void send(hls::stream<ap_uint<BITS> >& words, hls::stream<Beat<WIDTH> >& port, unsigned frames) {
    Counter<WORDS> word;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        Beat<WIDTH> beat;
        beat.data = words.read();
        beat.keep = -1;
        beat.strb = -1;
        beat.last = word.last();
        port.write(beat);
        if (word.next()) ++frame;
    }
}

}  // namespace qnn

#endif
