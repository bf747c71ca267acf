/// Carries a stream to another device.
#ifndef QNN_LINK_HPP
#define QNN_LINK_HPP

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

}  // namespace qnn

#endif
