/// Repeats words from a memory that is filled once, before the first frame.
///
/// Shape: WORDS, each of ROWS times BITS; TIMES for each frame. The memory is UltraRAM, which has no
/// contents at start-up on most devices.
#ifndef QNN_REPEAT_HPP
#define QNN_REPEAT_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

template <typename Shape>
void repeat(
    hls::stream<ap_uint<Shape::BITS * Shape::ROWS> >& once,
    hls::stream<ap_uint<Shape::BITS * Shape::ROWS> >& words, unsigned frames
) {
    static ap_uint<Shape::BITS * Shape::ROWS> kept[Shape::WORDS];
#pragma HLS BIND_STORAGE variable = kept type = ram_s2p impl = uram
    for (unsigned i = 0; i < Shape::WORDS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        kept[i] = once.read();
    }
    Counter<Shape::WORDS> address;
    Counter<Shape::TIMES> time;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        words.write(kept[address]);
        if (address.next() && time.next()) ++frame;
    }
}

}  // namespace qnn

#endif
