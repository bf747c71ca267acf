/// Frames enter the design: elements of whole bytes are packed into words.
///
/// Shape: Element, LANES; BYTES of an element; WORDS of a frame; PORT_BYTES of a word of the port.
///
/// The host's layout: the elements of a frame in order, each a little-endian integer of 1, 2, 4 or
/// 8 bytes, and frame after frame without a gap; the last word of the port is padded. An iteration
/// reads at most one word of the port and writes at most one word of the design, and as many
/// iterations are needed as the larger of both counts. ALIGNED frames each begin with a word of the
/// port; the port sends TIMES frames for each frame of the design.
#ifndef QNN_SOURCE_HPP
#define QNN_SOURCE_HPP

#include "qnn/gather.hpp"

namespace qnn {

/// The elements of a word, from integers of BYTES each.
template <typename Element, int LANES, int BYTES, int WIDTH>
Word<Element, LANES> without_padding(const ap_uint<WIDTH>& bytes) {
#pragma HLS INLINE
    Word<Element, LANES> word;
    for (unsigned i = 0; i < LANES; ++i) {
#pragma HLS UNROLL
        set_lane<Element>(word, i, ap_int<8 * BYTES>(bytes >> (i * 8 * BYTES)));
    }
    return word;
}

template <typename Shape, bool ALIGNED = false, unsigned TIMES = 1>
void source(
    hls::stream<ap_uint<8 * Shape::PORT_BYTES> >& port,
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& words, unsigned frames
) {
    GatherBuffer<8 * Shape::PORT_BYTES, 8 * Shape::LANES * Shape::BYTES> held;
    Counter<Shape::WORDS> word;
    for (Count frame = 0; frame < Count(frames) * TIMES;) {
#pragma HLS PIPELINE II = 1 style = flp
        if (!held.ready()) held.put(port.read());
        if (!held.ready()) continue;
        words.write(without_padding<typename Shape::Element, Shape::LANES, Shape::BYTES>(held.take()));
        if (!word.next()) continue;
        if (ALIGNED) held.clear();
        ++frame;
    }
}

}  // namespace qnn

#endif
