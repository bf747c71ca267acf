/// Thresholds on their own.
#ifndef QNN_THRESHOLD_HPP
#define QNN_THRESHOLD_HPP

#include "qnn/activation.hpp"
#include "qnn/elements.hpp"

namespace qnn {

/// Shape: what `elements` takes; Activation.
template <typename Shape, typename... Memories>
void threshold(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& numbers,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& levels, unsigned frames,
    const Memories&... memories
) {
    elements<Shape, typename Shape::Activation>(numbers, levels, frames, memories...);
}

}  // namespace qnn

#endif
