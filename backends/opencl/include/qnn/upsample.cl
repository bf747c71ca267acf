/// Upsampling: repeats every pixel, down and across, from a buffer of one line.
///
/// FROM, TO; WIDTH; DOWN, ACROSS; PIXEL_WORDS. A pixel of one word is repeated from a
/// register.
#define LINE_WORDS (WIDTH * PIXEL_WORDS)

PROCESS NAME(void) {
    WORD(FROM_BITS) line[LINE_WORDS];
    WORD(FROM_BITS) word;
    uint down = 0, column = 0, across = 0, part = 0;
/// The iterations from a write to the next use of its place: the rest of a pixel, or of a line.
#if PIXEL_WORDS > 1 && ACROSS > 1
#pragma ivdep array(line) safelen(PIXEL_WORDS)
#elif LINE_WORDS > 1
#pragma ivdep array(line) safelen(LINE_WORDS)
#endif
#pragma ii 1
    while (true) {
        const uint place = column * PIXEL_WORDS + part;
        if (down == 0 && across == 0) {
            READ(FROM, word);
            line[place] = word;
        } else if (across == 0 || PIXEL_WORDS > 1) {
            word = line[place];
        }
        WRITE(TO, word);
        if (!NEXT(part, PIXEL_WORDS) || !NEXT(across, ACROSS) || !NEXT(column, WIDTH)) continue;
        NEXT(down, DOWN);
    }
}

#undef LINE_WORDS
