/// Matrix times vector: PE rows and SIMD columns of the weights in an iteration.
///
/// FROM, TO; INPUT, WEIGHT, PRODUCT, SUM, OUTPUT (types); PRODUCTS; PE, SIMD; STEPS (columns / SIMD),
/// FOLDS (rows / PE); KEPT_IN where there are more, the attribute of the vector that is kept for all of
/// them; what activation.h takes. The weights are a memory, WEIGHTS, with an address for each iteration
/// of a vector and in it a word of all PE rows, or such words come from outside through a channel,
/// WEIGHTS_FROM.
#include "qnn/product.h"
#include "qnn/rows.h"

#define DOT JOIN(NAME, _dot)
#define KEEPS (FOLDS > 1)

/// The products of a row of weights with as many inputs, added up.
NUMBER(SUM) DOT(WORD(ROWS_BITS) rows, uint first, WORD(FROM_BITS) word, uint pe) {
    NUMBER(SUM) sum = 0;
#if PRODUCTS == XNOR
    /// As many +1 as bits that agree, as many -1 as bits that differ.
    uint differ = 0;
#pragma unroll
    for (uint i = 0; i < SIMD; i += 64) {
        const uint bits = UP_TO_64(SIMD - i);
        differ += popcount(GET(ROWS_BITS)(rows, first + i, bits) ^ GET(FROM_BITS)(word, i, bits));
    }
    sum = (int)SIMD - 2 * (int)differ;
#else
#pragma unroll
    for (uint i = 0; i < SIMD; ++i) {
        const ulong code =
            GET(ROWS_BITS)(rows, first + i * BITS_OF(WEIGHT), BITS_OF(WEIGHT));
        sum += TERM(DECODE(WEIGHT)(code), LANE(FROM_BITS, INPUT, word, i));
    }
#endif
    return sum;
}

#include "qnn/weighted.h"
