/// Joins several frames along an axis, run by run: READ_PART reads the word at a place of a run,
/// which has RUN_WORDS words, from the part that it belongs to.
PROCESS NAME(void) {
    uint place = 0;
#pragma ii 1
    while (true) {
        WORD(TO_BITS) word;
        READ_PART(place, word)
        WRITE(TO, word);
        NEXT(place, RUN_WORDS);
    }
}
