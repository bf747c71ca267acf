/// Where words come from another device, over LINK, a channel of the board's.
///
/// TO; ELEMENT, LANES, HOST and WORDS are for an emulation, in which the host stands in for the link.
#ifdef QNN_EMULATION
#include "qnn/source.cl"
#else
PROCESS NAME(void) {
#pragma ii 1
    while (true) {
        WORD(TO_BITS) word;
        READ(LINK, word);
        WRITE(TO, word);
    }
}

#include "qnn/end.h"
#endif
