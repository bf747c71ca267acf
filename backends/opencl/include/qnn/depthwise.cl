/// Depthwise layers: every channel of a patch times its own weights; patches come by channel.
///
/// As matvec.cl, for PE channels and SIMD pixels of the kernel in a word; STEPS (taps / SIMD), FOLDS
/// (channels / PE). Pixels stand one behind the other, each with PE channels.
#include "qnn/activation.h"
#include "qnn/product.h"
#include "qnn/rows.h"

#define DOT JOIN(NAME, _dot)

/// The pixels of one channel times its weights.
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

PROCESS NAME(void) {
    NUMBER(SUM) sums[PE];
    uint step = 0, fold = 0, address = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        TAKE_ROWS
        WORD(TO_BITS) result = EMPTY;
#pragma unroll
        for (uint pe = 0; pe < PE; ++pe) {
            const NUMBER(SUM) before = step == 0 ? 0 : sums[pe];
            sums[pe] = before + DOT(ROWS_OF(pe), word, pe);
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
