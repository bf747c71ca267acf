/// Thresholds that lie on a line: a product, a sum and a shift, with a few exceptions.
///
/// The definitions of elementwise.h but ACTIVATE; FACTOR, OFFSET, SUM; SHIFT; LOW and HIGH, the
/// range of the result; FACTORS and OFFSETS, memories with an address for each group of channels
/// and a word for each place in the group, or one word for all channels if SHARED is 1. EXCEPTIONS
/// is an optional memory with elements of type EXCEPTION for each channel: the first RAISED of them
/// increase the result by one, the others decrease it by one.
#if SHARED
#define ROW_OF(memory) memory[0][0]
#else
#define ROW_OF(memory) memory[group][place]
#endif
#define ACTIVATE JOIN(NAME, _activate)

long ACTIVATE(NUMBER(INPUT) number, uint group, uint place) {
    const WORD(FACTORS_BITS) factor_word = ROW_OF(FACTORS);
    const WORD(OFFSETS_BITS) offset_word = ROW_OF(OFFSETS);
    const NUMBER(SUM) factor = LANE(FACTORS_BITS, FACTOR, factor_word, 0);
    const NUMBER(SUM) offset = LANE(OFFSETS_BITS, OFFSET, offset_word, 0);
    const NUMBER(SUM) sum = number * factor + offset;
    long level = sum >> SHIFT;
#ifdef EXCEPTIONS
    const WORD(EXCEPTIONS_BITS) row = ROW_OF(EXCEPTIONS);
    bool up = false, down = false;
#pragma unroll
    for (uint i = 0; i < EXCEPTIONS_BITS / BITS_OF(EXCEPTION); ++i) {
        const bool same = number == LANE(EXCEPTIONS_BITS, EXCEPTION, row, i);
        if (i < RAISED) {
            up |= same;
        } else {
            down |= same;
        }
    }
    level += up - down;
#endif
    return level < LOW ? LOW : level > HIGH ? HIGH : level;
}
#undef ROW_OF

#include "qnn/elementwise.h"
