/// The loop of a layer with weights: PE rows in parallel, STEPS words of the input for each of
/// FOLDS groups of rows. DOT is the sum of the products of one row in an iteration. If KEEPS is 1,
/// all groups of rows need the same words: the first group reads them from the channel, the others
/// from an array with the attribute VECTOR_STORAGE.
#include "qnn/activation.h"

PROCESS NAME(void) {
#if KEEPS
    WORD(FROM_BITS) __attribute__((VECTOR_STORAGE)) kept[STEPS];
#endif
    NUMBER(SUM) sums[PE];
    uint step = 0, fold = 0, address = 0;
/// The iterations from a write to the next use of its place: all steps of a group.
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

#undef ACTIVATE
#undef DOT
#undef KEEPS
#undef TAKE_ROWS
#undef TERM
