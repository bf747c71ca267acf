/// Where results leave: every element is given whole bytes; the layout is that of source.hpp.
///
/// Shape: Element, LANES; BYTES of an element; WORDS of a frame; PORT_BYTES of a word of the port.
/// One iteration after the last writes what is left.
#ifndef QNN_SINK_HPP
#define QNN_SINK_HPP

#include "qnn/memory.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// The numbers of a word as integers of whole bytes, negative ones with their sign.
template <typename Element, int LANES, int BYTES>
ap_uint<8 * LANES * BYTES> with_padding(const Word<Element, LANES>& word) {
#pragma HLS INLINE
    ap_uint<8 * LANES * BYTES> bytes;
    for (unsigned i = 0; i < LANES; ++i) {
#pragma HLS UNROLL
        set_field<8 * BYTES>(bytes, i, ap_uint<8 * BYTES>(lane<Element>(word, i)));
    }
    return bytes;
}

template <typename Shape>
void sink(
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& words,
    hls::stream<ap_uint<8 * Shape::PORT_BYTES> >& port, Count frames
) {
    const unsigned TAKEN = Shape::LANES * Shape::BYTES, GIVEN = Shape::PORT_BYTES;
    const Count words_in = frames * Shape::WORDS, words_out = words_for(words_in * TAKEN, GIVEN);
    const Count iterations = (TAKEN < GIVEN ? words_in : words_out) + 1;
    ap_uint<8 * (Shape::PORT_BYTES + Shape::LANES * Shape::BYTES)> held = 0;
    unsigned bytes = 0;
    Count read = 0;
    for (Count i = 0; i < iterations; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        if (bytes < GIVEN && read < words_in) {
            const auto word =
                with_padding<typename Shape::Element, Shape::LANES, Shape::BYTES>(words.read());
            held |= decltype(held)(word) << (8 * bytes);
            bytes += TAKEN;
            ++read;
        }
        if (bytes < GIVEN && (bytes == 0 || read < words_in || i + 1 < iterations)) continue;
        port.write(ap_uint<8 * Shape::PORT_BYTES>(held));
        held >>= 8 * GIVEN;
        bytes = bytes < GIVEN ? 0 : bytes - GIVEN;
    }
}

}  // namespace qnn

#endif
