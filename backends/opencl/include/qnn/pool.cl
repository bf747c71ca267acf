/// Pooling: the maximum or, where TOTAL is 1, the sum of each channel over a patch by channel.
///
/// FROM, TO; INPUT, OUTPUT; LANES channels in a word; AT_ONCE pixels in a word of the patch; STEPS
/// words for each word of the result.
PROCESS NAME(void) {
    NUMBER(OUTPUT) kept[LANES];
    uint step = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WORD(TO_BITS) result = EMPTY;
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
#pragma unroll
            for (uint pixel = 0; pixel < AT_ONCE; ++pixel) {
                const NUMBER(OUTPUT) next = LANE(FROM_BITS, INPUT, word, pixel * LANES + c);
                const NUMBER(OUTPUT) joined =
                    TOTAL ? kept[c] + next : kept[c] < next ? next : kept[c];
                kept[c] = step == 0 && pixel == 0 ? next : joined;
            }
            SET_LANE(TO_BITS, OUTPUT, result, c, kept[c]);
        }
        if (++step < STEPS) continue;
        step = 0;
        WRITE(TO, result);
    }
}

#include "qnn/end.h"
