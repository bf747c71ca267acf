/// Where frames enter: the host's numbers, side by side in words, in bursts.
///
/// TO; ELEMENT, LANES; HOST, the integer that holds an element; WORDS of a frame.
TASK NAME(__global const HOST* restrict port, const uint frames) {
    const ulong words = (ulong)frames * WORDS;
#pragma ii 1
    for (ulong i = 0; i < words; ++i) {
        WORD(TO_BITS) word = EMPTY;
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
            SET_LANE(TO_BITS, ELEMENT, word, c, port[i * LANES + c]);
        }
        WRITE(TO, word);
    }
}

#include "qnn/end.h"
