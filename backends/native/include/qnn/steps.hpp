// Steps that are not layers: max pooling and rounding.
#pragma once

#include "frame.hpp"
#include "vectors.hpp"

namespace qnn {

// A sliding window, and the size and strides of its image in elements.
struct Sliding {
    int height, width, channels, row, column, start;
    int kernel[2], strides[2], pads[2], dilations[2];
};

// Calls `take` with the offset of each pixel of the image inside the window of an output pixel.
template <class Take>
QNN_INLINE void under(const Sliding& s, int row, int column, const Take& take)
{
    for (int i = 0; i < s.kernel[0]; ++i) {
        const int y = row * s.strides[0] - s.pads[0] + i * s.dilations[0];
        if (y < 0 || y >= s.height)
            continue;
        for (int j = 0; j < s.kernel[1]; ++j) {
            const int x = column * s.strides[1] - s.pads[1] + j * s.dilations[1];
            if (x >= 0 && x < s.width)
                take(s.start + (long)y * s.row + (long)x * s.column);
        }
    }
}

template <class X>
void max_pool(const X* x, const Sliding& s, X* y, const Grid& grid, int pixels, Part part)
{
    const Range share = part.share(pixels);
    Walk to(grid, share.first);
    for (int pixel = share.first; pixel < share.last; ++pixel) {
        X* result = y + to.next();
        bool first = true;
        under(s, pixel / grid.width, pixel % grid.width, [&](long at) {
            const X* from = x + at;
            if (first)
                std::copy_n(from, s.channels, result);
            else
                for (int c = 0; c < s.channels; ++c)
                    result[c] = std::max(result[c], from[c]);
            first = false;
        });
    }
}

// Max pooling of bits; channels are counted in words. The result is +1 if any pixel is +1, and -1
// if all are.
template <bool Ternary>
void max_pool_bits(const std::uint64_t* x, const Sliding& s, std::uint64_t* y, const Grid& grid,
                   int pixels, Part part)
{
    constexpr int PLANES = Ternary ? 2 : 1;
    const Range share = part.share(pixels);
    Walk to(grid, share.first);
    for (int pixel = share.first; pixel < share.last; ++pixel) {
        std::uint64_t* result = y + to.next();
        for (int word = 0; word < s.channels; ++word) {
            std::uint64_t plus = 0, minus = ~0ull;
            under(s, pixel / grid.width, pixel % grid.width, [&](long at) {
                const std::uint64_t* from = x + at + word * PLANES;
                plus |= Ternary ? from[0] & ~from[1] : from[0];
                minus &= Ternary ? from[0] & from[1] : 0;
            });
            result[word * PLANES] = plus | minus;
            if (Ternary)
                result[word * PLANES + 1] = minus;
        }
    }
}

// How `round_shift` rounds; the names are those of the dialect.
enum class Rounding { floor, ceil, down, up, half_even, half_up, half_down };

template <class Wide>
QNN_INLINE Wide round_shift(Wide x, int shift, Rounding rounding)
{
    if (shift == 0)
        return x;
    const Wide whole = x >> shift, rest = x & (((Wide)1 << shift) - 1), half = (Wide)1 << (shift - 1);
    const bool negative = x < 0;
    switch (rounding) {
    case Rounding::floor:
        return whole;
    case Rounding::ceil:
        return whole + (rest > 0);
    case Rounding::down:
        return whole + (negative && rest > 0);
    case Rounding::up:
        return whole + (!negative && rest > 0);
    case Rounding::half_even:
        return whole + (rest > half || (rest == half && (whole & 1)));
    case Rounding::half_up:
        return whole + (rest > half || (rest == half && !negative));
    case Rounding::half_down:
        return whole + (rest > half || (rest == half && negative));
    }
    return whole;
}

}  // namespace qnn
