/// The weights of an iteration: TAKE_ROWS fetches them, ROWS_OF is a word, and where in it a row is.
#ifdef WEIGHTS
#define ROWS_BITS ROW_BITS
#define TAKE_ROWS
#define ROWS_OF(pe) WEIGHTS[address][pe], 0
#else
#define ROWS_BITS WEIGHTS_FROM_BITS
#define TAKE_ROWS                                                                                  \
    WORD(ROWS_BITS) rows;                                                                          \
    READ(WEIGHTS_FROM, rows);
#define ROWS_OF(pe) rows, (pe) * ROW_BITS
#endif
