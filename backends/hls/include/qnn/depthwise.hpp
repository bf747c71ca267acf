/// Depthwise layers: every channel of a patch times weights of its own; patches are ordered by
/// channel.
///
/// Shape: Input, Weight, Sum, Output (types); Multiplier; Activation; PE channels and SIMD pixels
/// of the kernel in a word; STEPS (taps / SIMD), FOLDS (channels / PE), VECTORS (patches) of a
/// frame.
#ifndef QNN_DEPTHWISE_HPP
#define QNN_DEPTHWISE_HPP

#include "qnn/weighted.hpp"

namespace qnn {

/// The elements of one channel in a word, which holds pixel after pixel, each with PE channels.
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

/// Every word of a patch is used once, so nothing is kept.
struct NoWords {};

template <typename Shape>
struct DepthwiseLayer {
    typedef Word<typename Shape::Input, Shape::PE * Shape::SIMD> InputWord;
    typedef Dot<typename Shape::Weight, typename Shape::Input, typename Shape::Multiplier, Shape::SIMD>
        Row;

    static InputWord read(hls::stream<InputWord>& patches, NoWords&, unsigned, unsigned) {
#pragma HLS INLINE
        return patches.read();
    }

    template <typename Weights, typename Sums>
    static void multiply(const Weights& rows, const InputWord& word, Sums& sums) {
#pragma HLS INLINE
        for (unsigned pe = 0; pe < Shape::PE; ++pe) {
#pragma HLS UNROLL
            const auto pixels = pixels_of<typename Shape::Input, Shape::PE, Shape::SIMD>(word, pe);
            sums[pe] = Row::of(rows[pe], pixels);
        }
    }
};

template <typename Shape, typename Weights, typename... Memories>
void depthwise(
    hls::stream<Word<typename Shape::Input, Shape::PE * Shape::SIMD> >& patches,
    hls::stream<Word<typename Shape::Output, Shape::PE> >& results, unsigned frames, Weights& weights,
    const Memories&... memories
) {
    NoWords kept;
    weighted<Shape, DepthwiseLayer<Shape> >(patches, results, frames, kept, weights, memories...);
}

}  // namespace qnn

#endif
