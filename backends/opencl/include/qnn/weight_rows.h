/// TAKE_ROWS reads the weights of an iteration: ROWS_BITS for all rows, ROW_BITS for each.
#ifdef WEIGHTS
#define TAKE_ROWS const WORD(ROWS_BITS) rows = WEIGHTS[address];
#else
#define TAKE_ROWS                                                                                  \
    WORD(ROWS_BITS) rows;                                                                          \
    READ(WEIGHTS_FROM, rows);
#endif
