/// Passes every element through thresholds.
#ifndef QNN_THRESHOLD_HPP
#define QNN_THRESHOLD_HPP

#include "qnn/activation.hpp"
#include "qnn/elementwise.hpp"

namespace qnn {

/// Shape: that of `elementwise`; Activation.
template <typename Shape, typename... Memories>
void threshold(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& numbers,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& levels, unsigned frames,
    const Memories&... memories
) {
    elementwise<Shape, typename Shape::Activation>(numbers, levels, frames, memories...);
}

}  // namespace qnn

#endif
