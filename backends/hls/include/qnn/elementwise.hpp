/// Passes every element of a stream through an activation.
#ifndef QNN_ELEMENTWISE_HPP
#define QNN_ELEMENTWISE_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// Shape: Input, Output; LANES; GROUPS (words of a pixel); WORDS of a frame.
template <typename Shape, typename Activation, typename... Memories>
void elementwise(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& from,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& to, unsigned frames,
    const Memories&... memories
) {
    Counter<Shape::GROUPS> group;
    Counter<Shape::WORDS / Shape::GROUPS> pixel;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Input, Shape::LANES> word = from.read();
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            const auto number = lane<typename Shape::Input>(word, c);
            const auto value = Activation::apply(number, group, c, memories...);
            set_lane<typename Shape::Output>(result, c, value);
        }
        to.write(result);
        if (group.next() && pixel.next()) ++frame;
    }
}

}  // namespace qnn

#endif
