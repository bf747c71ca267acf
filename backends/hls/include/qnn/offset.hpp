/// Adds to every pixel a row of constants: the same to each, or the one of its kind.
///
/// Shape: Input, Row, Output; LANES; GROUPS (words of a pixel); PIXELS of a frame. The rows have an
/// address for each word of a pixel, kind after kind.
#ifndef QNN_OFFSET_HPP
#define QNN_OFFSET_HPP

#include "qnn/word.hpp"

namespace qnn {

/// The kind of a pixel, where there is one kind.
struct OneKind {
    unsigned operator[](unsigned) const { return 0; }
};

template <typename Shape, typename Kinds, int ADDRESSES>
void offset(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& numbers,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& sums, Count frames,
    const Word<typename Shape::Row, Shape::LANES> (&rows)[ADDRESSES][1], const Kinds& kinds
) {
    unsigned group = 0, pixel = 0;
    for (Count i = 0; i < frames * Shape::PIXELS * Shape::GROUPS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Input, Shape::LANES> word = numbers.read();
        const Word<typename Shape::Row, Shape::LANES> row =
            rows[unsigned(kinds[pixel]) * Shape::GROUPS + group][0];
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            const auto number = lane<typename Shape::Input>(word, c);
            const auto constant = lane<typename Shape::Row>(row, c);
            set_lane<typename Shape::Output>(result, c, number + constant);
        }
        sums.write(result);
        if (++group < Shape::GROUPS) continue;
        group = 0;
        if (++pixel == Shape::PIXELS) pixel = 0;
    }
}

}  // namespace qnn

#endif
