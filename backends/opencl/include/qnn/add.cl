/// Adds two streams, each times an integer.
///
/// FROM, OTHER_FROM, TO; LEFT, RIGHT, OUTPUT; LANES; LEFT_TIMES, RIGHT_TIMES.
PROCESS NAME(void) {
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) left;
        READ(FROM, left);
        WORD(OTHER_FROM_BITS) right;
        READ(OTHER_FROM, right);
        WORD(TO_BITS) result = EMPTY;
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
            const long first = LANE(FROM_BITS, LEFT, left, c);
            const long second = LANE(OTHER_FROM_BITS, RIGHT, right, c);
            const long sum = first * LEFT_TIMES + second * RIGHT_TIMES;
            SET_LANE(TO_BITS, OUTPUT, result, c, sum);
        }
        WRITE(TO, result);
    }
}
