/// Splits a frame along an axis, run by run: WRITE_PART writes the word at a place of a run, which
/// has RUN_WORDS words, to the part that it belongs to.
PROCESS NAME(void) {
    uint place = 0;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WRITE_PART(place, word)
        NEXT(place, RUN_WORDS);
    }
}
