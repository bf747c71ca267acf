/// Thresholds on their own: passes every element through an activation.
///
/// Shape: Input, Output; Activation; LANES; GROUPS (words of a pixel); WORDS of a frame.
#ifndef QNN_THRESHOLD_HPP
#define QNN_THRESHOLD_HPP

#include "qnn/activation.hpp"
#include "qnn/counter.hpp"

namespace qnn {

template <typename Shape, typename... Memories>
void threshold(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& numbers,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& levels, unsigned frames,
    const Memories&... memories
) {
    Counter<Shape::GROUPS> group;
    Counter<Shape::WORDS / Shape::GROUPS> pixel;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Input, Shape::LANES> word = numbers.read();
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            const auto number = lane<typename Shape::Input>(word, c);
            const auto level = Shape::Activation::apply(number, group, c, memories...);
            set_lane<typename Shape::Output>(result, c, level);
        }
        levels.write(result);
        if (group.next() && pixel.next()) ++frame;
    }
}

}  // namespace qnn

#endif
