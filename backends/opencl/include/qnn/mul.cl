/// Multiplies two streams, after adding an integer to the elements of each.
///
/// FROM, OTHER_FROM, TO; LEFT, RIGHT, OUTPUT; LEFT_FACTOR, RIGHT_FACTOR, the types after LEFT_OFFSET
/// and RIGHT_OFFSET are added; PRODUCT, a signed type for the product; LANES.
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
            const NUMBER(LEFT_FACTOR) first = LANE(FROM_BITS, LEFT, left, c) + LEFT_OFFSET;
            const NUMBER(RIGHT_FACTOR) second = LANE(OTHER_FROM_BITS, RIGHT, right, c) + RIGHT_OFFSET;
            const NUMBER(PRODUCT) product = (NUMBER(PRODUCT))first * (NUMBER(PRODUCT))second;
            SET_LANE(TO_BITS, OUTPUT, result, c, product);
        }
        WRITE(TO, result);
    }
}
