// Activations: each takes the sums of a pixel, and writes what follows from them.
//
// All count thresholds. Where a channel descends, its sums are negated first: `flip` is -1 there.
#pragma once

#include "layer.hpp"

namespace qnn {

template <class S>
QNN_INLINE S flipped(S x, S flip)
{
    return (x ^ flip) - flip;
}

QNN_INLINE Ints sums_at(const std::int32_t* sums, const std::int32_t* flip, int v)
{
    const Ints x = load<Ints>(sums + v * LANES);
    return flip ? flipped(x, load<Ints>(flip + v * LANES)) : x;
}

// Sixteen bytes, or as many as are left of a pixel.
QNN_INLINE void put_bytes(std::uint8_t* y, Ints values, int left)
{
    const Bytes16 bytes = narrowed(values);
    if (left >= LANES)
        store(y, bytes);
    else
        store_some(y, bytes, left);
}

// Nothing at all: the sums themselves.
template <class Y>
struct Raw {
    Y* y;
    Grid grid;
    int channels;
    std::int64_t low;  // what is stored as 0

    template <int N, class Sum>
    void put(long at, int channel, const Sum* sums) const
    {
        const int size = std::min(N, channels - channel);
        for (int c = 0; c < size; ++c)
            y[at + channel + c] = (Y)(sums[c] - (Sum)low);
    }
};

// One threshold, and a bit for each channel.
struct Signs {
    std::uint64_t* y;
    Grid grid;
    const std::int32_t* threshold;
    const std::int32_t* flip;
    int channels;

    template <int N>
    QNN_INLINE void put(long at, int channel, const std::int32_t* sums) const
    {
        static_assert(N == 64);
        const std::int32_t* f = flip ? flip + channel : nullptr;
        std::uint64_t word = 0;
        QNN_UNROLL for (int v = 0; v < 4; ++v)
        {
            const Ints t = load<Ints>(threshold + channel + v * LANES);
            word |= reached(sums_at(sums, f, v), t) << LANES * v;
        }
        y[at + channel / 64] = word;
    }
};

// Two thresholds, and two bits for each channel: where the result is not 0, and where it is -1.
struct Thirds {
    std::uint64_t* y;
    Grid grid;
    const std::int32_t* thresholds;  // the lower of all channels, then the upper
    const std::int32_t* flip;
    int channels;

    template <int N>
    QNN_INLINE void put(long at, int channel, const std::int32_t* sums) const
    {
        static_assert(N == 64);
        const std::int32_t* f = flip ? flip + channel : nullptr;
        std::uint64_t low = 0, high = 0;
        QNN_UNROLL for (int v = 0; v < 4; ++v)
        {
            const Ints x = sums_at(sums, f, v);
            const std::int32_t* t = thresholds + channel + v * LANES;
            low |= reached(x, load<Ints>(t)) << LANES * v;
            high |= reached(x, load<Ints>(t + channels)) << LANES * v;
        }
        y[at + channel / 32] = ~(low ^ high);
        y[at + channel / 32 + 1] = ~low;
    }
};

// A few thresholds: each is compared with.
struct Counted {
    std::uint8_t* y;
    Grid grid;
    const std::int32_t* thresholds;  // the lowest of all channels, then the next
    const std::int32_t* flip;
    int levels, stride, channels;
    std::int32_t factor, first;

