/// Links to other devices: the ends of a link, and a mark on a channel that is to cross one.
#ifndef QNN_LINK_HPP
#define QNN_LINK_HPP

#include "qnn/axi_stream.hpp"
#include "qnn/repack.hpp"

namespace qnn {

/// Passes the words of a channel on that is to cross to another device; WORDS are those of a frame.
template <unsigned WORDS, int BITS>
void link(hls::stream<ap_uint<BITS> >& here, hls::stream<ap_uint<BITS> >& there, unsigned frames) {
    pass_through<WORDS>(here, there, frames);
}

/// Receives words from another device, WORDS of a frame, each in whole bytes of a beat.
template <unsigned WORDS, int BITS, int WIDTH>
void link_source(
    hls::stream<Beat<WIDTH> >& port, hls::stream<ap_uint<BITS> >& words, unsigned frames
) {
    receive<WORDS>(port, words, frames);
}

/// Sends words to another device; the last word of a frame has TLAST set.
template <unsigned WORDS, int BITS, int WIDTH>
void link_sink(
    hls::stream<ap_uint<BITS> >& words, hls::stream<Beat<WIDTH> >& port, unsigned frames
) {
    send<WORDS>(words, port, frames);
}

}  // namespace qnn

#endif
