/// Padding: surrounds an image with a value, and inserts the same value between its pixels.
///
/// Shape: Element; HEIGHT, WIDTH of the image; ROWS, COLUMNS of the result; TOP, LEFT; DOWN, ACROSS
/// (distances of pixels in the result); PIXEL_WORDS; LANES; VALUE, the code of an element.
#ifndef QNN_PAD_HPP
#define QNN_PAD_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// A walk along one axis of the result, which contains pixels of the image at some places.
template <unsigned SIZE, unsigned FIRST, unsigned APART, unsigned IMAGE>
struct PadAxis {
    Counter<SIZE> place;
    ap_uint<bits_for(SIZE + APART)> gap = FIRST;
    ap_uint<bits_for(IMAGE + 1)> taken = 0;

    bool inside() const {
#pragma HLS INLINE
        return gap == 0 && taken < IMAGE;
    }

    /// Moves to the next place; true at the end of the axis.
    bool next() {
#pragma HLS INLINE
        if (inside()) {
            gap = APART - 1;
            ++taken;
        } else if (gap > 0) {
            --gap;
        }
        if (!place.next()) return false;
        gap = FIRST;
        taken = 0;
        return true;
    }
};

template <typename Shape>
void pad(
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& image,
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& padded, unsigned frames
) {
    PadAxis<Shape::ROWS, Shape::TOP, Shape::DOWN, Shape::HEIGHT> row;
    PadAxis<Shape::COLUMNS, Shape::LEFT, Shape::ACROSS, Shape::WIDTH> column;
    Counter<Shape::PIXEL_WORDS> part;
    Word<typename Shape::Element, Shape::LANES> border;
    for (unsigned i = 0; i < Shape::LANES; ++i) {
#pragma HLS UNROLL
        set_field<Shape::Element::BITS>(border, i, ap_uint<Shape::Element::BITS>(Shape::VALUE));
    }
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        padded.write(row.inside() && column.inside() ? image.read() : border);
        if (part.next() && column.next() && row.next()) ++frame;
    }
}

}  // namespace qnn

#endif
