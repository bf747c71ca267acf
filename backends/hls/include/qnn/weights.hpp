/// Weights enter the design: rows of whole bytes are packed into the word of an address.
///
/// Shape: ROWS at an address, each of BITS in whole BYTES; WORDS (addresses); PORT_BYTES of a word of
/// the port; TIMES (vectors of a frame).
#ifndef QNN_WEIGHTS_HPP
#define QNN_WEIGHTS_HPP

#include "qnn/source.hpp"

namespace qnn {

/// An address is a word of a source, and a row is one of its elements.
template <typename Shape>
struct WeightRows : Shape {
    typedef Unsigned<Shape::BITS> Element;
    static const unsigned LANES = Shape::ROWS;
};

/// The port sends all weights TIMES for each frame, and each time begins with a word of the port.
template <typename Shape, unsigned TIMES>
void weights(
    hls::stream<ap_uint<8 * Shape::PORT_BYTES> >& port,
    hls::stream<ap_uint<Shape::BITS * Shape::ROWS> >& rows, unsigned frames
) {
    source<WeightRows<Shape>, true, TIMES>(port, rows, frames);
}

}  // namespace qnn

#endif
