/// Windows: send the patch under each place of a kernel, from a buffer of the last lines of an
/// image.
///
/// FROM, TO; ELEMENT; HEIGHT, WIDTH, CHANNELS of the image; ROWS, COLUMNS of patches;
/// KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_DOWN, STRIDE_ACROSS, DILATION_DOWN, DILATION_ACROSS;
/// LANES_IN, LANES_OUT, and PIECE, their greatest common divisor; BY_CHANNEL; ITERATIONS of one
/// frame; BANKS and BANK_BYTES, powers of two: there is a bank for each piece, which holds an input
/// word.
///
/// A patch is ordered by kernel rows, kernel columns, channels; if BY_CHANNEL is 1, by groups of
/// LANES_IN channels first. The buffer holds the lines of one kernel and of its next step down,
/// with a copy for each piece of an output word, so that all pieces can be read in the same cycle.
/// A line is read from the channel without a break as soon as there is room for it.
#define TAPS (KERNEL_HEIGHT * KERNEL_WIDTH)
#define LINES ((KERNEL_HEIGHT - 1) * DILATION_DOWN + 1 + STRIDE_DOWN)
#define LINE_WORDS (WIDTH * CHANNELS / LANES_IN)
#define PIXEL_WORDS (CHANNELS / LANES_IN)
#define PIECES (LANES_OUT / PIECE)
#define WORD_PIECES (LANES_IN / PIECE)
#define PIECE_BITS (PIECE * BITS_OF(ELEMENT))

/// The channels of each pixel that a word of a patch holds, and the number of pixels.
#if BY_CHANNEL
#define GROUP LANES_IN
#elif LANES_OUT < CHANNELS
#define GROUP LANES_OUT
#else
#define GROUP CHANNELS
#endif
#define WORD_TAPS (LANES_OUT / GROUP)

/// Words of a line from one tap of the kernel to the next, and across the kernel.
#define STEP (DILATION_ACROSS * PIXEL_WORDS)
#define END (KERNEL_WIDTH * STEP)

/// Words of a line from its first patch to the end of its last.
#define LEFT_END (COLUMNS * STRIDE_ACROSS * PIXEL_WORDS + 1)

/// The taps of a word of a patch: lines and words from the corner of the kernel to each.
typedef struct {
    uint number;
    uint lines[WORD_TAPS], words[WORD_TAPS];
} JOIN(NAME, _taps);

/// The first channel of a word: the number of words from the first of its pixel, and of pieces
/// within its word.
typedef struct {
    uint number, words, pieces;
} JOIN(NAME, _group);

/// The piece whose first channel is `behind` channels after that of the word; it may begin in the
/// next word.
#define PIECE_OF(behind) (group.pieces + (behind) / PIECE % WORD_PIECES)
#define CARRY(behind) (PIECE_OF(behind) >= WORD_PIECES ? 1 : 0)
#define PART_OF(behind) (PIECE_OF(behind) - CARRY(behind) * WORD_PIECES)
#define WORD_OF(at, behind)                                                                        \
    (left + taps.words[at] + group.words + (behind) / LANES_IN + CARRY(behind))

/// An input word in a bank of its own.
typedef struct {
    WORD(FROM_BITS) word;
} __attribute__((aligned(BANK_BYTES))) JOIN(NAME, _kept);

JOIN(NAME, _taps) JOIN(NAME, _first)(void) {
    JOIN(NAME, _taps) taps;
    taps.number = 0;
#pragma unroll
    for (uint i = 0; i < WORD_TAPS; ++i) {
        taps.lines[i] = i / KERNEL_WIDTH * DILATION_DOWN;
        taps.words[i] = i % KERNEL_WIDTH * STEP;
    }
    return taps;
}

/// The next taps; their number is 0 if they start again. Only constants are divided.
JOIN(NAME, _taps) JOIN(NAME, _next_taps)(JOIN(NAME, _taps) taps) {
    if (taps.number + WORD_TAPS == TAPS) return JOIN(NAME, _first)();
    taps.number += WORD_TAPS;
#pragma unroll
    for (uint i = 0; i < WORD_TAPS; ++i) {
        const uint words = taps.words[i] + WORD_TAPS % KERNEL_WIDTH * STEP;
        const uint down = WORD_TAPS / KERNEL_WIDTH + (words >= END ? 1 : 0);
        taps.lines[i] += down * DILATION_DOWN;
        taps.words[i] = words >= END ? words - END : words;
    }
    return taps;
}

