/// Weights that lie outside, all of them again for each vector.
///
/// TO; ROWS at once, each of BITS in whole BYTES; WORDS (addresses), TIMES (vectors of a
/// frame).
TASK NAME(__global const uchar* restrict port, const uint frames) {
    const ulong words = (ulong)frames * TIMES * WORDS;
    uint address = 0;
#pragma ii 1
    for (ulong i = 0; i < words; ++i) {
        WORD(TO_BITS) rows = EMPTY;
#pragma unroll
        for (uint row = 0; row < ROWS; ++row) {
#pragma unroll
            for (uint at = 0; at < BYTES; ++at) {
                const uint bits = BITS - 8 * at < 8 ? BITS - 8 * at : 8;
                const ulong code = port[(address * ROWS + row) * BYTES + at];
                SET(TO_BITS)(&rows, row * BITS + 8 * at, bits, code);
            }
        }
        WRITE(TO, rows);
        address = address + 1 == WORDS ? 0 : address + 1;
    }
}

#include "qnn/end.h"
