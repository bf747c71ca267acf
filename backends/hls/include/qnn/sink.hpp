/// Where results leave: every element is given whole bytes; the layout is that of source.hpp.
///
/// Shape: Element, LANES; BYTES of an element; WORDS of a frame; PORT_BYTES of a word of the port.
/// One iteration after the last writes what is left; ALIGNED frames each begin with a word of the
/// port, and have that iteration each.
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

template <typename Shape, bool ALIGNED = false>
void sink(
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& words,
    hls::stream<ap_uint<8 * Shape::PORT_BYTES> >& port, Count frames
) {
    const unsigned TAKEN = Shape::LANES * Shape::BYTES, GIVEN = Shape::PORT_BYTES;
    const Count parts = ALIGNED ? frames : 1, words_in = (ALIGNED ? 1 : frames) * Shape::WORDS;
    const Count words_out = words_for(words_in * TAKEN, GIVEN);
    const Count iterations = (TAKEN < GIVEN ? words_in : words_out) + 1;
    ap_uint<8 * (Shape::PORT_BYTES + Shape::LANES * Shape::BYTES)> held = 0;
    unsigned bytes = 0;
    Count read = 0, iteration = 0;
    for (Count i = 0; i < parts * iterations; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        if (bytes < GIVEN && read < words_in) {
            const auto word =
                with_padding<typename Shape::Element, Shape::LANES, Shape::BYTES>(words.read());
            held |= decltype(held)(word) << (8 * bytes);
            bytes += TAKEN;
            ++read;
        }
        const bool last = ++iteration == iterations;
        if (last) {
            iteration = 0;
            read = 0;
        }
        if (bytes < GIVEN && (bytes == 0 || !last)) continue;
        port.write(ap_uint<8 * Shape::PORT_BYTES>(held));
        held >>= 8 * GIVEN;
        bytes = bytes < GIVEN ? 0 : bytes - GIVEN;
    }
}

}  // namespace qnn

#endif
