/// A matrix times vectors: PE rows and SIMD columns of the weights in an iteration.
///
/// FROM, TO; INPUT, WEIGHT, PRODUCT, SUM, OUTPUT (types); PRODUCTS; PE, SIMD; STEPS (columns /
/// SIMD), FOLDS (rows / PE); VECTOR_STORAGE if FOLDS is above 1, the attribute of the array that
/// keeps the vector for all groups of rows; the definitions of activation.h. The weights are in a
/// memory, WEIGHTS, which has an address for each iteration of a vector with a word of all PE rows,
/// or such words come through a channel, WEIGHTS_FROM.
#include "qnn/product.h"
#include "qnn/weight_rows.h"

#define DOT JOIN(NAME, _dot)
#define KEEPS (FOLDS > 1)

/// The sum of the products of one row.
NUMBER(SUM) DOT(WORD(ROWS_BITS) rows, uint first, WORD(FROM_BITS) word, uint pe) {
    NUMBER(SUM) sum = 0;
#if PRODUCTS == XNOR
    /// A pair of equal bits has the product +1, a pair of different bits -1.
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
