// The arguments of a step: the memory of one image, and the thread's share of the work.
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

// One of the threads that share an image.
struct Part {
    int number, of;

    // Its share of `count` items; shares start at multiples of `multiple`.
    Range share(int count, int multiple = 1) const
    {
        const int groups = (count + multiple - 1) / multiple;
        const auto cut = [&](int part) {
            return std::min(count, (int)((long)groups * part / of) * multiple);
        };
        return {cut(number), cut(number + 1)};
    }
};

// Offsets of the pixels of an image: pixels per row, distance of rows and of columns, first offset.
struct Grid {
    int width, row, column, start;
};

// Iterates over the offsets of pixels, one by one or several of a row at a time.
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

// Fills the border that padding adds around an image.
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
