/// Where words come from another device, over LINK, a channel of the board's, which no kernel may use
/// that runs by itself: the host starts it.
///
/// TO; WORDS of a frame; ELEMENT, LANES and HOST are for an emulation, in which the host stands in for
/// the link.
#ifdef QNN_EMULATION
#include "qnn/source.cl"
#else
TASK NAME(const uint frames) {
    uint frame = 0, at = 0;
#pragma ii 1
    while (frame < frames) {
        WORD(TO_BITS) word;
        READ(LINK, word);
        WRITE(TO, word);
        if (NEXT(at, WORDS)) ++frame;
    }
}

#include "qnn/end.h"
#endif
