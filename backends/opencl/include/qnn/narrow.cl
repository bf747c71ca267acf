/// Words of another width: one becomes FROM_BITS / TO_BITS words.
///
/// FROM, TO; FROM_BITS, TO_BITS.
PROCESS NAME(void) {
    WORD(FROM_BITS) wide = EMPTY;
    uint part = 0;
#pragma ii 1
    while (true) {
        if (part == 0) READ(FROM, wide);
        WORD(TO_BITS) word = EMPTY;
#pragma unroll
        for (uint i = 0; i < TO_BITS; i += 64) {
            const uint bits = TO_BITS - i < 64 ? TO_BITS - i : 64;
            SET(TO_BITS)(&word, i, bits, GET(FROM_BITS)(wide, part * TO_BITS + i, bits));
        }
        WRITE(TO, word);
        part = part + 1 == FROM_BITS / TO_BITS ? 0 : part + 1;
    }
}

#include "qnn/end.h"
