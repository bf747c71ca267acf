/// Joins the channels of several images, pixel by pixel: READ_PART reads the word at a place of a
/// pixel, which has PIXEL_WORDS words, from the image that it belongs to.
PROCESS NAME(void) {
    uint place = 0;
#pragma ii 1
    while (true) {
        WORD(TO_BITS) word;
        READ_PART(place, word)
        WRITE(TO, word);
        NEXT(place, PIXEL_WORDS);
    }
}
