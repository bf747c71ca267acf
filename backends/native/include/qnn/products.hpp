// Products: each computes the sums of a tile of pixels and channels.
//
// A window consists of runs, which are contiguous in memory; `taps` are the offsets of the runs
// from the window's first element.
#pragma once

#include "layer.hpp"

namespace qnn {

// Inputs and weights of -1, 0 and 1, as bits. Bipolar numbers have one bit: +1. Ternary ones have
// two words per 64 channels: "not 0", then the sign.
//
// Bipolar inputs: of n products that are not 0, those whose signs differ are -1, the others +1, so
// the sum is n - 2 * (number of different signs). Ternary inputs: +1 for each equal pair of signs
// and -1 for each different pair, among the pairs of which neither is 0.
template <int V, int R, bool TernaryX, bool TernaryW>
struct Bits {
    using Sum = std::int32_t;
    static constexpr bool IN_LINE = false;
    static constexpr int ROWS = R, CHANNELS = V * LANES;
    static constexpr int VECTORS = V == 3 ? 3 : V == 1 ? 2 : 4, GROUPS = 2 * V / VECTORS;

    const std::uint64_t* x;
    Grid grid;
    const int* taps;
    int runs, length;  // of a run, in words of each plane
    const Words* weights;
    const std::int32_t* nonzero;  // weights of each channel that are not 0

    QNN_INLINE void tile(const long* at, int, int block, Sum* sums) const
    {
        constexpr int WX = TernaryX ? 2 : 1, WW = TernaryW ? 2 : 1;
        const Words* w = weights + (long)block * GROUPS * runs * length * VECTORS * WW;
        for (int group = 0; group < GROUPS; ++group) {
            Words count[ROWS][VECTORS] = {};
            for (int run = 0; run < runs; ++run) {
                const std::uint64_t* from = x + taps[run];
                for (int word = 0; word < length; ++word, w += VECTORS * WW, from += WX) {
                    QNN_UNROLL for (int row = 0; row < ROWS; ++row)
                    {
                        const Words a = broadcast<Words>(from[at[row]]);
                        QNN_UNROLL for (int v = 0; v < VECTORS; ++v)
                        {
                            Words& sum = count[row][v];
                            if constexpr (TernaryX) {
                                const Words b = broadcast<Words>(from[at[row] + 1]);
                                const Words sign = b ^ w[v * WW + 1], used = a & w[v * WW];
                                sum = sum + popcount(used & ~sign) - popcount(used & sign);
                            } else if constexpr (TernaryW) {
                                sum = sum + popcount((a ^ w[v * WW + 1]) & w[v * WW]);
                            } else {
                                sum = sum + popcount(a ^ w[v]);
                            }
                        }
                    }
                }
            }
            for (int row = 0; row < ROWS; ++row)
                for (int v = 0; v < VECTORS; ++v) {
                    const int channel = (group * VECTORS + v) * 8;
                    HalfInts sum = to_ints(count[row][v]);
                    if constexpr (!TernaryX)
                        sum = load<HalfInts>(nonzero + block * CHANNELS + channel) - sum * 2;
                    store(sums + row * CHANNELS + channel, sum);
                }
        }
    }
};

// Unsigned input bytes by signed weight bytes. Weights that need nine bits are stored minus a
// shift; the kernel adds shift * (sum of the window). The windows of a tile are `Step` bytes apart;
// 0 means anywhere. Weights of 2, 4 or 6 bits, counted from the lowest, share bytes:
// `pack_small_weights` in weight_layout.py describes how. Weights of 16 bits are widened bytes.
//
// `Small`: no two neighbouring products exceed 16 bits. Quads of inputs whose weights are too large
// for that have their weights in two halves, and the second half is in a list of its own.
template <int V, int R, bool Shifted, int Bits, int Step, bool Small>
struct Bytes {
    using Sum = std::int32_t;
    static constexpr bool IN_LINE = Step != 0;
    static constexpr int ROWS = R, CHANNELS = V * LANES;

    const std::uint8_t* x;
    Grid grid;
    const int* taps;
    int runs, length;  // of a run, in groups of four bytes
    const Ints* weights;
    const std::int32_t* bias;
    const std::int32_t* shift;
    std::int32_t last;  // 1 in each byte of a run's last group that is part of the run
    std::int8_t lowest;
    const int* ends;  // of each block in the list of halves
    const int* half_taps;
    const Ints* halves;

