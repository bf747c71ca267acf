// Activations: each reads the sums of a pixel, and writes the layer's result.
//
// All but RawSums count the thresholds that a sum has reached. In channels that descend, sums are
// negated first: `flip` is -1 there, else 0, and (x ^ flip) - flip is -x or x.
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

// Stores 16 bytes, or only the `left` bytes that the pixel still has.
QNN_INLINE void put_bytes(std::uint8_t* y, Bytes16 bytes, int left)
{
    if (left >= LANES)
        store(y, bytes);
    else
        store_some(y, bytes, left);
}

// Stores the sums themselves.
template <class Y>
struct RawSums {
    Y* y;
    Grid grid;
    int channels;
    std::int64_t offset;  // the value that is stored as 0

    template <int N, class Sum>
    void put(long at, int channel, const Sum* sums) const
    {
        const int size = std::min(N, channels - channel);
        for (int c = 0; c < size; ++c)
            y[at + channel + c] = (Y)(sums[c] - (Sum)offset);
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
struct TernarySigns {
    std::uint64_t* y;
    Grid grid;
    const std::int32_t* thresholds;  // the lower one of every channel, then the upper one
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

// Few thresholds: the sum is compared with each.
struct Comparisons {
    std::uint8_t* y;
    Grid grid;
    const std::int32_t* thresholds;  // the lowest of every channel, then the second, ...
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
                count = count - (x >= load<Ints>(t));
            const int c = channel + v * LANES;
            put_bytes(y + at + c, narrowed(count * factor + first), channels - c);
        }
    }
};

// Many thresholds that are on a line, except for some sums of each channel (`lines.py` proves this
// for every value that a sum can have). With 255 thresholds, saturation to a byte clips the levels.
template <bool Saturates, bool HasExceptions>
struct Line {
    std::uint8_t* y;
    Grid grid;
    const std::int32_t* center;
    const float* slope;
    const float* height;
    const std::int32_t* ends;  // where the exceptions of each vector end
    const Ints* exceptions;           // pairs: a sum of each channel, and its level
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
            const Floats away = to_floats(x - load<Ints>(center + c));
            level[v] = nearest(away * load<Floats>(slope + c) + load<Floats>(height + c));
            if constexpr (HasExceptions)
                for (int n = ends[c / LANES]; n < ends[c / LANES + 1]; ++n)
                    level[v] = select(x == exceptions[2 * n], exceptions[2 * n + 1], level[v]);
        }
        QNN_UNROLL for (int v = 0; v < N / LANES; ++v)
        {
            const int c = channel + v * LANES;
            if constexpr (Saturates) {
                put_bytes(y + at + c, saturated(level[v]) ^ 128, channels - c);
            } else {
                const Ints whole = clamped(level[v] + middle, 0, levels);
                put_bytes(y + at + c, narrowed(whole + first), channels - c);
            }
        }
    }
};

// Many thresholds that are not on a line: 16 bisections in parallel, each in its channel's row.
struct Bisection {
    std::uint8_t* y;
    Grid grid;
    const std::int32_t* thresholds;  // rows filled up with thresholds that no sum reaches
    const std::int32_t* rows;        // where the row of each channel starts
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
                at = at + ((x >= gather(thresholds + step - 1, at)) & step);
            put_bytes(y + to + c, narrowed(at - row + first), channels - c);
        }
    }
};

// Thresholds of any type: one binary search after another.
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
