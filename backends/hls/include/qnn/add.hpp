/// Adds two streams, each times an integer.
///
/// Shape: Left, Right, Output; LANES; WORDS of a frame; LEFT_TIMES, RIGHT_TIMES.
#ifndef QNN_ADD_HPP
#define QNN_ADD_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// A number times a constant of up to 64 bits.
template <long long TIMES, typename Number>
ap_int<Number::width + 65> times(const Number& number) {
#pragma HLS INLINE
    return number * ap_int<64>(TIMES);
}

template <typename Shape>
void add(
    hls::stream<Word<typename Shape::Left, Shape::LANES> >& left,
    hls::stream<Word<typename Shape::Right, Shape::LANES> >& right,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& sums, unsigned frames
) {
    Counter<Shape::WORDS> word;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Left, Shape::LANES> a = left.read();
        const Word<typename Shape::Right, Shape::LANES> b = right.read();
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            const auto first = times<Shape::LEFT_TIMES>(lane<typename Shape::Left>(a, c));
            const auto second = times<Shape::RIGHT_TIMES>(lane<typename Shape::Right>(b, c));
            set_lane<typename Shape::Output>(result, c, first + second);
        }
        sums.write(result);
        if (word.next()) ++frame;
    }
}

}  // namespace qnn

#endif
