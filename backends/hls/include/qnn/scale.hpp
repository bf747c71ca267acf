/// Thresholds that lie on a line: a product, a sum and a shift, with a few exceptions.
///
/// Shape: that of `elementwise`; Factor, Offset, Sum; Multiplier; SHIFT; LOW and HIGH, the range of
/// the result. With exceptions also: Exception; RAISED, the number of a channel's exceptions that
/// increase the result by one; the others decrease it by one.
#ifndef QNN_SCALE_HPP
#define QNN_SCALE_HPP

#include "qnn/elementwise.hpp"
#include "qnn/product.hpp"

namespace qnn {

/// The word of a channel in a memory; one word may be shared by all channels.
template <int BITS, int GROUPS, int LANES>
ap_uint<BITS> row_of(const ap_uint<BITS> (&rows)[GROUPS][LANES], unsigned group, unsigned place) {
#pragma HLS INLINE
    return rows[GROUPS == 1 ? 0 : group][LANES == 1 ? 0 : place];
}

/// The change of the result by exceptions, if there are none.
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

/// The level of a number.
template <typename Shape>
struct Scaled {
    typedef Product<typename Shape::Factor, typename Shape::Input, typename Shape::Multiplier> Times;
    typedef typename Shape::Output::Value Level;

    template <typename Number, int GROUPS, int LANES, typename... Exceptions>
    static Level apply(
        const Number& number, unsigned group, unsigned place,
        const ap_uint<Shape::Factor::BITS> (&factors)[GROUPS][LANES],
        const ap_uint<Shape::Offset::BITS> (&offsets)[GROUPS][LANES],
        const Exceptions&... exceptions
    ) {
#pragma HLS INLINE
        const long long LOW = Shape::LOW, HIGH = Shape::HIGH;
        const auto factor = Shape::Factor::decode(row_of(factors, group, place));
        const auto offset = Shape::Offset::decode(row_of(offsets, group, place));
        const typename Shape::Sum::Value sum = Times::of(factor, number) + offset;
        const auto level = (sum >> Shape::SHIFT) + change<Shape>(number, group, place, exceptions...);
        return level < LOW ? Level(LOW) : level > HIGH ? Level(HIGH) : Level(level);
    }
};

template <typename Shape, typename... Memories>
void scale(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& numbers,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& levels, unsigned frames,
    const Memories&... memories
) {
    elementwise<Shape, Scaled<Shape> >(numbers, levels, frames, memories...);
}

}  // namespace qnn

#endif
