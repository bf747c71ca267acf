/// The indices of the K largest scores, largest first, the first of equals.
///
/// FROM, TO; INPUT, OUTPUT; LANES_IN scores and LANES_OUT indices in a word; WORDS of scores; K.
/// The indices leave from the iteration on that reads the last scores.
PROCESS NAME(void) {
    NUMBER(INPUT) best[K];
    uint label[K];
    uint count = 0, step = 0;
#pragma ii 1
    while (true) {
        if (step < WORDS) {
            WORD(FROM_BITS) word;
            READ(FROM, word);
#pragma unroll
            for (uint c = 0; c < LANES_IN; ++c) {
                NUMBER(INPUT) score = LANE(FROM_BITS, INPUT, word, c);
                uint index = step * LANES_IN + c;
                bool moving = false;
#pragma unroll
                for (uint i = 0; i < K; ++i) {
                    moving = moving || i >= count || best[i] < score;
                    if (moving) {
                        const NUMBER(INPUT) other = best[i];
                        const uint of_other = label[i];
                        best[i] = score;
                        label[i] = index;
                        score = other;
                        index = of_other;
                    }
                }
                count = count < K ? count + 1 : K;
            }
        }
        if (step >= WORDS - 1) {
            WORD(TO_BITS) word = EMPTY;
#pragma unroll
            for (uint c = 0; c < LANES_OUT; ++c) {
                const uint place = (step - (WORDS - 1)) * LANES_OUT + c;
                SET_LANE(TO_BITS, OUTPUT, word, c, label[place]);
            }
            WRITE(TO, word);
        }
        if (++step == WORDS + K / LANES_OUT - 1) step = count = 0;
    }
}

#include "qnn/end.h"
