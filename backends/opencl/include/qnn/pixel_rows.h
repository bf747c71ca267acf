/// The loop of a process that combines every pixel with a row of constants: the same row for all
/// pixels, or the row of a pixel's kind.
///
/// FROM, TO; INPUT, ROW, OUTPUT; LANES; GROUPS (words of a pixel); PIXELS of a frame; CONSTANTS, a
/// memory with an address for each word of a pixel, kind after kind; KINDS, a memory with the kind
/// of each pixel, if there are several kinds; COMBINE(number, entry), the result.
PROCESS NAME(void) {
    uint group = 0, pixel = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
#ifdef KINDS
        const uint kind = KINDS[pixel].part[0];
#else
        const uint kind = 0;
#endif
        const WORD(CONSTANTS_BITS) row = CONSTANTS[kind * GROUPS + group][0];
        WORD(TO_BITS) result = EMPTY;
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
            const NUMBER(OUTPUT) number = LANE(FROM_BITS, INPUT, word, c);
            const NUMBER(OUTPUT) entry = LANE(CONSTANTS_BITS, ROW, row, c);
            SET_LANE(TO_BITS, OUTPUT, result, c, COMBINE(number, entry));
        }
        WRITE(TO, result);
        if (NEXT(group, GROUPS)) NEXT(pixel, PIXELS);
    }
}

#undef COMBINE
