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

QNN_INLINE void put_bytes(std::uint8_t* y, Ints values, int left)
{
    const Bytes16 bytes = __builtin_convertvector(values, Bytes16);
    if (left >= LANES)
        store(y, bytes);
    else
        std::memcpy(y, &bytes, (std::size_t)std::max(left, 0));
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

// Many thresholds that lie on a line, within limits: what was proved of all that a sum can be.
struct Line {
    std::uint8_t* y;
    Grid grid;
    const float* line;  // of all channels the slope, then the height, the lower and the upper limit
    const std::int32_t* flip;
    int stride, channels;
    std::int32_t first;

    QNN_INLINE Ints levels(Ints x, int channel) const
    {
        const float* p = line + channel;
        Floats level = __builtin_convertvector(x, Floats) * load<Floats>(p);
        level += load<Floats>(p + stride);
        const Floats low = load<Floats>(p + 2 * stride), high = load<Floats>(p + 3 * stride);
        level = level < low ? low : level;
        level = level > high ? high : level;
        return __builtin_convertvector(level, Ints);
    }
    template <int N>
    QNN_INLINE void put(long at, int channel, const std::int32_t* sums) const
    {
        const std::int32_t* f = flip ? flip + channel : nullptr;
        QNN_UNROLL for (int v = 0; v < N / LANES; ++v)
        {
            const int c = channel + v * LANES;
            const Ints level = levels(sums_at(sums, f, v), c);
            put_bytes(y + at + c, level + first, channels - c);
        }
    }
};

// Many thresholds near a line, by one level at most: two of them decide.
struct Near {
    Line line;
    Grid grid;
    const std::int32_t* thresholds;  // a row for each channel, with one that is always reached
    int row;                         // before them and one that never is behind

    template <int N>
    QNN_INLINE void put(long at, int channel, const std::int32_t* sums) const
    {
        const std::int32_t* f = line.flip ? line.flip + channel : nullptr;
        for (int v = 0; v < N / LANES; ++v) {
            const int c = channel + v * LANES;
            const Ints x = sums_at(sums, f, v);
            Ints level = line.levels(x, c), below, above;
            for (int lane = 0; lane < LANES; ++lane) {
                const std::int32_t* t = thresholds + (long)(c + lane) * row + level[lane];
                below[lane] = t[0];
                above[lane] = t[1];
            }
            level += (x < below) - (x >= above);
            put_bytes(line.y + at + c, level + line.first, line.channels - c);
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
