/// Multiplies two streams, after adding an integer to the elements of each.
///
/// Shape: Left, Right; LeftFactor, RightFactor: the types after LEFT_OFFSET and RIGHT_OFFSET are
/// added; Output; Multiplier (Fabric or Dsp); LANES; WORDS of a frame.
#ifndef QNN_MUL_HPP
#define QNN_MUL_HPP

#include "qnn/counter.hpp"
#include "qnn/product.hpp"
#include "qnn/word.hpp"

namespace qnn {

template <typename Shape>
void mul(
    hls::stream<Word<typename Shape::Left, Shape::LANES> >& left,
    hls::stream<Word<typename Shape::Right, Shape::LANES> >& right,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& products, unsigned frames
) {
    typedef typename Shape::LeftFactor Left;
    typedef typename Shape::RightFactor Right;
    const ap_int<64> LEFT_OFFSET = Shape::LEFT_OFFSET, RIGHT_OFFSET = Shape::RIGHT_OFFSET;
    Counter<Shape::WORDS> word;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Left, Shape::LANES> a = left.read();
        const Word<typename Shape::Right, Shape::LANES> b = right.read();
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            const typename Left::Value first = lane<typename Shape::Left>(a, c) + LEFT_OFFSET;
            const typename Right::Value second = lane<typename Shape::Right>(b, c) + RIGHT_OFFSET;
            const auto product = Product<Left, Right, typename Shape::Multiplier>::of(first, second);
            set_lane<typename Shape::Output>(result, c, product);
        }
        products.write(result);
        if (word.next()) ++frame;
    }
}

}  // namespace qnn

#endif