    template <int N>
    QNN_INLINE void put(long at, int channel, const std::int32_t* sums) const
    {
        const std::int32_t* f = flip ? flip + channel : nullptr;
        QNN_UNROLL for (int v = 0; v < N / LANES; ++v)
        {
            const Ints x = sums_at(sums, f, v);
            const std::int32_t* t = thresholds + channel + v * LANES;
            Ints count = {};
            for (int level = 0; level < levels; ++level, t += stride)
                count -= x >= load<Ints>(t);
            const int c = channel + v * LANES;
            put_bytes(y + at + c, count * factor + first, channels - c);
        }
    }
};

// The level of 16 sums on a line, in floats or, where these are too coarse, in doubles.
QNN_INLINE Floats within(Floats x, const float* slope, int stride)
{
    x = x * load<Floats>(slope) + load<Floats>(slope + stride);
    const Floats low = load<Floats>(slope + 2 * stride), high = load<Floats>(slope + 3 * stride);
    x = x < low ? low : x;
    return x > high ? high : x;
}

QNN_INLINE Ints on_line(Ints x, const float* slope, int stride)
{
    return __builtin_convertvector(within(__builtin_convertvector(x, Floats), slope, stride), Ints);
}

QNN_INLINE Ints on_line(Ints x, const double* slope, int stride)
{
    HalfInts half[2];
    std::memcpy(half, &x, sizeof x);
    for (int h = 0; h < 2; ++h, slope += LANES / 2) {
        Doubles y = __builtin_convertvector(half[h], Doubles) * load<Doubles>(slope);
        y += load<Doubles>(slope + stride);
        const Doubles low = load<Doubles>(slope + 2 * stride), high = load<Doubles>(slope + 3 * stride);
        y = y < low ? low : y;
        y = y > high ? high : y;
        half[h] = __builtin_convertvector(y, HalfInts);
    }
    return load<Ints>(half);
}

// Many thresholds that lie on a line, within limits: what was proved of all that a sum can be.
template <class F>
struct Line {
    std::uint8_t* y;
    Grid grid;
    const F* line;  // of all channels the slope, then the height, the lower and the upper limit
    const std::int32_t* flip;
    int stride, channels;
    std::int32_t first;

    template <int N>
    QNN_INLINE void put(long at, int channel, const std::int32_t* sums) const
    {
        const std::int32_t* f = flip ? flip + channel : nullptr;
        QNN_UNROLL for (int v = 0; v < N / LANES; ++v)
        {
            const int c = channel + v * LANES;
            const Ints level = on_line(sums_at(sums, f, v), line + c, stride);
            put_bytes(y + at + c, level + first, channels - c);
        }
    }
};

// The same, but for some sums of each channel, where the level is another.
template <class F>
struct LineBut {
    Line<F> line;
    Grid grid;
    const std::int32_t* sums_but;  // of all channels the first such sum, then its change, ...
    int count;

    template <int N>
    QNN_INLINE void put(long at, int channel, const std::int32_t* sums) const
    {
        const std::int32_t* f = line.flip ? line.flip + channel : nullptr;
        for (int v = 0; v < N / LANES; ++v) {
            const int c = channel + v * LANES;
            const Ints x = sums_at(sums, f, v);
            Ints level = on_line(x, line.line + c, line.stride);
            const std::int32_t* but = sums_but + c;
            for (int n = 0; n < count; ++n, but += 2 * line.stride)
                level += (x == load<Ints>(but)) & load<Ints>(but + line.stride);
            put_bytes(line.y + at + c, level + line.first, line.channels - c);
        }
    }
};

// Many thresholds near a line, by one level at most: two of them decide.
template <class F>
struct Near {
    Line<F> near;
    Grid grid;
    const std::int32_t* thresholds;  // rows, each between one that is always reached and one
    const std::int32_t* rows;        // that never is; and where that of each channel is

    template <int N>
    QNN_INLINE void put(long to, int channel, const std::int32_t* sums) const
    {
        const std::int32_t* f = near.flip ? near.flip + channel : nullptr;
        for (int v = 0; v < N / LANES; ++v) {
            const int c = channel + v * LANES;
            const Ints x = sums_at(sums, f, v);
            Ints level = on_line(x, near.line + c, near.stride);
            const Ints at = level + load<Ints>(rows + c);
            level += (x < gather(thresholds, at)) - (x >= gather(thresholds + 1, at));
            put_bytes(near.y + to + c, level + near.first, near.channels - c);
        }
    }
};

// Thresholds of any kind: a search in each channel's.
template <class Y, class S>
struct Search {
    Y* y;
    Grid grid;
    const S* thresholds;  // a row for each channel
    const S* flip;
    int levels, channels;
    S factor, first;

    template <int N>
    void put(long at, int channel, const S* sums) const
    {
        const int size = std::min(N, channels - channel);
        for (int c = 0; c < size; ++c) {
            const S x = flip ? flipped(sums[c], flip[channel + c]) : sums[c];
            const S* row = thresholds + (long)(channel + c) * levels;
            const long count = std::upper_bound(row, row + levels, x) - row;
            y[at + channel + c] = (Y)((S)count * factor + first);
        }
    }
};

}  // namespace qnn
