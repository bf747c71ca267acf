/// Joins the channels of several images, pixel by pixel: READ_PART reads from the part whose turn it
/// is at a place of the PIXEL_WORDS words of a pixel.
PROCESS NAME(void) {
    uint place = 0;
#pragma ii 1
    while (true) {
        WORD(TO_BITS) word;
        READ_PART(place, word)
        WRITE(TO, word);
        NEXT(place, PIXEL_WORDS);
    }
}

#include "qnn/end.h"
