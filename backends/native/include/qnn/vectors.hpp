// Vectors of 64 bytes, and the operations on them for which compilers need intrinsics.
#pragma once

#include "registers.hpp"
#if defined(__AVX512F__) || (defined(__AVX2__) && (defined(__clang__) || !defined(__GNUC__)))
#include <immintrin.h>
#elif defined(__AVX2__)
// Without AVX-512, which is most of GCC's <immintrin.h> and of the time to compile a small network.
#define _IMMINTRIN_H_INCLUDED
#include <smmintrin.h>

#include <avxintrin.h>

#include <avx2intrin.h>
#undef _IMMINTRIN_H_INCLUDED
#endif

namespace qnn {

using Words = Vector<std::uint64_t, 64>;
using Ints = Vector<std::int32_t, 64>;
using SmallInts = Vector<std::int8_t, 64>;
using Floats = Vector<float, 64>;
using HalfInts = Vector<std::int32_t, 32>;
typedef std::uint8_t Bytes16 __attribute__((vector_size(16)));

constexpr int LANES = 16;

#if defined(__AVX2__)
// The number of set bits in each 64-bit word.
QNN_INLINE __m256i popcount_256(__m256i x)
{
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i counts = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const __m256i a = _mm256_shuffle_epi8(counts, _mm256_and_si256(x, low));
    const __m256i b = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(x, 4), low));
    return _mm256_sad_epu8(_mm256_add_epi8(a, b), _mm256_setzero_si256());
}
#endif

// The number of set bits in each word.
QNN_INLINE Words popcount(const Words& x)
{
#if defined(__AVX512F__)
    return (Words)_mm512_popcnt_epi64((__m512i)x);
#elif defined(__AVX2__)
    using Half = decltype(x.low);
    return {(Half)popcount_256((__m256i)x.low), (Half)popcount_256((__m256i)x.high)};
#else
    std::uint64_t words[8];
    store(words, x);
    for (std::uint64_t& word : words)
        word = (std::uint64_t)__builtin_popcountll(word);
    return load<Words>(words);
#endif
}

// Four signed bytes for each sum. AVX2 multiplies them as they are only if no sum of two
// neighbouring products exceeds 16 bits (`Quads`); otherwise it would saturate, as 2 * 255 * 127 is
// greater than 32767, and they are widened to 16 bits: the even ones and the odd ones.
struct Quads {
    Ints weights;
};
struct WideQuads {
    Ints even, odd;
};

template <bool Small>
QNN_INLINE auto quads(const Ints& weights)
{
#if defined(__AVX512F__) || !defined(__AVX2__)
    return Quads{weights};
#else
    if constexpr (Small) {
        return Quads{weights};
    } else {
        const auto even = [](HalfInts w) {
            return (HalfInts)_mm256_srai_epi16(_mm256_slli_epi16((__m256i)w, 8), 8);
        };
        const auto odd = [](HalfInts w) { return (HalfInts)_mm256_srai_epi16((__m256i)w, 8); };
        return WideQuads{{even(weights.low), even(weights.high)},
                         {odd(weights.low), odd(weights.high)}};
    }
#endif
}

// Adds to each sum the dot product of four unsigned bytes (the same for all sums) and four signed
// bytes.
QNN_INLINE Ints dot(const Ints& sums, std::int32_t bytes, const Quads& w)
{
#if defined(__AVX512F__)
    return (Ints)_mm512_dpbusd_epi32((__m512i)sums, _mm512_set1_epi32(bytes), (__m512i)w.weights);
#elif defined(__AVX2__)
    const __m256i x = _mm256_set1_epi32(bytes);
    const auto half = [x](HalfInts sum, HalfInts weights) -> HalfInts {
        const __m256i pairs = _mm256_maddubs_epi16(x, (__m256i)weights);
        return sum + (HalfInts)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    };
    return {half(sums.low, w.weights.low), half(sums.high, w.weights.high)};
#else
    Ints result = sums;
    for (int byte = 0; byte < 4; ++byte) {
        const std::int32_t x = (bytes >> 8 * byte) & 255;
        result = result + ((w.weights << (24 - 8 * byte)) >> 24) * x;
    }
    return result;
#endif
}

