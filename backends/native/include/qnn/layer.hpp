// A layer: a product computes the sums of one tile after another, and an activation stores them.
#pragma once

#include "frame.hpp"
#include "vectors.hpp"

namespace qnn {

// The outer loop is over blocks of channels: the weights of a block stay in the cache for all
// pixels.
template <class Product, class Activation>
void layer(const Product& product, const Activation& activation, int pixels, int blocks, Part part)
{
    constexpr int ROWS = Product::ROWS, CHANNELS = Product::CHANNELS;
    const bool by_pixels = pixels >= 2 * ROWS * part.of;
    const Range rows = by_pixels ? part.share(pixels, ROWS) : Range{0, pixels};
    const Range columns = by_pixels ? Range{0, blocks} : part.share(blocks);
    for (int block = columns.first; block < columns.last; ++block) {
        Walk from(product.grid, rows.first), to(activation.grid, rows.first);
        for (int pixel = rows.first; pixel < rows.last; pixel += ROWS) {
            const int count = std::min(ROWS, rows.last - pixel);
            long x[ROWS];
            if constexpr (Product::IN_LINE)
                x[0] = from.next(ROWS);
            else
                for (int row = 0; row < ROWS; ++row)
                    x[row] = row < count ? from.next() : x[count - 1];
            alignas(64) typename Product::Sum sums[ROWS][CHANNELS];
            product.tile(x, pixel, block, sums[0]);
            if (count == ROWS)
                QNN_UNROLL for (int row = 0; row < ROWS; ++row)
                    activation.template put<CHANNELS>(to.next(), block * CHANNELS, sums[row]);
            else
                for (int row = 0; row < count; ++row)
                    activation.template put<CHANNELS>(to.next(), block * CHANNELS, sums[row]);
        }
    }
}

}  // namespace qnn
