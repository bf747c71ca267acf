/// Cropping: keeps part of a frame, along each of three axes from a start to an end, in steps.
///
/// FROM, TO; SIZE_0, START_0, END_0, STEP_0 and so on for the axes 0, 1 and 2, the last of which
/// counts words.
PROCESS NAME(void) {
    /// Along each axis: the place, and the distance to the next place that is kept.
    uint row = 0, to_row = START_0, column = 0, to_column = START_1, part = 0, to_part = START_2;
#pragma ii 1
    while (true) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
        const bool row_kept = to_row == 0 && row < END_0;
        const bool column_kept = to_column == 0 && column < END_1;
        if (row_kept && column_kept && to_part == 0 && part < END_2) WRITE(TO, word);
        to_part = to_part == 0 ? STEP_2 - 1 : to_part - 1;
        if (!NEXT(part, SIZE_2)) continue;
        to_part = START_2;
        to_column = to_column == 0 ? STEP_1 - 1 : to_column - 1;
        if (!NEXT(column, SIZE_1)) continue;
        to_column = START_1;
        to_row = to_row == 0 ? STEP_0 - 1 : to_row - 1;
        if (NEXT(row, SIZE_0)) to_row = START_0;
    }
}
