/// Carries a stream to another device.
#ifndef QNN_LINK_HPP
#define QNN_LINK_HPP

#include "qnn/axis.hpp"
#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// WORDS make up a frame.
template <unsigned WORDS, int BITS>
void link(hls::stream<ap_uint<BITS> >& here, hls::stream<ap_uint<BITS> >& there, unsigned frames) {
    Counter<WORDS> word;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        there.write(here.read());
        if (word.next()) ++frame;
    }
}

/// Takes words from another device, WORDS of a frame, each in whole bytes of a beat.
template <unsigned WORDS, int BITS, int WIDTH>
void arrive(
    hls::stream<Beat<WIDTH> >& port, hls::stream<ap_uint<BITS> >& words, unsigned frames
) {
    receive<WORDS>(port, words, frames);
}

/// Sends words to another device; the last one of a frame is marked.
template <unsigned WORDS, int BITS, int WIDTH>
void depart(
    hls::stream<ap_uint<BITS> >& words, hls::stream<Beat<WIDTH> >& port, unsigned frames
) {
    send<WORDS>(words, port, frames);
}

}  // namespace qnn

#endif
