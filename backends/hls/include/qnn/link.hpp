/// Carries a stream to another device.
#ifndef QNN_LINK_HPP
#define QNN_LINK_HPP

#include "qnn/word.hpp"

namespace qnn {

/// WORDS make up a frame.
template <unsigned WORDS, int BITS>
void link(hls::stream<ap_uint<BITS> >& here, hls::stream<ap_uint<BITS> >& there, Count frames) {
    for (Count i = 0; i < frames * WORDS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        there.write(here.read());
    }
}

}  // namespace qnn

#endif
