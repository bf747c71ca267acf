/// Upsampling: repeats every pixel, down and across; one line is kept.
///
/// Shape: Element, LANES; HEIGHT, WIDTH; DOWN, ACROSS; PIXEL_WORDS.
#ifndef QNN_UPSAMPLE_HPP
#define QNN_UPSAMPLE_HPP

#include "qnn/word.hpp"

namespace qnn {

template <typename Shape>
void upsample(
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& image,
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& enlarged, Count frames
) {
    typedef Word<typename Shape::Element, Shape::LANES> PixelWord;
    PixelWord line[Shape::WIDTH][Shape::PIXEL_WORDS];
    unsigned down = 0, column = 0, across = 0, part = 0;
    const Count WORDS = Count(Shape::HEIGHT) * Shape::DOWN * Shape::WIDTH * Shape::ACROSS *
                        Shape::PIXEL_WORDS;
    for (Count i = 0; i < frames * WORDS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        PixelWord word;
        if (down == 0 && across == 0) {
            word = image.read();
            line[column][part] = word;
        } else {
            word = line[column][part];
        }
        enlarged.write(word);
        if (++part < Shape::PIXEL_WORDS) continue;
        part = 0;
        if (++across < Shape::ACROSS) continue;
        across = 0;
        if (++column < Shape::WIDTH) continue;
        column = 0;
        if (++down == Shape::DOWN) down = 0;
    }
}

}  // namespace qnn

#endif
