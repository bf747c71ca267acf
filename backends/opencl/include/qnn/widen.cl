/// Words of another width: TO_BITS / FROM_BITS words become one.
///
/// FROM, TO; FROM_BITS, TO_BITS.
PROCESS NAME(void) {
    WORD(TO_BITS) wide = EMPTY;
    uint part = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        wide = part == 0 ? (WORD(TO_BITS))EMPTY : wide;
#pragma unroll
        for (uint i = 0; i < FROM_BITS; i += 64) {
            const uint bits = FROM_BITS - i < 64 ? FROM_BITS - i : 64;
            SET(TO_BITS)(&wide, part * FROM_BITS + i, bits, GET(FROM_BITS)(word, i, bits));
        }
        if (++part < TO_BITS / FROM_BITS) continue;
        part = 0;
        WRITE(TO, wide);
    }
}

#include "qnn/end.h"
