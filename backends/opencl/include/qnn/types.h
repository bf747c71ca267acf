/// Element types: the bits of an element in a word, and the number that they represent.
///
/// UNSIGNED(4) defines the type ui4, SIGNED(8) the type si8; bipolar and ternary are predefined.
/// For a type T, BITS_OF(T) is its number of bits, NUMBER(T) a signed integer type that holds its
/// numbers, and DECODE(T) and ENCODE(T) convert bits to numbers and back.
#ifndef QNN_TYPES_H
#define QNN_TYPES_H

#ifdef QNN_EMULATION
#define INT(bits) _BitInt(bits)
#else
#include "ihc_apint.h"
#define INT(bits) JOIN(JOIN(int, bits), _t)
#endif

#define BITS_OF(type) JOIN(bits_, type)
#define NUMBER(type) JOIN(value_, type)
#define DECODE(type) JOIN(decode_, type)
#define ENCODE(type) JOIN(encode_, type)

/// A number whose lowest `bits` bits are set.
#define ONES(bits) (~0UL >> (64 - (bits)))

#define DEFINE_ELEMENT(type, bits, value)                                                          \
    enum { bits_##type = bits };                                                                   \
    typedef value value_##type;

/// Two's complement; the sign is extended here, since aoc's emulators widen numbers to 32 or 64
/// bits.
#define SIGNED(bits)                                                                               \
    DEFINE_ELEMENT(si##bits, bits, INT(bits))                                                      \
    value_si##bits decode_si##bits(ulong code) {                                                   \
        return (value_si##bits)((long)(code << (64 - bits)) >> (64 - bits));                       \
    }                                                                                              \
    ulong encode_si##bits(long number) { return (ulong)number & ONES(bits); }

/// Only a sign bit: 0 or -1.
#define SIGNED_1                                                                                   \
    DEFINE_ELEMENT(si1, 1, INT(2))                                                                 \
    value_si1 decode_si1(ulong code) { return code == 1 ? -1 : 0; }                                \
    ulong encode_si1(long number) { return (ulong)number & 1; }

/// Up to 63 bits; a number has one bit more, for the sign, so `next` is bits + 1.
#define UNSIGNED(bits, next)                                                                       \
    DEFINE_ELEMENT(ui##bits, bits, INT(next))                                                      \
    value_ui##bits decode_ui##bits(ulong code) { return (value_ui##bits)code; }                    \
    ulong encode_ui##bits(long number) { return (ulong)number & ONES(bits); }

/// 64 bits leave no room for a sign.
#define UNSIGNED_64                                                                                \
    DEFINE_ELEMENT(ui64, 64, ulong)                                                                \
    ulong decode_ui64(ulong code) { return code; }                                                 \
    ulong encode_ui64(ulong number) { return number; }

/// Indices into a table, such as ENTRY(0, -7) | ENTRY(1, 5). The table is logic: a memory would
/// have too few ports for all lanes.
#define ENTRY(at, number) (code == at ? number : 0)
#define CODEBOOK(name, bits, value, table)                                                         \
    DEFINE_ELEMENT(name, bits, value)                                                              \
    value decode_##name(ulong code) { return table; }

/// -1 or +1: one bit, set for +1.
DEFINE_ELEMENT(bipolar, 1, INT(2))
value_bipolar decode_bipolar(ulong code) { return code == 1 ? 1 : -1; }
ulong encode_bipolar(long number) { return number > 0; }

/// -1, 0 or +1 in two's complement.
DEFINE_ELEMENT(ternary, 2, INT(2))
value_ternary decode_ternary(ulong code) { return (long)(code << 62) >> 62; }
ulong encode_ternary(long number) { return (ulong)number & 3; }

#endif
