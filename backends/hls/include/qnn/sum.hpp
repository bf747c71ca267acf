/// Sums of many terms as balanced trees, which a compressor can take.
#ifndef QNN_SUM_HPP
#define QNN_SUM_HPP

#include "qnn/word.hpp"

namespace qnn {

/// Adds terms FIRST to FIRST + COUNT - 1; each level of the tree is one bit wider.
template <int FIRST, int COUNT>
struct Tree {
    static const int LEFT = COUNT / 2;
    static const int LEVELS = bits_for(COUNT);

    template <int BITS, int TERMS>
    static ap_int<BITS + LEVELS> sum(const ap_int<BITS> (&terms)[TERMS]) {
#pragma HLS INLINE
        return Tree<FIRST, LEFT>::sum(terms) + Tree<FIRST + LEFT, COUNT - LEFT>::sum(terms);
    }

    template <int BITS>
    static ap_uint<LEVELS + 1> ones(const ap_uint<BITS>& word) {
#pragma HLS INLINE
        return Tree<FIRST, LEFT>::ones(word) + Tree<FIRST + LEFT, COUNT - LEFT>::ones(word);
    }
};

template <int FIRST>
struct Tree<FIRST, 1> {
    template <int BITS, int TERMS>
    static ap_int<BITS> sum(const ap_int<BITS> (&terms)[TERMS]) {
#pragma HLS INLINE
        return terms[FIRST];
    }

    template <int BITS>
    static ap_uint<1> ones(const ap_uint<BITS>& word) {
#pragma HLS INLINE
        return ap_uint<1>(word[FIRST]);
    }
};

/// The sum of all terms.
template <int BITS, int TERMS>
ap_int<BITS + bits_for(TERMS)> sum(const ap_int<BITS> (&terms)[TERMS]) {
#pragma HLS INLINE
    return Tree<0, TERMS>::sum(terms);
}

/// How many bits of a word are set.
template <int BITS>
ap_uint<bits_for(BITS) + 1> ones(const ap_uint<BITS>& word) {
#pragma HLS INLINE
    return Tree<0, BITS>::ones(word);
}

}  // namespace qnn

#endif