    static constexpr int STORED = V * Bits / 8;

    QNN_INLINE auto weight(const Ints* w, int v) const
    {
        if constexpr (Bits == 16) {
            return WideQuads{w[2 * v], w[2 * v + 1]};
        } else if constexpr (Bits == 8) {
            return quads<Small>(w[v]);
        } else {
            constexpr int SHARING = 8 / Bits, MASK = ((1 << Bits) - 1) * 0x01010101;
            Ints x = (w[v / SHARING] >> Bits * (v % SHARING)) & MASK;
            if (Bits == 6 && v == 3)
                x = (w[0] >> 6 & 0x03030303) | (w[1] >> 4 & 0x0c0c0c0c) | (w[2] >> 2 & 0x30303030);
            return quads<Small>(as_bits<Ints>(as_bits<SmallInts>(x) + lowest));
        }
    }

    // Adds the products of four bytes of each window.
    template <class Weight>
    QNN_INLINE void add(Ints (&sum)[ROWS][V], const std::uint8_t* from, const long* at,
                        const Weight& weight) const
    {
        decltype(weight(0)) by[V];
        QNN_UNROLL for (int v = 0; v < V; ++v) by[v] = weight(v);
        QNN_UNROLL for (int row = 0; row < ROWS; ++row)
        {
            const std::int32_t a = load<std::int32_t>(from + (Step ? at[0] + row * Step : at[row]));
            QNN_UNROLL for (int v = 0; v < V; ++v) sum[row][v] = dot(sum[row][v], a, by[v]);
        }
    }

    QNN_INLINE void tile(const long* at, int, int block, Sum* sums) const
    {
        const Ints* w = weights + (long)block * runs * length * STORED;
        Ints sum[ROWS][V], whole[ROWS] = {};
        QNN_UNROLL for (int v = 0; v < V; ++v)
            QNN_UNROLL for (int row = 0; row < ROWS; ++row)
                sum[row][v] = load<Ints>(bias + block * CHANNELS + v * LANES);
        for (int run = 0; run < runs; ++run) {
            const std::uint8_t* from = x + taps[run];
            for (int four = 0; four < length; ++four, w += STORED, from += 4) {
                add(sum, from, at, [&](int v) { return weight(w, v); });
                if constexpr (Shifted) {
                    const Ints ones = broadcast<Ints>(four + 1 < length ? 0x01010101 : last);
                    QNN_UNROLL for (int row = 0; row < ROWS; ++row)
                    {
                        const long there = Step ? at[0] + row * Step : at[row];
                        whole[row] = dot(whole[row], load<std::int32_t>(from + there), quads<true>(ones));
                    }
                }
            }
        }
        if constexpr (Small)
            for (int half = ends[block]; half < ends[block + 1]; ++half)
                add(sum, x + half_taps[half], at,
                    [&](int v) { return quads<true>(halves[half * V + v]); });
        QNN_UNROLL for (int row = 0; row < ROWS; ++row)
            QNN_UNROLL for (int v = 0; v < V; ++v)
            {
                if constexpr (Shifted)
                    sum[row][v] = sum[row][v] + whole[row] * load<Ints>(shift + block * CHANNELS + v * LANES);
                store(sums + row * CHANNELS + v * LANES, sum[row][v]);
            }
    }
};

// One window per channel: taps in pairs, with weights of 16 bits.
template <int V, int R>
struct Depthwise {
    using Sum = std::int32_t;
    static constexpr bool IN_LINE = false;
    static constexpr int ROWS = R, CHANNELS = V * LANES;

    const std::uint8_t* x;
    Grid grid;
    const int* taps;
    int pairs;
    const Ints* weights;
    const std::int32_t* bias;

