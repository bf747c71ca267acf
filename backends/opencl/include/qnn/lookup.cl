/// Tables: replaces every element by an entry, from one table or from that of its channel.
///
/// FROM, TO; INPUT, OUTPUT; LANES; GROUPS (words of a pixel); FIRST, the index of the first entry;
/// TABLE, which reads from a memory of each lane, and TABLE_GROUPS in it: a table for all channels has
/// one.
PROCESS NAME(void) {
    uint group = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WORD(TO_BITS) result = EMPTY;
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
            const uint entry = (long)LANE(FROM_BITS, INPUT, word, c) - FIRST;
            const WORD(TABLE_BITS) code = TABLE(c, TABLE_GROUPS == 1 ? 0 : group, entry);
            SET(TO_BITS)(&result, c * BITS_OF(OUTPUT), BITS_OF(OUTPUT), code.part[0]);
        }
        WRITE(TO, result);
        NEXT(group, GROUPS);
    }
}

#include "qnn/end.h"
