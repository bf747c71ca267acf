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
QNN_INLINE void put_bytes(std::uint8_t* y, Bytes16 bytes, int left)
{
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
            put_bytes(y + at + c, narrowed(count * factor + first), channels - c);
        }
    }
};

// Many thresholds that lie on a line, but for some sums of each channel: what was proved of all that
// a sum can be. With all 255 there are, levels that a byte can't hold become the nearest it can.
template <bool Full, bool But>
struct Line {
    std::uint8_t* y;
    Grid grid;
    const std::int32_t* center;
    const float* slope;
    const float* height;
    const std::int32_t* ends;  // of each vector's exceptions
    const Ints* but;           // a sum of each channel, and its level; and again
    int channels;
    std::int32_t levels, middle, first;

    template <int N>
    QNN_INLINE void put(long at, int channel, const std::int32_t* sums) const
    {
        Ints level[N / LANES];
        QNN_UNROLL for (int v = 0; v < N / LANES; ++v)
        {
            const int c = channel + v * LANES;
            const Ints x = load<Ints>(sums + v * LANES);
            const Floats away = __builtin_convertvector(x - load<Ints>(center + c), Floats);
            level[v] = nearest(away * load<Floats>(slope + c) + load<Floats>(height + c));
            if constexpr (But)
                for (int n = ends[c / LANES]; n < ends[c / LANES + 1]; ++n)
                    level[v] = x == but[2 * n] ? but[2 * n + 1] : level[v];
        }
        QNN_UNROLL for (int v = 0; v < N / LANES; ++v)
        {
            const int c = channel + v * LANES;
            if constexpr (Full) {
                put_bytes(y + at + c, saturated(level[v]) ^ 128, channels - c);
            } else {
                Ints whole = level[v] + middle;
                whole = whole < 0 ? 0 : whole;
                whole = whole > levels ? levels : whole;
                put_bytes(y + at + c, narrowed(whole + first), channels - c);
            }
        }
    }
};

// Many thresholds of any kind: sixteen searches at once, each in its channel's row.
struct Halved {
    std::uint8_t* y;
    Grid grid;
    const std::int32_t* thresholds;  // filled up with some that are never reached
    const std::int32_t* rows;        // where that of each channel is
    const std::int32_t* flip;
    int half, channels;
    std::int32_t first;

    template <int N>
    QNN_INLINE void put(long to, int channel, const std::int32_t* sums) const
    {
        const std::int32_t* f = flip ? flip + channel : nullptr;
        for (int v = 0; v < N / LANES; ++v) {
            const int c = channel + v * LANES;
            const Ints x = sums_at(sums, f, v), row = load<Ints>(rows + c);
            Ints at = row;
            for (int step = half; step > 0; step /= 2)
                at += (x >= gather(thresholds + step - 1, at)) & step;
            put_bytes(y + to + c, narrowed(at - row + first), channels - c);
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
