// What a step of a network works with: the memory of one image, and its share of the work.
#pragma once

#include <algorithm>
#include <cstdint>

namespace qnn {

struct Frame {
    char* arena;
    const char* weights;
    const char* const* inputs;
    char* const* outputs;

    template <class T>
    T* at(long offset) const
    {
        return reinterpret_cast<T*>(arena + offset);
    }
    template <class T>
    const T* constant(long offset) const
    {
        return reinterpret_cast<const T*>(weights + offset);
    }
    template <class T>
    const T* input(int number) const
    {
        return reinterpret_cast<const T*>(inputs[number]);
    }
    template <class T>
    T* output(int number) const
    {
        return reinterpret_cast<T*>(outputs[number]);
    }
};

struct Range {
    int first, last;
};

// One of several threads that share an image.
struct Part {
    int number, of;

    // Its share of so many things, cut at multiples of some number.
    Range share(int count, int multiple = 1) const
    {
        const int groups = (count + multiple - 1) / multiple;
        const auto cut = [&](int part) {
            return std::min(count, (int)((long)groups * part / of) * multiple);
        };
        return {cut(number), cut(number + 1)};
    }
};

// Where the pixels of an image lie, in elements.
struct Grid {
    int width, row, column, start;
};

// Goes from pixel to pixel, or past several of a row.
class Walk {
public:
    Walk(const Grid& grid, int pixel)
        : grid_(grid), x_(pixel % grid.width), row_(grid.start + (long)(pixel / grid.width) * grid.row)
    {
    }
    long next(int pixels = 1)
    {
        const long at = row_ + (long)x_ * grid_.column;
        if ((x_ += pixels) == grid_.width) {
            x_ = 0;
            row_ += grid_.row;
        }
        return at;
    }

private:
    const Grid grid_;
    int x_;
    long row_;
};

// Fills what stands around an image that padding has made larger.
template <class T>
inline void border(T* image, int height, int width, int channels, int top, int left, int bottom,
                   int right, T value)
{
    const long line = (long)(left + width + right) * channels;
    std::fill_n(image, top * line + left * channels, value);
    for (int y = 0; y < height; ++y) {
        T* end = image + (top + y) * line + (long)(left + width) * channels;
        std::fill_n(end, (right + (y + 1 < height ? left : 0)) * (long)channels, value);
    }
    std::fill_n(image + (top + height) * line, bottom * line, value);
}

}  // namespace qnn
