/// Cropping: keeps part of a frame, along each of three axes from a start to an end, in steps.
///
/// Shape: Element, LANES; SIZE_0, START_0, END_0, STEP_0 and so on for the axes 0, 1 and 2, the
/// last of which counts words.
#ifndef QNN_CROP_HPP
#define QNN_CROP_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// A walk along one axis.
template <unsigned SIZE, unsigned START, unsigned END, unsigned STEP>
struct CropAxis {
    Counter<SIZE> place;
    ap_uint<bits_for(SIZE + STEP)> gap = START;

    bool kept() const {
#pragma HLS INLINE
        return gap == 0 && place.value < END;
    }

    /// Moves to the next place; true at the end of the axis.
    bool next() {
#pragma HLS INLINE
        if (gap == 0) {
            gap = STEP - 1;
        } else {
            --gap;
        }
        if (!place.next()) return false;
        gap = START;
        return true;
    }
};

template <typename Shape>
void crop(
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& whole,
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& part, unsigned frames
) {
    CropAxis<Shape::SIZE_0, Shape::START_0, Shape::END_0, Shape::STEP_0> row;
    CropAxis<Shape::SIZE_1, Shape::START_1, Shape::END_1, Shape::STEP_1> column;
    CropAxis<Shape::SIZE_2, Shape::START_2, Shape::END_2, Shape::STEP_2> word;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Element, Shape::LANES> next = whole.read();
        if (row.kept() && column.kept() && word.kept()) part.write(next);
        if (word.next() && column.next() && row.next()) ++frame;
    }
}

}  // namespace qnn

#endif
