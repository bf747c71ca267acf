/// Thresholds that lie on a line: a product, a sum and a shift, with few exceptions.
///
/// Shape: Input, Factor, Offset, Sum, Output; Multiplier; LANES; GROUPS (words of a pixel); WORDS of a
/// frame; SHIFT; LOW and HIGH of the result. With exceptions also: Exception; RAISED, how many of
/// a channel's exceptions make the result one more; all others make it one less.
#ifndef QNN_SCALE_HPP
#define QNN_SCALE_HPP

#include "qnn/counter.hpp"
#include "qnn/product.hpp"

namespace qnn {

/// What a memory holds for a channel; one row may stand for all channels.
template <int BITS, int GROUPS, int LANES>
ap_uint<BITS> row_of(const ap_uint<BITS> (&rows)[GROUPS][LANES], unsigned group, unsigned place) {
#pragma HLS INLINE
    return rows[GROUPS == 1 ? 0 : group][LANES == 1 ? 0 : place];
}

/// What exceptions change: there may be none.
template <typename Shape, typename Number>
ap_int<2> change(const Number&, unsigned, unsigned) {
#pragma HLS INLINE
    return 0;
}

template <typename Shape, typename Number, int BITS, int GROUPS, int LANES>
ap_int<2> change(
    const Number& number, unsigned group, unsigned place,
    const ap_uint<BITS> (&exceptions)[GROUPS][LANES]
) {
#pragma HLS INLINE
    const ap_uint<BITS> row = row_of(exceptions, group, place);
    bool up = false, down = false;
    for (unsigned i = 0; i < BITS / Shape::Exception::BITS; ++i) {
#pragma HLS UNROLL
        const bool same = number == lane<typename Shape::Exception>(row, i);
        if (i < Shape::RAISED) {
            up |= same;
        } else {
            down |= same;
        }
    }
    return up == down ? 0 : up ? 1 : -1;
}

template <typename Shape, int FACTOR_GROUPS, int FACTOR_LANES, typename... Exceptions>
void scale(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& numbers,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& levels, unsigned frames,
    const ap_uint<Shape::Factor::BITS> (&factors)[FACTOR_GROUPS][FACTOR_LANES],
    const ap_uint<Shape::Offset::BITS> (&offsets)[FACTOR_GROUPS][FACTOR_LANES],
    const Exceptions&... exceptions
) {
    typedef Product<typename Shape::Factor, typename Shape::Input, typename Shape::Multiplier> Times;
    typedef typename Shape::Output::Value Level;
    const long long LOW = Shape::LOW, HIGH = Shape::HIGH;
    Counter<Shape::GROUPS> group;
    Counter<Shape::WORDS / Shape::GROUPS> pixel;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Input, Shape::LANES> word = numbers.read();
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            const auto number = lane<typename Shape::Input>(word, c);
            const auto factor = Shape::Factor::decode(row_of(factors, group, c));
            const auto offset = Shape::Offset::decode(row_of(offsets, group, c));
            const typename Shape::Sum::Value sum = Times::of(factor, number) + offset;
            const auto level = (sum >> Shape::SHIFT) + change<Shape>(number, group, c, exceptions...);
            const Level cut = level < LOW ? Level(LOW) : level > HIGH ? Level(HIGH) : Level(level);
            set_lane<typename Shape::Output>(result, c, cut);
        }
        levels.write(result);
        if (group.next() && pixel.next()) ++frame;
    }
}

}  // namespace qnn

#endif
