/// The loop of a layer with weights: PE rows of them at once, STEPS words of the input for each of
/// FOLDS groups of rows. DOT gives the sum of an iteration's products of one row; where KEEPS is 1, each
/// group of rows takes the same words, and all but the first take what was kept of them: KEPT_IN says
/// where.
#include "qnn/activation.h"

PROCESS NAME(void) {
#if KEEPS
    WORD(FROM_BITS) __attribute__((KEPT_IN)) kept[STEPS];
#endif
    NUMBER(SUM) sums[PE];
    uint step = 0, fold = 0, address = 0;
/// From a word that is written to the next use of its place: a whole round of steps.
#if KEEPS && STEPS > 1
#pragma ivdep array(kept) safelen(STEPS)
#endif
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
#if KEEPS
        if (fold > 0) {
            word = kept[step];
        } else {
            READ(FROM, word);
            kept[step] = word;
        }
#else
        READ(FROM, word);
#endif
        TAKE_ROWS
        WORD(TO_BITS) result = EMPTY;
#pragma unroll
        for (uint pe = 0; pe < PE; ++pe) {
            const NUMBER(SUM) before = step == 0 ? 0 : sums[pe];
            sums[pe] = before + DOT(rows, pe * ROW_BITS, word, pe);
            if (step == STEPS - 1) {
                SET_LANE(TO_BITS, OUTPUT, result, pe, ACTIVATE(sums[pe], fold, pe));
            }
        }
        NEXT(address, STEPS * FOLDS);
        if (!NEXT(step, STEPS)) continue;
        WRITE(TO, result);
        NEXT(fold, FOLDS);
    }
}

#include "qnn/end.h"
