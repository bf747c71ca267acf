// Vectors of 64 bytes, and the operations on them for which compilers need intrinsics.
//
// The compiler maps a vector to one, two or four registers of the processor, so the same source
// runs everywhere.
#pragma once

#include <cstdint>
#include <cstring>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define QNN_INLINE inline __attribute__((always_inline))
#define QNN_UNROLL _Pragma("GCC unroll 16")

namespace qnn {

typedef std::uint64_t Words __attribute__((vector_size(64)));
typedef std::int32_t Ints __attribute__((vector_size(64)));
typedef std::int8_t SmallInts __attribute__((vector_size(64)));
typedef float Floats __attribute__((vector_size(64)));
typedef std::int32_t HalfInts __attribute__((vector_size(32)));
typedef std::uint8_t Bytes16 __attribute__((vector_size(16)));

constexpr int LANES = 16;

template <class T>
QNN_INLINE T load(const void* from)
{
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class T>
QNN_INLINE void store(void* to, const T& value)
{
    std::memcpy(to, &value, sizeof value);
}

// The number of set bits in each word.
QNN_INLINE Words popcount(Words x)
{
#if defined(__AVX512VPOPCNTDQ__)
    return (Words)_mm512_popcnt_epi64((__m512i)x);
#elif defined(__AVX2__)
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i counts = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    __m256i half[2];
    std::memcpy(half, &x, sizeof x);
    for (__m256i& h : half) {
        const __m256i a = _mm256_shuffle_epi8(counts, _mm256_and_si256(h, low));
        const __m256i b =
            _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(h, 4), low));
        h = _mm256_sad_epu8(_mm256_add_epi8(a, b), _mm256_setzero_si256());
    }
    return load<Words>(half);
#else
    Words y;
    for (int lane = 0; lane < 8; ++lane)
        y[lane] = (std::uint64_t)__builtin_popcountll(x[lane]);
    return y;
#endif
}

// Adds to each sum the dot product of four unsigned bytes (the same for all sums) and four signed
// bytes.
QNN_INLINE Ints dot(Ints sums, std::int32_t bytes, Ints weights)
{
#if defined(__AVX512VNNI__)
    return (Ints)_mm512_dpbusd_epi32((__m512i)sums, _mm512_set1_epi32(bytes), (__m512i)weights);
#elif defined(__AVX2__)
    // Even and odd bytes are widened to 16 bits and multiplied apart: madd adds pairs of products
    // in 32 bits. maddubs would add them in 16 bits and saturate: 2 * 255 * 127 > 32767.
    const __m256i even = _mm256_set1_epi32(bytes & 0x00ff00ff);
    const __m256i odd = _mm256_set1_epi32((bytes >> 8) & 0x00ff00ff);
    __m256i sum[2], weight[2];
    std::memcpy(sum, &sums, sizeof sums);
    std::memcpy(weight, &weights, sizeof weights);
    for (int half = 0; half < 2; ++half) {
        const __m256i w = weight[half];
        const __m256i a = _mm256_madd_epi16(even, _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8));
        const __m256i b = _mm256_madd_epi16(odd, _mm256_srai_epi16(w, 8));
        sum[half] = _mm256_add_epi32(sum[half], _mm256_add_epi32(a, b));
    }
    return load<Ints>(sum);
#else
    for (int byte = 0; byte < 4; ++byte) {
        const std::int32_t x = (bytes >> 8 * byte) & 255;
        sums += x * ((weights << (24 - 8 * byte)) >> 24);
    }
    return sums;
#endif
}

// Adds to each sum the dot product of two pairs of 16-bit integers.
QNN_INLINE Ints dot_pairs(Ints sums, Ints pairs, Ints weights)
{
#if defined(__AVX512VNNI__)
    return (Ints)_mm512_dpwssd_epi32((__m512i)sums, (__m512i)pairs, (__m512i)weights);
#else
    sums += ((pairs << 16) >> 16) * ((weights << 16) >> 16);
    return sums + (pairs >> 16) * (weights >> 16);
#endif
}

