/// Matrix times vector: PE rows and SIMD columns of the weights in an iteration.
///
/// FROM, TO; INPUT, WEIGHT, PRODUCT, SUM, OUTPUT (types); PRODUCTS; PE, SIMD; STEPS (columns / SIMD),
/// FOLDS (rows / PE); what activation.h takes. The weights are a memory, WEIGHTS, with an address for
/// each iteration of a vector and a word for each of PE rows, or come from outside through a channel,
/// WEIGHTS_FROM, in words of all rows.
#include "qnn/activation.h"
#include "qnn/product.h"
#include "qnn/rows.h"

#define DOT JOIN(NAME, _dot)

/// The products of a row of weights with as many inputs, added up.
NUMBER(SUM) DOT(WORD(ROWS_BITS) rows, uint first, WORD(FROM_BITS) word) {
    NUMBER(SUM) sum = 0;
#if PRODUCTS == XNOR
    /// As many +1 as bits that agree, as many -1 as bits that differ.
    uint differ = 0;
#pragma unroll
    for (uint i = 0; i < SIMD; i += 64) {
        const uint bits = SIMD - i < 64 ? SIMD - i : 64;
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

PROCESS NAME(void) {
    WORD(FROM_BITS) vector[STEPS];
    NUMBER(SUM) sums[PE];
    uint step = 0, fold = 0, address = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        if (fold == 0) {
            READ(FROM, word);
            vector[step] = word;
        } else {
            word = vector[step];
        }
        TAKE_ROWS
        WORD(TO_BITS) result = EMPTY;
#pragma unroll
        for (uint pe = 0; pe < PE; ++pe) {
            const NUMBER(SUM) before = step == 0 ? 0 : sums[pe];
            sums[pe] = before + DOT(ROWS_OF(pe), word);
            if (step == STEPS - 1) {
                SET_LANE(TO_BITS, OUTPUT, result, pe, ACTIVATE(sums[pe], fold, pe));
            }
        }
        ++address;
        if (++step < STEPS) continue;
        step = 0;
        WRITE(TO, result);
        if (++fold < FOLDS) continue;
        fold = 0;
        address = 0;
    }
}

#include "qnn/end.h"
