/// Copies every word to all outputs, with WRITE_ALL.
PROCESS NAME(void) {
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WRITE_ALL(word)
    }
}