// 16 unsigned bytes as 32-bit integers; compilers would convert them one by one.
QNN_INLINE Ints widened(const std::uint8_t* x)
{
#if defined(__AVX512F__)
    return (Ints)_mm512_cvtepu8_epi32((__m128i)load<Bytes16>(x));
#elif defined(__AVX2__)
    __m256i half[2];
    for (int h = 0; h < 2; ++h)
        half[h] = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)(x + 8 * h)));
    return load<Ints>(half);
#else
    Ints y;
    for (int lane = 0; lane < LANES; ++lane)
        y[lane] = x[lane];
    return y;
#endif
}

// The lowest byte of each integer.
QNN_INLINE Bytes16 narrowed(Ints x)
{
#if defined(__AVX512F__)
    return (Bytes16)_mm512_cvtepi32_epi8((__m512i)x);
#elif defined(__AVX2__)
    __m256i half[2];
    std::memcpy(half, &x, sizeof x);
    const __m256i low = _mm256_set1_epi32(255);
    const __m256i words =
        _mm256_packus_epi32(_mm256_and_si256(half[0], low), _mm256_and_si256(half[1], low));
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
    return (Bytes16)_mm_packus_epi16(_mm256_castsi256_si128(ordered),
                                     _mm256_extracti128_si256(ordered, 1));
#else
    Bytes16 y;
    for (int lane = 0; lane < LANES; ++lane)
        y[lane] = (std::uint8_t)x[lane];
    return y;
#endif
}

// Each integer as a signed byte, saturated.
QNN_INLINE Bytes16 saturated(Ints x)
{
#if defined(__AVX512F__)
    return (Bytes16)_mm512_cvtsepi32_epi8((__m512i)x);
#elif defined(__AVX2__)
    __m256i half[2];
    std::memcpy(half, &x, sizeof x);
    const __m256i words = _mm256_packs_epi32(half[0], half[1]);
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
    return (Bytes16)_mm_packs_epi16(_mm256_castsi256_si128(ordered),
                                    _mm256_extracti128_si256(ordered, 1));
#else
    x = x < -128 ? -128 : x;
    return narrowed(x > 127 ? 127 : x);
#endif
}

// Rounds to the nearest integer, ties to even; exact for |x| < 2^21.
QNN_INLINE Ints nearest(Floats x)
{
#if defined(__AVX512F__)
    return (Ints)_mm512_cvtps_epi32((__m512)x);
#elif defined(__AVX2__)
    __m256 half[2];
    std::memcpy(half, &x, sizeof x);
    const __m256i whole[2] = {_mm256_cvtps_epi32(half[0]), _mm256_cvtps_epi32(half[1])};
    return load<Ints>(whole);
#else
    const float large = 3 << 22;  // here the distance between floats is 1
    x += large;
    return load<Ints>(&x) - 0x4b400000;
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
QNN_INLINE Ints gather(const std::int32_t* table, Ints at)
{
#if defined(__AVX512F__)
    return (Ints)_mm512_i32gather_epi32((__m512i)at, table, 4);
#else
    Ints found;
    for (int lane = 0; lane < LANES; ++lane)
        found[lane] = table[at[lane]];
    return found;
#endif
}

// A bit for each of 16 lanes: whether x >= threshold.
QNN_INLINE std::uint64_t reached(Ints x, Ints threshold)
{
#if defined(__AVX512F__)
    return _mm512_cmpge_epi32_mask((__m512i)x, (__m512i)threshold);
#elif defined(__AVX2__)
    const Ints flags = x >= threshold;
    __m256i half[2];
    std::memcpy(half, &flags, sizeof flags);
    const unsigned low = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(half[0]));
    const unsigned high = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(half[1]));
    return low | high << 8;
#else
    std::uint64_t bits = 0;
    for (int lane = 0; lane < LANES; ++lane)
        bits |= (std::uint64_t)(x[lane] >= threshold[lane]) << lane;
    return bits;
#endif
}

}  // namespace qnn
