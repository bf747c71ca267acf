/// The end of a link, which passes the words of frames on: from COMES to GOES, WORDS of a frame, of
/// LINK_BITS. One of both is a channel of the board's, which no kernel may use that runs by itself: the
/// host starts this one.
TASK NAME(const uint frames) {
    uint frame = 0, at = 0;
#pragma ii 1
    while (frame < frames) {
        WORD(LINK_BITS) word;
        READ(COMES, word);
        WRITE(GOES, word);
        if (NEXT(at, WORDS)) ++frame;
    }
}

#undef COMES
#undef GOES
#undef LINK_BITS
#include "qnn/end.h"
