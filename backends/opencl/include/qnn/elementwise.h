/// The loop of a process that applies a function to every element.
///
/// FROM, TO; INPUT, OUTPUT; LANES; GROUPS (words of a pixel); ACTIVATE(number, group, c), the
/// result for the number in place c of a group of channels.
PROCESS NAME(void) {
    uint group = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WORD(TO_BITS) result = EMPTY;
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
            const NUMBER(INPUT) number = LANE(FROM_BITS, INPUT, word, c);
            SET_LANE(TO_BITS, OUTPUT, result, c, ACTIVATE(number, group, c));
        }
        WRITE(TO, result);
        NEXT(group, GROUPS);
    }
}

#undef ACTIVATE