#if defined(__AVX2__) && !defined(__AVX512F__)
QNN_INLINE Ints dot(const Ints& sums, std::int32_t bytes, const WideQuads& w)
{
    const __m256i x = _mm256_set1_epi32(bytes);
    const __m256i even = _mm256_and_si256(x, _mm256_set1_epi16(255)), odd = _mm256_srli_epi16(x, 8);
    const auto half = [even, odd](HalfInts sum, HalfInts a, HalfInts b) -> HalfInts {
        return sum + (HalfInts)_mm256_madd_epi16(even, (__m256i)a) +
               (HalfInts)_mm256_madd_epi16(odd, (__m256i)b);
    };
    return {half(sums.low, w.even.low, w.odd.low), half(sums.high, w.even.high, w.odd.high)};
}
#endif

// Adds to each sum the dot product of two bytes and two signed 16-bit weights. The bytes of the
// first tap are at `a`, those of the second at `b`.
QNN_INLINE Ints dot_pairs(const Ints& sums, const std::uint8_t* a, const std::uint8_t* b,
                          const Ints& weights)
{
#if defined(__AVX512F__)
    const __m512i x = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)a));
    const __m512i y = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)b));
    const __m512i pairs = _mm512_or_si512(x, _mm512_slli_epi32(y, 16));
    return (Ints)_mm512_dpwssd_epi32((__m512i)sums, pairs, (__m512i)weights);
#elif defined(__AVX2__)
    const __m128i x = _mm_loadu_si128((const __m128i*)a);
    const __m128i y = _mm_loadu_si128((const __m128i*)b);
    const auto half = [](HalfInts sum, __m128i pairs, HalfInts weight) -> HalfInts {
        return sum + (HalfInts)_mm256_madd_epi16(_mm256_cvtepu8_epi16(pairs), (__m256i)weight);
    };
    return {half(sums.low, _mm_unpacklo_epi8(x, y), weights.low),
            half(sums.high, _mm_unpackhi_epi8(x, y), weights.high)};
#else
    std::int32_t x[LANES], y[LANES];
    for (int lane = 0; lane < LANES; ++lane) {
        x[lane] = a[lane];
        y[lane] = b[lane];
    }
    return sums + load<Ints>(x) * ((weights << 16) >> 16) + load<Ints>(y) * (weights >> 16);
#endif
}

// Each integer as a float, rounded to the nearest one.
QNN_INLINE Floats to_floats(const Ints& x)
{
#if defined(__AVX512F__)
    return (Floats)_mm512_cvtepi32_ps((__m512i)x);
#elif defined(__AVX2__)
    return {(decltype(Floats::low))_mm256_cvtepi32_ps((__m256i)x.low),
            (decltype(Floats::low))_mm256_cvtepi32_ps((__m256i)x.high)};
#else
    std::int32_t from[LANES];
    float to[LANES];
    store(from, x);
    for (int lane = 0; lane < LANES; ++lane)
        to[lane] = (float)from[lane];
    return load<Floats>(to);
#endif
}

// The lower 32 bits of each word.
QNN_INLINE HalfInts to_ints(const Words& x)
{
#if defined(__AVX512F__)
    return __builtin_convertvector(x, HalfInts);
#else
    std::uint64_t from[8];
    std::int32_t to[8];
    store(from, x);
    for (int lane = 0; lane < 8; ++lane)
        to[lane] = (std::int32_t)from[lane];
    return load<HalfInts>(to);
#endif
}

