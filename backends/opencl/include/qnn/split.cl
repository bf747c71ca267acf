/// Parts the channels of an image, pixel by pixel: WRITE_PART writes to the part whose turn it is at a
/// place of the PIXEL_WORDS words of a pixel.
PROCESS NAME(void) {
    uint place = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WRITE_PART(place, word)
        NEXT(place, PIXEL_WORDS);
    }
}

#include "qnn/end.h"
