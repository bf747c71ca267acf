/// Words: elements side by side, element i in bits [i * BITS, (i + 1) * BITS).
#ifndef QNN_WORD_HPP
#define QNN_WORD_HPP

#include "qnn/types.hpp"

namespace qnn {

template <typename Element, int LANES>
using Word = ap_uint<Element::BITS * LANES>;

/// The code of one element.
template <int BITS, int WIDTH>
ap_uint<BITS> field(const ap_uint<WIDTH>& word, unsigned place) {
#pragma HLS INLINE
    static_assert(WIDTH % BITS == 0, "a word holds whole fields");
    return ap_uint<BITS>(word >> (place * BITS));
}

template <int BITS, int WIDTH>
void set_field(ap_uint<WIDTH>& word, unsigned place, const ap_uint<BITS>& code) {
#pragma HLS INLINE
    word.range((place + 1) * BITS - 1, place * BITS) = code;
}

/// The number of one element.
template <typename Element, int WIDTH>
typename Element::Value lane(const ap_uint<WIDTH>& word, unsigned place) {
#pragma HLS INLINE
    return Element::decode(field<Element::BITS>(word, place));
}

/// Writes the number of one element.
template <typename Element, int WIDTH, typename Number>
void set_lane(ap_uint<WIDTH>& word, unsigned place, const Number& number) {
#pragma HLS INLINE
    set_field<Element::BITS>(word, place, Element::encode(number));
}

}  // namespace qnn

#endif
