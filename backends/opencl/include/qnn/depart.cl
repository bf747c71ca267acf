/// Where words go to another device, over LINK, a channel of the board's.
///
/// FROM; ELEMENT, LANES, HOST and WORDS are for an emulation, in which the host stands in for the link.
#ifdef QNN_EMULATION
#include "qnn/sink.cl"
#else
PROCESS NAME(void) {
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WRITE(LINK, word);
    }
}

#include "qnn/end.h"
#endif
