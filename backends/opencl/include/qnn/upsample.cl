/// Upsampling: repeats every pixel, down and across; one line is kept.
///
/// FROM, TO; WIDTH; DOWN, ACROSS; PIXEL_WORDS.
PROCESS NAME(void) {
    WORD(FROM_BITS) line[WIDTH][PIXEL_WORDS];
    uint down = 0, column = 0, across = 0, part = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        if (down == 0 && across == 0) {
            READ(FROM, word);
            line[column][part] = word;
        } else {
            word = line[column][part];
        }
        WRITE(TO, word);
        if (++part < PIXEL_WORDS) continue;
        part = 0;
        if (++across < ACROSS) continue;
        across = 0;
        if (++column < WIDTH) continue;
        column = 0;
        if (++down == DOWN) down = 0;
    }
}

#include "qnn/end.h"
