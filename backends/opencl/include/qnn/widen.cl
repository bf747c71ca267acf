/// Repacks into wider words: TO_BITS / FROM_BITS input words become one output word.
///
/// FROM, TO; FROM_BITS, TO_BITS. A word enters at the top, and all bits move down.
PROCESS NAME(void) {
    WORD(TO_BITS) wide = EMPTY;
    uint part = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WORD(TO_BITS) next = EMPTY;
#pragma unroll
        for (uint i = FROM_BITS; i < TO_BITS; i += 64) {
            const uint bits = UP_TO_64(TO_BITS - i);
            SET(TO_BITS)(&next, i - FROM_BITS, bits, GET(TO_BITS)(wide, i, bits));
        }
#pragma unroll
        for (uint i = 0; i < FROM_BITS; i += 64) {
            const uint bits = UP_TO_64(FROM_BITS - i);
            SET(TO_BITS)(&next, TO_BITS - FROM_BITS + i, bits, GET(FROM_BITS)(word, i, bits));
        }
        wide = next;
        if (NEXT(part, TO_BITS / FROM_BITS)) WRITE(TO, wide);
    }
}
