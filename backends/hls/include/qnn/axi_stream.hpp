/// AXI streams at the ports: each frame begins with a new word, and its last word has TLAST set.
///
/// TKEEP is set for every byte of a word; bytes after the end of a frame are zero, or ignored.
#ifndef QNN_AXI_STREAM_HPP
#define QNN_AXI_STREAM_HPP

#include "qnn/counter.hpp"

#include <ap_axi_sdata.h>

namespace qnn {

/// The data of a port in one cycle, without USER, ID and DEST.
template <int BITS>
using Beat = ap_axiu<BITS, 0, 0, 0>;

/// Receives frames of WORDS each; the lowest bits of a beat are a word.
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
