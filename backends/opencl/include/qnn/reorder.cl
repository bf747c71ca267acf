/// Reordering: stores the blocks of a frame, and reads their elements in another order.
///
/// FROM, TO; PARTS of a word that move separately, PART_STEP addresses apart in the buffer; WORDS
/// of a frame, BLOCK_WORDS of a block; HALVES of the buffer, each of which holds a block; DELAY, the
/// words that are read before the first is written; SIZE_0, STEP_0 and so on for the loops that read
/// a block, outermost first; PART_BITS of a part; BANKS and BANK_BYTES, powers of two: there is a
/// bank for each part.
///
/// The loop with step 0 goes through the parts of the words at the same addresses.

/// `place - by`, where both count to PARTS and start again.
#define ROTATED(place, by) ((place) >= (by) ? (place) - (by) : (place) + PARTS - (by))

/// The part of a word at the place of a loop.
#define PART_OF(place, step) ((step) == 0 ? (place) : 0)

/// Moves a loop to its next place; true at its end. `offset` is the address that it adds.
#define NEXT_OF(place, offset, size, step)                                                         \
    (offset = (place) == (size)-1 ? 0 : offset + (step), NEXT(place, size))

/// A part of a word in a bank of its own.
typedef struct {
    WORD(PART_BITS) part;
} __attribute__((aligned(BANK_BYTES))) JOIN(NAME, _kept);

PROCESS NAME(void) {
    JOIN(NAME, _kept)
    __attribute__((memory, numbanks(BANKS), bankwidth(BANK_BYTES), singlepump))
    kept[HALVES * BLOCK_WORDS][BANKS];
    uint iteration = 0;
    /// The address that is written next, and the bank of the first part of its word.
    uint stored = 0, stored_step = 0, stored_bank = 0;
    /// The half that is read next, and the places and addresses of the loops.
    uint half_read = 0;
    uint place_0 = 0, place_1 = 0, place_2 = 0, place_3 = 0, place_4 = 0, place_5 = 0;
    uint offset_0 = 0, offset_1 = 0, offset_2 = 0, offset_3 = 0, offset_4 = 0, offset_5 = 0;
#pragma ii 1
    while (true) {
        if (iteration < WORDS) {
            WORD(FROM_BITS) word;
            READ(FROM, word);
#pragma unroll
            for (uint bank = 0; bank < PARTS; ++bank) {
                const uint from = ROTATED(bank, stored_bank);
                WORD(PART_BITS) moved = EMPTY;
#pragma unroll
                for (uint part = 0; part < PARTS; ++part) {
                    if (PARTS > 1 && from != part) continue;
#pragma unroll
                    for (uint i = 0; i < PART_BITS; i += 64) {
                        const uint bits = UP_TO_64(PART_BITS - i);
                        const ulong code = GET(FROM_BITS)(word, part * PART_BITS + i, bits);
                        SET(PART_BITS)(&moved, i, bits, code);
                    }
                }
                kept[stored][bank].part = moved;
            }
            NEXT(stored, HALVES * BLOCK_WORDS);
            if (NEXT(stored_step, PART_STEP)) NEXT(stored_bank, PARTS);
        }
        if (iteration >= DELAY) {
            const uint low = offset_3 + offset_4 + offset_5;
            const uint first = half_read * BLOCK_WORDS + offset_0 + offset_1 + offset_2 + low;
            const uint part_0 = PART_OF(place_0, STEP_0) + PART_OF(place_1, STEP_1);
            const uint part_2 = PART_OF(place_2, STEP_2) + PART_OF(place_3, STEP_3);
            const uint part_4 = PART_OF(place_4, STEP_4) + PART_OF(place_5, STEP_5);
            const uint first_bank = part_0 + part_2 + part_4;
            WORD(PART_BITS) parts[PARTS];
#pragma unroll
            for (uint bank = 0; bank < PARTS; ++bank) {
                parts[bank] = kept[first + ROTATED(bank, first_bank) * PART_STEP][bank].part;
            }
            WORD(TO_BITS) word = EMPTY;
#pragma unroll
            for (uint part = 0; part < PARTS; ++part) {
                const uint bank = ROTATED(part, PARTS - first_bank);
#pragma unroll
                for (uint from = 0; from < PARTS; ++from) {
                    if (PARTS > 1 && bank != from) continue;
#pragma unroll
                    for (uint i = 0; i < PART_BITS; i += 64) {
                        const uint bits = UP_TO_64(PART_BITS - i);
                        const ulong code = GET(PART_BITS)(parts[from], i, bits);
                        SET(TO_BITS)(&word, part * PART_BITS + i, bits, code);
                    }
                }
            }
            WRITE(TO, word);
            const bool ended = NEXT_OF(place_5, offset_5, SIZE_5, STEP_5)
                && NEXT_OF(place_4, offset_4, SIZE_4, STEP_4)
                && NEXT_OF(place_3, offset_3, SIZE_3, STEP_3)
                && NEXT_OF(place_2, offset_2, SIZE_2, STEP_2)
                && NEXT_OF(place_1, offset_1, SIZE_1, STEP_1)
                && NEXT_OF(place_0, offset_0, SIZE_0, STEP_0);
            if (ended) NEXT(half_read, HALVES);
        }
        NEXT(iteration, WORDS + DELAY);
    }
}

#undef ROTATED
#undef PART_OF
#undef NEXT_OF
