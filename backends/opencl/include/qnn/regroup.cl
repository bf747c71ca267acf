/// Words of another width, where neither divides the other; HELD is a word of both together.
///
/// FROM, TO; FROM_BITS, TO_BITS, HELD_BITS.
PROCESS NAME(void) {
    WORD(HELD_BITS) held = EMPTY;
    uint bits_held = 0;
#pragma ii 1
    while (true) {
        if (bits_held < TO_BITS) {
            WORD(FROM_BITS) word;
            READ(FROM, word);
#pragma unroll
            for (uint i = 0; i < FROM_BITS; i += 64) {
                const uint bits = FROM_BITS - i < 64 ? FROM_BITS - i : 64;
                SET(HELD_BITS)(&held, bits_held + i, bits, GET(FROM_BITS)(word, i, bits));
            }
            bits_held += FROM_BITS;
        }
        if (bits_held >= TO_BITS) {
            WORD(TO_BITS) word = EMPTY;
            WORD(HELD_BITS) rest = EMPTY;
#pragma unroll
            for (uint i = 0; i < TO_BITS; i += 64) {
                const uint bits = TO_BITS - i < 64 ? TO_BITS - i : 64;
                SET(TO_BITS)(&word, i, bits, GET(HELD_BITS)(held, i, bits));
            }
#pragma unroll
            for (uint i = TO_BITS; i < HELD_BITS; i += 64) {
                const uint bits = HELD_BITS - i < 64 ? HELD_BITS - i : 64;
                SET(HELD_BITS)(&rest, i - TO_BITS, bits, GET(HELD_BITS)(held, i, bits));
            }
            WRITE(TO, word);
            held = rest;
            bits_held -= TO_BITS;
        }
    }
}

#include "qnn/end.h"
