/// Depthwise layers: every channel of a patch times weights of its own; patches are ordered by
/// channel.
///
/// The definitions are those of matvec.cl, for PE channels and SIMD pixels of the kernel in a word;
/// STEPS (taps / SIMD), FOLDS (channels / PE). A word holds pixel after pixel, each with PE
/// channels.
#include "qnn/product.h"
#include "qnn/weight_rows.h"

#define DOT JOIN(NAME, _dot)
#define KEEPS 0

/// The sum of the products of one channel.
NUMBER(SUM) DOT(WORD(ROWS_BITS) rows, uint first, WORD(FROM_BITS) word, uint pe) {
    NUMBER(SUM) sum = 0;
#pragma unroll
    for (uint i = 0; i < SIMD; ++i) {
        const ulong code =
            GET(ROWS_BITS)(rows, first + i * BITS_OF(WEIGHT), BITS_OF(WEIGHT));
        sum += TERM(DECODE(WEIGHT)(code), LANE(FROM_BITS, INPUT, word, i * PE + pe));
    }
    return sum;
}

#include "qnn/weighted.h"
