/// Where results leave, in the host's integers, from the frame FIRST of the port's on.
///
/// FROM; ELEMENT, LANES; HOST, the integer that holds an element; WORDS of a frame.
TASK NAME(__global HOST* restrict port, const uint first, const uint frames) {
    const ulong words = ((ulong)first + frames) * WORDS;
#pragma ii 1
    for (ulong i = (ulong)first * WORDS; i < words; ++i) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
            port[i * LANES + c] = (HOST)LANE(FROM_BITS, ELEMENT, word, c);
        }
    }
}

#include "qnn/end.h"
