/// Words: elements side by side, element i in bits [i * BITS, (i + 1) * BITS).
///
/// DEFINE_WORD(27, uint, 1) defines word_27, a word of 27 bits in one uint. Bits after the last
/// element are 0. A word is assembled from EMPTY by setting each of its bits once.
#ifndef QNN_WORDS_H
#define QNN_WORDS_H

#define WORD(bits) JOIN(word_, bits)
#define GET(bits) JOIN(get_, bits)
#define SET(bits) JOIN(set_, bits)
#define EMPTY {{0}}

/// `get` returns up to 64 bits from a place on, `set` writes them.
#define DEFINE_WORD(width, part_type, parts)                                                       \
    typedef struct {                                                                               \
        part_type part[parts];                                                                     \
    } word_##width;                                                                                \
    ulong get_##width(word_##width word, uint place, uint bits) {                                  \
        const uint wide = 8 * sizeof(part_type);                                                   \
        const uint first = parts == 1 ? 0 : place / wide, shift = parts == 1 ? place : place % wide;\
        ulong code = (ulong)word.part[first] >> shift;                                             \
        if (parts > 1 && shift + bits > wide) code |= (ulong)word.part[first + 1] << (wide - shift);\
        return code & ONES(bits);                                                                  \
    }                                                                                              \
    void set_##width(word_##width* word, uint place, uint bits, ulong code) {                      \
        const uint wide = 8 * sizeof(part_type);                                                   \
        const uint first = parts == 1 ? 0 : place / wide, shift = parts == 1 ? place : place % wide;\
        word->part[first] |= (part_type)(code << shift);                                           \
        if (parts > 1 && shift + bits > wide)                                                      \
            word->part[first + 1] |= (part_type)(code >> (wide - shift));                          \
    }

#define UP_TO_64(bits) ((bits) < 64 ? (bits) : 64)

/// The number in a lane of a word of `bits` bits.
#define LANE(bits, type, word, lane) DECODE(type)(GET(bits)(word, (lane) * BITS_OF(type), BITS_OF(type)))

/// Writes a number to a lane.
#define SET_LANE(bits, type, word, lane, number)                                                   \
    SET(bits)(&word, (lane) * BITS_OF(type), BITS_OF(type), ENCODE(type)(number))

#endif
