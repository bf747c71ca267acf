/// Windows: keep the last lines of an image, and send the patch under each place of a kernel.
///
/// FROM, TO; ELEMENT; HEIGHT, WIDTH, CHANNELS of the image; ROWS, COLUMNS of patches;
/// KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_DOWN, STRIDE_ACROSS, DILATION_DOWN, DILATION_ACROSS; LANES_IN,
/// LANES_OUT, and PIECE, their greatest common divisor; BY_CHANNEL; ITERATIONS of one frame.
///
/// A patch is kernel rows, kernel columns, channels; where BY_CHANNEL is 1, groups of LANES_IN channels
/// come first. The lines of one kernel and of its next step are kept, once for each piece that a word
/// of a patch takes at the same time. A line is read without a break as soon as it has room.
#define TAPS (KERNEL_HEIGHT * KERNEL_WIDTH)
#define LINES ((KERNEL_HEIGHT - 1) * DILATION_DOWN + 1 + STRIDE_DOWN)
#define LINE_WORDS (WIDTH * CHANNELS / LANES_IN)
#define PIXEL_WORDS (CHANNELS / LANES_IN)
#define PIECES (LANES_OUT / PIECE)
#define PIECE_BITS (PIECE * BITS_OF(ELEMENT))

/// Channels of one pixel that a word of a patch holds, and how many pixels.
#if BY_CHANNEL
#define GROUP LANES_IN
#elif LANES_OUT < CHANNELS
#define GROUP LANES_OUT
#else
#define GROUP CHANNELS
#endif
#define AT_ONCE (LANES_OUT / GROUP)

/// In which of the image's words of a line an element of a tap stands.
#define WORD_OF(at, element)                                                                       \
    ((column * STRIDE_ACROSS + (at) % KERNEL_WIDTH * DILATION_ACROSS) * PIXEL_WORDS +              \
     (element) / LANES_IN)

/// How far below the first line of the kernel a tap is.
#define DOWN_TO(at) ((at) / KERNEL_WIDTH * DILATION_DOWN)

PROCESS NAME(void) {
    WORD(FROM_BITS) __attribute__((memory, singlepump)) kept[PIECES][LINES][LINE_WORDS];
    /// What is read next, and in which of the lines kept it goes.
    uint line = 0, line_word = 0, slot = 0;
    /// What is written next; the first of the lines kept that it needs, and how many are done with.
    uint row = 0, column = 0, tap = 0, part = 0, base = 0, freed = 0;
    uint iteration = 0;
#pragma ii 1
    while (true) {
        const bool room = line < LINES + freed || row == ROWS;
        if (line < HEIGHT && (line_word > 0 || room)) {
            WORD(FROM_BITS) word;
            READ(FROM, word);
#pragma unroll
            for (uint piece = 0; piece < PIECES; ++piece) kept[piece][slot][line_word] = word;
            if (++line_word == LINE_WORDS) {
                line_word = 0;
                ++line;
                slot = slot + 1 == LINES ? 0 : slot + 1;
            }
        }
        bool ready = row < ROWS;
#pragma unroll
        for (uint i = 0; i < AT_ONCE; ++i) {
            const uint needed = freed + DOWN_TO(tap + i);
            const uint last = WORD_OF(tap + i, part + GROUP - 1);
            ready = ready && (needed < line || (needed == line && last < line_word));
        }
        if (ready) {
            WORD(TO_BITS) patch = EMPTY;
#pragma unroll
            for (uint piece = 0; piece < PIECES; ++piece) {
                const uint at = tap + piece * PIECE / GROUP;
                const uint element = part + piece * PIECE % GROUP;
                const uint below = base + DOWN_TO(at);
                const uint from = below < LINES ? below : below - LINES;
                const WORD(FROM_BITS) word = kept[piece][from][WORD_OF(at, element)];
                const uint place = element % LANES_IN / PIECE * PIECE_BITS;
#pragma unroll
                for (uint i = 0; i < PIECE_BITS; i += 64) {
                    const uint bits = PIECE_BITS - i < 64 ? PIECE_BITS - i : 64;
                    const ulong code = GET(FROM_BITS)(word, place + i, bits);
                    SET(TO_BITS)(&patch, piece * PIECE_BITS + i, bits, code);
                }
            }
            WRITE(TO, patch);
            bool next;
#if BY_CHANNEL
            next = (tap += AT_ONCE) == TAPS;
            if (next) {
                tap = 0;
                next = (part += GROUP) == CHANNELS;
                if (next) part = 0;
            }
#else
            next = (part += GROUP) == CHANNELS;
            if (next) {
                part = 0;
                next = (tap += AT_ONCE) == TAPS;
                if (next) tap = 0;
            }
#endif
            if (next && ++column == COLUMNS) {
                column = 0;
                ++row;
                freed += STRIDE_DOWN;
                base = base + STRIDE_DOWN < LINES ? base + STRIDE_DOWN : base + STRIDE_DOWN - LINES;
            }
        }
        if (++iteration == ITERATIONS) {
            iteration = 0;
            line = line_word = slot = row = column = tap = part = base = freed = 0;
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
#undef AT_ONCE
#undef WORD_OF
#undef DOWN_TO
#include "qnn/end.h"
