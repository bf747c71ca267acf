/// Copies every word to each of its readers: WRITE_ALL does.
PROCESS NAME(void) {
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WRITE_ALL(word)
    }
}

#include "qnn/end.h"
