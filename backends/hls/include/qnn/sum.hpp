/// Sums of many terms and population counts, built from what fits the fabric: adders of three
/// numbers, and counts of six bits, which are three LUTs of six inputs.
#ifndef QNN_SUM_HPP
#define QNN_SUM_HPP

#include "qnn/word.hpp"

namespace qnn {

/// The type of a number with MORE bits.
template <typename Number, int MORE>
struct Wider;

template <int BITS, int MORE>
struct Wider<ap_int<BITS>, MORE> {
    typedef ap_int<BITS + MORE> Number;
};

template <int BITS, int MORE>
struct Wider<ap_uint<BITS>, MORE> {
    typedef ap_uint<BITS + MORE> Number;
};

/// The type of a sum of COUNT terms.
template <typename Number, int COUNT>
using SumOf = typename Wider<Number, COUNT == 1 ? 0 : bits_for(COUNT)>::Number;

/// The sum of COUNT terms from FIRST on: a third of them in each branch.
template <int FIRST, int COUNT>
struct Tree {
    static const int LEFT = (COUNT + 2) / 3, MIDDLE = (COUNT + 1) / 3, RIGHT = COUNT / 3;

    template <typename Number, int TERMS>
    static SumOf<Number, COUNT> sum(const Number (&terms)[TERMS]) {
#pragma HLS INLINE
        return Tree<FIRST, LEFT>::sum(terms) + Tree<FIRST + LEFT, MIDDLE>::sum(terms) +
               Tree<FIRST + LEFT + MIDDLE, RIGHT>::sum(terms);
    }
};

template <int FIRST>
struct Tree<FIRST, 2> {
    template <typename Number, int TERMS>
    static SumOf<Number, 2> sum(const Number (&terms)[TERMS]) {
#pragma HLS INLINE
        return terms[FIRST] + terms[FIRST + 1];
    }
};

template <int FIRST>
struct Tree<FIRST, 1> {
    template <typename Number, int TERMS>
    static Number sum(const Number (&terms)[TERMS]) {
#pragma HLS INLINE
        return terms[FIRST];
    }
};

template <typename Number, int TERMS>
SumOf<Number, TERMS> sum(const Number (&terms)[TERMS]) {
#pragma HLS INLINE
    return Tree<0, TERMS>::sum(terms);
}

/// The number of ones in six bits.
inline ap_uint<3> ones_of_six(const ap_uint<6>& bits) {
#pragma HLS INLINE
    static const unsigned char COUNTS[64] = {
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 1, 2, 2, 3, 2, 3, 3, 4, 2, 3, 3, 4, 3, 4, 4, 5,
        1, 2, 2, 3, 2, 3, 3, 4, 2, 3, 3, 4, 3, 4, 4, 5, 2, 3, 3, 4, 3, 4, 4, 5, 3, 4, 4, 5, 4, 5, 5, 6,
    };
    return COUNTS[bits];
}

/// The number of ones in a word.
template <int BITS>
ap_uint<bits_for(BITS) + 1> ones(const ap_uint<BITS>& word) {
#pragma HLS INLINE
    const int GROUPS = (BITS + 5) / 6;
    ap_uint<3> counts[GROUPS];
#pragma HLS ARRAY_PARTITION variable = counts complete
    for (unsigned i = 0; i < GROUPS; ++i) {
#pragma HLS UNROLL
        counts[i] = ones_of_six(ap_uint<6>(word >> (6 * i)));
    }
    return sum(counts);
}

}  // namespace qnn

#endif
