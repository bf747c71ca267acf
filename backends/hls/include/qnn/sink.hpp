/// Results leave the design: every element is widened to whole bytes, in the layout of source.hpp.
///
/// Shape: Element, LANES; BYTES of an element; WORDS of a frame; PORT_BYTES of a word of the port.
/// If the last word of the port is incomplete, it takes one more iteration: once for all frames, or
/// once for each frame if frames are ALIGNED, which means that each begins with a word of the port.
#ifndef QNN_SINK_HPP
#define QNN_SINK_HPP

#include "qnn/gather.hpp"

namespace qnn {

/// The numbers of a word as integers of whole bytes, with their sign extended.
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
    hls::stream<ap_uint<8 * Shape::PORT_BYTES> >& port, unsigned frames
) {
    const unsigned parts = ALIGNED ? frames : (frames > 0 ? 1 : 0);
    GatherBuffer<8 * Shape::LANES * Shape::BYTES, 8 * Shape::PORT_BYTES> held;
    Counter<Shape::WORDS> word;
    unsigned frame = 0;
    bool ending = false;
    for (unsigned part = 0; part < parts;) {
#pragma HLS PIPELINE II = 1 style = flp
        if (!held.ready() && !ending) {
            held.put(with_padding<typename Shape::Element, Shape::LANES, Shape::BYTES>(words.read()));
            if (word.next()) {
                ++frame;
                ending = ALIGNED || frame == frames;
            }
        }
        if (held.ready() || ending) port.write(held.take());
        if (!ending || !held.empty()) continue;
        ending = false;
        ++part;
    }
}

}  // namespace qnn

#endif
