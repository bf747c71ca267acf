/// Padding: surrounds an image with a value, and inserts the same value between its pixels.
///
/// FROM, TO; ELEMENT; HEIGHT, WIDTH of the image; ROWS, COLUMNS of the result; TOP, LEFT; DOWN,
/// ACROSS (distances of pixels in the result); PIXEL_WORDS; LANES; VALUE, the code of an element.
PROCESS NAME(void) {
    /// Along each axis: the place, the distance to the next pixel of the image, the pixels so far.
    uint row = 0, gap_down = TOP, rows = 0;
    uint column = 0, gap_across = LEFT, columns = 0;
    uint part = 0;
    WORD(TO_BITS) border = EMPTY;
#pragma unroll
    for (uint i = 0; i < LANES; ++i) {
        SET(TO_BITS)(&border, i * BITS_OF(ELEMENT), BITS_OF(ELEMENT), VALUE);
    }
#pragma ii 1
    while (true) {
        const bool inside_down = gap_down == 0 && rows < HEIGHT;
        const bool inside_across = gap_across == 0 && columns < WIDTH;
        WORD(TO_BITS) word = border;
        if (inside_down && inside_across) READ(FROM, word);
        WRITE(TO, word);
        if (!NEXT(part, PIXEL_WORDS)) continue;
        gap_across = inside_across ? ACROSS - 1 : gap_across > 0 ? gap_across - 1 : 0;
        columns += inside_across ? 1 : 0;
        if (!NEXT(column, COLUMNS)) continue;
        columns = 0;
        gap_across = LEFT;
        gap_down = inside_down ? DOWN - 1 : gap_down > 0 ? gap_down - 1 : 0;
        rows += inside_down ? 1 : 0;
        if (!NEXT(row, ROWS)) continue;
        rows = 0;
        gap_down = TOP;
    }
}
