/// Passes every word on.
PROCESS NAME(void) {
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        WRITE(TO, word);
    }
}
