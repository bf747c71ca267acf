/// Where frames enter: elements come in whole bytes, and are put side by side.
///
/// Shape: Element, LANES; BYTES of an element; WORDS of a frame; PORT_BYTES of a word of the port.
///
/// The host's layout: the elements of a frame in order, each a little-endian integer of 1, 2, 4 or 8
/// bytes, frame after frame with nothing in between; the last word of the port is filled up. An
/// iteration takes in one word of the port at most, and no more are needed than the port's words or
/// those of the frames, whichever are more. ALIGNED frames each begin with a word of the port;
/// with TIMES so many frames come for one of the design.
#ifndef QNN_SOURCE_HPP
#define QNN_SOURCE_HPP

#include "qnn/gather.hpp"

namespace qnn {

/// The elements whose numbers stand in so many bytes each.
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
    Gathered<8 * Shape::PORT_BYTES, 8 * Shape::LANES * Shape::BYTES> held;
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
