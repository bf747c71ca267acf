/// Combines every pixel with a row of constants: the same row for all pixels, or the row of a
/// pixel's kind.
///
/// Combine::of(number, constant) is the result. Shape: Input, Row, Output; LANES; GROUPS (words of a pixel); PIXELS of a frame. The rows have an
/// address for each word of a pixel, kind after kind.
#ifndef QNN_PIXEL_ROWS_HPP
#define QNN_PIXEL_ROWS_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// The kind of a pixel if there is only one.
inline unsigned kind_of(unsigned) {
#pragma HLS INLINE
    return 0;
}

template <int BITS, int PIXELS>
unsigned kind_of(unsigned pixel, const ap_uint<BITS> (&kinds)[PIXELS]) {
#pragma HLS INLINE
    return unsigned(kinds[pixel]);
}

template <typename Combine, typename Shape, int ADDRESSES, typename... Kinds>
void pixel_rows(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& numbers,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& results, unsigned frames,
    const Word<typename Shape::Row, Shape::LANES> (&rows)[ADDRESSES][1], const Kinds&... kinds
) {
    Counter<Shape::GROUPS> group;
    Counter<Shape::PIXELS> pixel;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Input, Shape::LANES> word = numbers.read();
        const Word<typename Shape::Row, Shape::LANES> row =
            rows[kind_of(pixel, kinds...) * Shape::GROUPS + group][0];
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            const auto number = lane<typename Shape::Input>(word, c);
            const auto constant = lane<typename Shape::Row>(row, c);
            set_lane<typename Shape::Output>(result, c, Combine::of(number, constant));
        }
        results.write(result);
        if (group.next() && pixel.next()) ++frame;
    }
}

}  // namespace qnn

#endif
