/// Upsampling: repeats every pixel, down and across, from a buffer of one line.
///
/// Shape: Element, LANES; HEIGHT, WIDTH; DOWN, ACROSS; PIXEL_WORDS.
#ifndef QNN_UPSAMPLE_HPP
#define QNN_UPSAMPLE_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

template <typename Shape>
void upsample(
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& image,
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& enlarged, unsigned frames
) {
    typedef Word<typename Shape::Element, Shape::LANES> PixelWord;
    PixelWord line[Shape::WIDTH][Shape::PIXEL_WORDS];
    Counter<Shape::HEIGHT> row;
    Counter<Shape::DOWN> down;
    Counter<Shape::WIDTH> column;
    Counter<Shape::ACROSS> across;
    Counter<Shape::PIXEL_WORDS> part;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        PixelWord word;
        if (down.value == 0 && across.value == 0) {
            word = image.read();
            line[column][part] = word;
        } else {
            word = line[column][part];
        }
        enlarged.write(word);
        if (!part.next() || !across.next() || !column.next()) continue;
        if (down.next() && row.next()) ++frame;
    }
}

}  // namespace qnn

#endif
