/// Adds a row of constants to every pixel: one row for all, or the row of its kind.
#ifndef QNN_OFFSET_HPP
#define QNN_OFFSET_HPP

#include "qnn/pixel_rows.hpp"

namespace qnn {

struct Plus {
    template <typename Number, typename Constant>
    static auto of(const Number& number, const Constant& constant) -> decltype(number + constant) {
#pragma HLS INLINE
        return number + constant;
    }
};

template <typename Shape, int ADDRESSES, typename... Kinds>
void offset(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& numbers,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& results, unsigned frames,
    const Word<typename Shape::Row, Shape::LANES> (&rows)[ADDRESSES][1], const Kinds&... kinds
) {
    pixel_rows<Plus, Shape>(numbers, results, frames, rows, kinds...);
}

}  // namespace qnn

#endif
