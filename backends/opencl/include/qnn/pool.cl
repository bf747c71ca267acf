/// Pooling: the maximum or, if TOTAL is 1, the sum of each channel over a patch, ordered by
/// channel.
///
/// FROM, TO; INPUT, OUTPUT; LANES channels in a word; PIXELS pixels in a word of the patch; STEPS
/// words for each word of the result. The pixels of a word are combined first, so that only one
/// comparison or addition depends on the previous iteration.
#define JOINED(a, b) (TOTAL ? a + b : a < b ? b : a)

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
            NUMBER(OUTPUT) joined = LANE(FROM_BITS, INPUT, word, c);
#pragma unroll
            for (uint pixel = 1; pixel < PIXELS; ++pixel) {
                const NUMBER(OUTPUT) next = LANE(FROM_BITS, INPUT, word, pixel * LANES + c);
                joined = JOINED(joined, next);
            }
            kept[c] = step == 0 ? joined : JOINED(kept[c], joined);
            SET_LANE(TO_BITS, OUTPUT, result, c, kept[c]);
        }
        if (NEXT(step, STEPS)) WRITE(TO, result);
    }
}

#undef JOINED
