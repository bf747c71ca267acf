/// Carries a stream on: to another device, or past a width that stays as it is.
PROCESS NAME(void) {
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WRITE(TO, word);
    }
}

#include "qnn/end.h"
