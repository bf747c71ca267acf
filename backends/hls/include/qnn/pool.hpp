/// Pooling: the maximum or the sum of each channel over a patch, ordered by channel.
///
/// Shape: Input, Output; LANES channels in a word; PIXELS pixels in a word of the patch; STEPS
/// words for each word of the result; WORDS of the result in a frame.
#ifndef QNN_POOL_HPP
#define QNN_POOL_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// The larger of two numbers.
struct Maximum {
    template <typename Value, typename Element>
    static Value join(const Value& before, const Element& next) {
#pragma HLS INLINE
        return before < next ? Value(next) : before;
    }
};

struct Total {
    template <typename Value, typename Element>
    static Value join(const Value& before, const Element& next) {
#pragma HLS INLINE
        return before + next;
    }
};

template <typename Shape, typename Join>
void pool(
    hls::stream<Word<typename Shape::Input, Shape::LANES * Shape::PIXELS> >& patches,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& pooled, unsigned frames
) {
    typename Shape::Output::Value kept[Shape::LANES];
#pragma HLS ARRAY_PARTITION variable = kept complete
    Counter<Shape::STEPS> step;
    Counter<Shape::WORDS> place;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Input, Shape::LANES * Shape::PIXELS> word = patches.read();
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            typename Shape::Output::Value joined = lane<typename Shape::Input>(word, c);
            for (unsigned pixel = 1; pixel < Shape::PIXELS; ++pixel) {
#pragma HLS UNROLL
                joined = Join::join(joined, lane<typename Shape::Input>(word, pixel * Shape::LANES + c));
            }
            kept[c] = step == 0 ? joined : Join::join(kept[c], joined);
            set_lane<typename Shape::Output>(result, c, kept[c]);
        }
        if (!step.next()) continue;
        pooled.write(result);
        if (place.next()) ++frame;
    }
}

}  // namespace qnn

#endif
