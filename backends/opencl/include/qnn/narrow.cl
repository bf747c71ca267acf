/// Repacks into narrower words: each input word becomes FROM_BITS / TO_BITS output words.
///
/// FROM, TO; FROM_BITS, TO_BITS. The lowest bits leave, and all others move down.
PROCESS NAME(void) {
    WORD(FROM_BITS) wide = EMPTY;
    uint part = 0;
#pragma ii 1
    while (true) {
        if (part == 0) READ(FROM, wide);
        WORD(TO_BITS) word = EMPTY;
#pragma unroll
        for (uint i = 0; i < TO_BITS; i += 64) {
            const uint bits = UP_TO_64(TO_BITS - i);
            SET(TO_BITS)(&word, i, bits, GET(FROM_BITS)(wide, i, bits));
        }
        WORD(FROM_BITS) next = EMPTY;
#pragma unroll
        for (uint i = TO_BITS; i < FROM_BITS; i += 64) {
            const uint bits = UP_TO_64(FROM_BITS - i);
            SET(FROM_BITS)(&next, i - TO_BITS, bits, GET(FROM_BITS)(wide, i, bits));
        }
        wide = next;
        WRITE(TO, word);
        NEXT(part, FROM_BITS / TO_BITS);
    }
}