JOIN(NAME, _group) JOIN(NAME, _next_group)(JOIN(NAME, _group) group) {
    JOIN(NAME, _group) next = {0, 0, 0};
    if (group.number + GROUP == CHANNELS) return next;
    next.number = group.number + GROUP;
    next.words = group.words + GROUP / LANES_IN + CARRY(GROUP);
    next.pieces = PART_OF(GROUP);
    return next;
}

PROCESS NAME(void) {
    JOIN(NAME, _kept)
    __attribute__((memory, numbanks(BANKS), bankwidth(BANK_BYTES), singlepump))
    kept[LINES][LINE_WORDS][BANKS];
    /// The line and the word that are read next, and the line of the buffer for them.
    uint line = 0, line_word = 0, slot = 0;
    /// The patch that is written next, the first line of the buffer that it needs, and the number
    /// of lines of the image that no later patch needs.
    uint row = 0, column = 0, left = 0, base = 0, freed = 0;
    JOIN(NAME, _taps) taps = JOIN(NAME, _first)();
    JOIN(NAME, _group) group = {0, 0, 0};
    uint iteration = 0;
#pragma ii 1
    while (true) {
        const bool room = line < LINES + freed || row == ROWS;
        if (line < HEIGHT && (line_word > 0 || room)) {
            WORD(FROM_BITS) word;
            READ(FROM, word);
#pragma unroll
            for (uint piece = 0; piece < PIECES; ++piece) kept[slot][line_word][piece].word = word;
            if (NEXT(line_word, LINE_WORDS)) {
                line = (line + 1) & BELOW(HEIGHT + 1);
                NEXT(slot, LINES);
            }
        }
        const uint needed = freed + taps.lines[WORD_TAPS - 1];
        const uint last = WORD_OF(WORD_TAPS - 1, GROUP - 1);
        const bool ready = row < ROWS && (needed < line || (needed == line && last < line_word));
        if (ready) {
            WORD(TO_BITS) patch = EMPTY;
#pragma unroll
            for (uint piece = 0; piece < PIECES; ++piece) {
                const uint at = piece * PIECE / GROUP, behind = piece * PIECE % GROUP;
                const uint below = base + taps.lines[at];
                const uint from = below < LINES ? below : below - LINES;
                const WORD(FROM_BITS) word = kept[from][WORD_OF(at, behind)][piece].word;
#pragma unroll
                for (uint part = 0; part < WORD_PIECES; ++part) {
                    if (WORD_PIECES > 1 && PART_OF(behind) != part) continue;
#pragma unroll
                    for (uint i = 0; i < PIECE_BITS; i += 64) {
                        const uint bits = UP_TO_64(PIECE_BITS - i);
                        const ulong code = GET(FROM_BITS)(word, part * PIECE_BITS + i, bits);
                        SET(TO_BITS)(&patch, piece * PIECE_BITS + i, bits, code);
                    }
                }
            }
            WRITE(TO, patch);
#if BY_CHANNEL
            taps = JOIN(NAME, _next_taps)(taps);
            if (taps.number == 0) group = JOIN(NAME, _next_group)(group);
#else
            group = JOIN(NAME, _next_group)(group);
            if (group.number == 0) taps = JOIN(NAME, _next_taps)(taps);
#endif
            const bool next = taps.number == 0 && group.number == 0;
            if (next) left = (left + STRIDE_ACROSS * PIXEL_WORDS) & BELOW(LEFT_END);
            if (next && NEXT(column, COLUMNS)) {
                left = 0;
                row = (row + 1) & BELOW(ROWS + 1);
                freed = (freed + STRIDE_DOWN) & BELOW(ROWS * STRIDE_DOWN + 1);
                base = base + STRIDE_DOWN < LINES ? base + STRIDE_DOWN : base + STRIDE_DOWN - LINES;
            }
        }
        if (NEXT(iteration, ITERATIONS)) {
            line = line_word = slot = row = column = left = base = freed = 0;
            taps = JOIN(NAME, _first)();
            group.number = group.words = group.pieces = 0;
        }
    }
}

#undef TAPS
#undef LINES
#undef LINE_WORDS
#undef PIXEL_WORDS
#undef PIECES
#undef PIECE_BITS
#undef GROUP
#undef WORD_TAPS
#undef WORD_PIECES
#undef STEP
#undef END
#undef PIECE_OF
#undef CARRY
#undef PART_OF
#undef WORD_OF
#undef LEFT_END
