/// Repacks into words of another width if neither width divides the other.
///
/// FROM, TO; FROM_BITS, TO_BITS; PIECE, the most bits that divide both; HELD_BITS, the sum of both.
/// Since a word leaves as soon as it is complete, an input word can go to a few places only.
PROCESS NAME(void) {
    WORD(HELD_BITS) held = EMPTY;
    uint pieces = 0;
#pragma ii 1
    while (true) {
        if (pieces < TO_BITS / PIECE) {
            WORD(FROM_BITS) word;
            READ(FROM, word);
#pragma unroll
            for (uint place = 0; place < TO_BITS / PIECE; ++place) {
                if (pieces != place) continue;
#pragma unroll
                for (uint i = 0; i < FROM_BITS; i += 64) {
                    const uint bits = UP_TO_64(FROM_BITS - i);
                    const ulong code = GET(FROM_BITS)(word, i, bits);
                    SET(HELD_BITS)(&held, place * PIECE + i, bits, code);
                }
            }
            pieces = (pieces + FROM_BITS / PIECE) & BELOW(HELD_BITS / PIECE);
        }
        if (pieces >= TO_BITS / PIECE) {
            WORD(TO_BITS) word = EMPTY;
            WORD(HELD_BITS) rest = EMPTY;
#pragma unroll
            for (uint i = 0; i < TO_BITS; i += 64) {
                const uint bits = UP_TO_64(TO_BITS - i);
                SET(TO_BITS)(&word, i, bits, GET(HELD_BITS)(held, i, bits));
            }
#pragma unroll
            for (uint i = TO_BITS; i < HELD_BITS; i += 64) {
                const uint bits = UP_TO_64(HELD_BITS - i);
                SET(HELD_BITS)(&rest, i - TO_BITS, bits, GET(HELD_BITS)(held, i, bits));
            }
            WRITE(TO, word);
            held = rest;
            pieces -= TO_BITS / PIECE;
        }
    }
}
