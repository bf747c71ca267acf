/// Depthwise layers: every channel of a patch times its own weights; patches come by channel.
///
/// Shape: Input, Weight, Sum, Output (types); Multiplier; Activation; PE channels and SIMD pixels of
/// the kernel in a word; STEPS (taps / SIMD), FOLDS (channels / PE), VECTORS (patches) of a frame.
#ifndef QNN_DEPTHWISE_HPP
#define QNN_DEPTHWISE_HPP

#include "qnn/matvec.hpp"

namespace qnn {

/// What a word holds of one channel: pixels stand one behind the other, each with PE channels.
template <typename Element, int PE, int SIMD>
Word<Element, SIMD> pixels_of(const Word<Element, PE * SIMD>& word, unsigned channel) {
#pragma HLS INLINE
    Word<Element, SIMD> pixels;
    for (unsigned i = 0; i < SIMD; ++i) {
#pragma HLS UNROLL
        set_field<Element::BITS>(pixels, i, field<Element::BITS>(word, i * PE + channel));
    }
    return pixels;
}

template <typename Shape, typename Weights, typename... Memories>
void depthwise(
    hls::stream<Word<typename Shape::Input, Shape::PE * Shape::SIMD> >& patches,
    hls::stream<Word<typename Shape::Output, Shape::PE> >& results, unsigned frames, Weights& weights,
    const Memories&... memories
) {
    typedef Word<typename Shape::Weight, Shape::SIMD> WeightWord;
    typedef Dot<typename Shape::Weight, typename Shape::Input, typename Shape::Multiplier, Shape::SIMD>
        Channel;
    typename Shape::Sum::Value sums[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = sums complete
    Counter<Shape::STEPS> step;
    Counter<Shape::FOLDS> fold;
    Counter<Shape::FOLDS * Shape::STEPS> address;
    Counter<Shape::VECTORS> vector;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Input, Shape::PE * Shape::SIMD> word = patches.read();
        WeightWord rows[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = rows complete
        read_rows(weights, address, rows);
        typename Channel::Sum parts[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = parts complete
        for (unsigned pe = 0; pe < Shape::PE; ++pe) {
#pragma HLS UNROLL
            const auto pixels = pixels_of<typename Shape::Input, Shape::PE, Shape::SIMD>(word, pe);
            parts[pe] = Channel::of(rows[pe], pixels);
        }
        const auto result = accumulate<Shape>(parts, sums, step, fold, memories...);
        address.next();
        if (!step.next()) continue;
        results.write(result);
        if (fold.next() && vector.next()) ++frame;
    }
}

}  // namespace qnn

#endif