    QNN_INLINE void tile(const long* at, int, int block, Sum* sums) const
    {
        const Ints* w = weights + (long)block * V * pairs;
        for (int v = 0; v < V; ++v, w += pairs) {
            const int channel = block * CHANNELS + v * LANES;
            Ints sum[ROWS];
            QNN_UNROLL for (int row = 0; row < ROWS; ++row) sum[row] = load<Ints>(bias + channel);
            for (int pair = 0; pair < pairs; ++pair) {
                const std::uint8_t* a = x + channel + taps[2 * pair];
                const std::uint8_t* b = x + channel + taps[2 * pair + 1];
                QNN_UNROLL for (int row = 0; row < ROWS; ++row)
                {
                    sum[row] = dot_pairs(sum[row], a + at[row], b + at[row], w[pair]);
                }
            }
            QNN_UNROLL for (int row = 0; row < ROWS; ++row)
                store(sums + row * CHANNELS + v * LANES, sum[row]);
        }
    }
};

// Any types and any number of groups, in plain loops. Sums wrap: the result is exact if it fits.
template <class X, class S, int N>
struct General {
    using Sum = S;
    static constexpr bool IN_LINE = false;
    static constexpr int ROWS = 1, CHANNELS = N;

    const X* x;
    Grid grid;
    const int* taps;
    int count;
    const int* group;  // the first input of each channel
    const S* weights;
    const S* bias;

    void tile(const long* at, int, int block, Sum* sums) const
    {
        const S* w = weights + (long)block * count * CHANNELS;
        const int* first = group + block * CHANNELS;
        std::copy_n(bias + block * CHANNELS, CHANNELS, sums);
        for (int tap = 0; tap < count; ++tap, w += CHANNELS) {
            const X* from = x + at[0] + taps[tap];
            for (int c = 0; c < CHANNELS; ++c)
                sums[c] = (S)((std::uint64_t)sums[c] + (std::uint64_t)(S)from[first[c]] * (std::uint64_t)w[c]);
        }
    }
};

// The sums of windows, channel by channel.
template <class X, class S>
struct Pool {
    using Sum = S;
    static constexpr bool IN_LINE = false;
    static constexpr int ROWS = 1, CHANNELS = 64;

    const X* x;
    Grid grid;
    const int* taps;
    int count, channels;
    S bias;

    void tile(const long* at, int, int block, Sum* sums) const
    {
        const int first = block * CHANNELS, size = std::min(CHANNELS, channels - first);
        std::fill_n(sums, CHANNELS, bias);
        for (int tap = 0; tap < count; ++tap) {
            const X* from = x + at[0] + taps[tap] + first;
            for (int c = 0; c < size; ++c)
                sums[c] += (S)from[c];
        }
    }
};

// Calls `take` with each channel of a block. The loop has a constant count except in the last
// block.
template <int N, class Take>
QNN_INLINE void each_channel(int left, const Take& take)
{
    if (left >= N)
        for (int c = 0; c < N; ++c)
            take(c);
    else
        for (int c = 0; c < left; ++c)
            take(c);
}

// The sum of two tensors, each multiplied by a factor.
template <class X, class Y, class S, int V, int R>
struct WeightedAdd {
    using Sum = S;
    static constexpr bool IN_LINE = false;
    static constexpr int ROWS = R, CHANNELS = V * LANES;

    const X* x;
    Grid grid;
    const Y* y;
    Grid other;
    int channels, pixels;
    S factor, factor_y, bias;

    QNN_INLINE void tile(const long* at, int pixel, int block, Sum* sums) const
    {
        const int first = block * CHANNELS;
        Walk walk(other, pixel);
        long at_y = 0;
        for (int row = 0; row < ROWS; ++row, sums += CHANNELS) {
            if (pixel + row < pixels)  // after the last pixel, the tile repeats it
                at_y = walk.next();
            const X* a = x + at[row] + first;
            const Y* b = y + at_y + first;
            each_channel<CHANNELS>(channels - first, [&](int c) {
                sums[c] = factor * (S)a[c] + factor_y * (S)b[c] + bias;
            });
        }
    }
};

// The elements themselves.
template <class X, class S, int V, int R>
struct Identity {
    using Sum = S;
    static constexpr bool IN_LINE = false;
    static constexpr int ROWS = R, CHANNELS = V * LANES;

    const X* x;
    Grid grid;
    int channels;
    S bias;

    QNN_INLINE void tile(const long* at, int, int block, Sum* sums) const
    {
        const int first = block * CHANNELS;
        for (int row = 0; row < ROWS; ++row, sums += CHANNELS) {
            const X* a = x + at[row] + first;
            each_channel<CHANNELS>(channels - first, [&](int c) { sums[c] = (S)a[c] + bias; });
        }
    }
};

}  // namespace qnn