// The lowest byte of each integer.
QNN_INLINE Bytes16 narrowed(const Ints& x)
{
#if defined(__AVX512F__)
    return (Bytes16)_mm512_cvtepi32_epi8((__m512i)x);
#elif defined(__AVX2__)
    const __m256i low = _mm256_set1_epi32(255);
    const __m256i words = _mm256_packus_epi32(_mm256_and_si256((__m256i)x.low, low),
                                              _mm256_and_si256((__m256i)x.high, low));
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
    return (Bytes16)_mm_packus_epi16(_mm256_castsi256_si128(ordered),
                                     _mm256_extracti128_si256(ordered, 1));
#else
    std::int32_t from[LANES];
    std::uint8_t to[LANES];
    store(from, x);
    for (int lane = 0; lane < LANES; ++lane)
        to[lane] = (std::uint8_t)from[lane];
    return load<Bytes16>(to);
#endif
}

// Each integer, clamped.
QNN_INLINE Ints clamped(Ints x, std::int32_t low, std::int32_t high)
{
    const Ints lowest = broadcast<Ints>(low), highest = broadcast<Ints>(high);
    x = select(x >= lowest, x, lowest);
    return select(x >= highest, highest, x);
}

// Each integer as a signed byte, saturated.
QNN_INLINE Bytes16 saturated(const Ints& x)
{
#if defined(__AVX512F__)
    return (Bytes16)_mm512_cvtsepi32_epi8((__m512i)x);
#elif defined(__AVX2__)
    const __m256i words = _mm256_packs_epi32((__m256i)x.low, (__m256i)x.high);
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
    return (Bytes16)_mm_packs_epi16(_mm256_castsi256_si128(ordered),
                                    _mm256_extracti128_si256(ordered, 1));
#else
    return narrowed(clamped(x, -128, 127));
#endif
}

// Rounds to the nearest integer, ties to even; exact for |x| < 2^21.
QNN_INLINE Ints nearest(const Floats& x)
{
#if defined(__AVX512F__)
    return (Ints)_mm512_cvtps_epi32((__m512)x);
#elif defined(__AVX2__)
    return {(HalfInts)_mm256_cvtps_epi32((__m256)x.low),
            (HalfInts)_mm256_cvtps_epi32((__m256)x.high)};
#else
    const float large = 3 << 22;  // here the distance between floats is 1
    return as_bits<Ints>(x + large) - 0x4b400000;
#endif
}

// Stores the first `count` of 16 bytes; count < 16.
QNN_INLINE void store_some(std::uint8_t* to, Bytes16 bytes, int count)
{
    const auto* from = reinterpret_cast<const std::uint8_t*>(&bytes);
    for (int size = 8; size > 0 && count > 0; size /= 2)
        if (count & size) {
            std::memcpy(to, from, (std::size_t)size);
            to += size;
            from += size;
        }
}

// 16 entries of a table.
QNN_INLINE Ints gather(const std::int32_t* table, const Ints& at)
{
#if defined(__AVX512F__)
    return (Ints)_mm512_i32gather_epi32((__m512i)at, table, 4);
#else
    std::int32_t places[LANES], found[LANES];
    store(places, at);
    for (int lane = 0; lane < LANES; ++lane)
        found[lane] = table[places[lane]];
    return load<Ints>(found);
#endif
}

// A bit for each of 16 lanes: whether x >= threshold.
QNN_INLINE std::uint64_t reached(const Ints& x, const Ints& threshold)
{
#if defined(__AVX512F__)
    return _mm512_cmpge_epi32_mask((__m512i)x, (__m512i)threshold);
#elif defined(__AVX2__)
    const Ints flags = x >= threshold;
    const unsigned low = (unsigned)_mm256_movemask_ps((__m256)flags.low);
    const unsigned high = (unsigned)_mm256_movemask_ps((__m256)flags.high);
    return low | high << 8;
#else
    std::int32_t flags[LANES];
    store(flags, x >= threshold);
    std::uint64_t bits = 0;
    for (int lane = 0; lane < LANES; ++lane)
        bits |= (std::uint64_t)(flags[lane] & 1) << lane;
    return bits;
#endif
}

}  // namespace qnn
