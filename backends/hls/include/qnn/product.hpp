/// Products of weights and inputs, each pair of types in the cheapest hardware that is exact.
#ifndef QNN_PRODUCT_HPP
#define QNN_PRODUCT_HPP

#include "qnn/sum.hpp"

namespace qnn {

/// Where a plain product is computed.
struct Fabric {
    template <typename Result, typename A, typename B>
    static Result multiply(const A& a, const B& b) {
#pragma HLS INLINE
        Result product = a * b;
#pragma HLS BIND_OP variable = product op = mul impl = fabric
        return product;
    }
};

struct Dsp {
    template <typename Result, typename A, typename B>
    static Result multiply(const A& a, const B& b) {
#pragma HLS INLINE
        Result product = a * b;
#pragma HLS BIND_OP variable = product op = mul impl = dsp
        return product;
    }
};

/// A number with a sign bit, so that all products are signed.
template <int BITS>
ap_int<BITS> with_sign(const ap_int<BITS>& number) {
    return number;
}

template <int BITS>
ap_int<BITS + 1> with_sign(const ap_uint<BITS>& number) {
    return number;
}

/// One product: the bits it takes, and how it is computed.
template <typename Weight, typename Input, typename Multiplier>
struct Product {
    static const int BITS = Weight::Value::width + Input::Value::width + 2;

    static ap_int<BITS> of(const typename Weight::Value& weight, const typename Input::Value& x) {
#pragma HLS INLINE
        return Multiplier::template multiply<ap_int<BITS> >(with_sign(weight), with_sign(x));
    }
};

/// A sign or nothing: added, subtracted or left out.
template <int BITS, typename Number>
ap_int<BITS> with_sign_of(const ap_int<2>& sign, const Number& number) {
#pragma HLS INLINE
    ap_int<BITS> term = 0;
    if (sign > 0) term = number;
    if (sign < 0) term = -ap_int<BITS>(number);
    return term;
}

template <typename Input, typename Multiplier>
struct Product<Bipolar, Input, Multiplier> {
    static const int BITS = Input::Value::width + 2;

    static ap_int<BITS> of(const ap_int<2>& weight, const typename Input::Value& x) {
#pragma HLS INLINE
        return with_sign_of<BITS>(weight, x);
    }
};

template <typename Input, typename Multiplier>
struct Product<Ternary, Input, Multiplier> : Product<Bipolar, Input, Multiplier> {};

template <typename Weight, typename Multiplier>
struct Product<Weight, Bipolar, Multiplier> {
    static const int BITS = Weight::Value::width + 2;

    static ap_int<BITS> of(const typename Weight::Value& weight, const ap_int<2>& x) {
#pragma HLS INLINE
        return with_sign_of<BITS>(x, weight);
    }
};

template <typename Multiplier>
struct Product<Ternary, Bipolar, Multiplier> : Product<Bipolar, Ternary, Multiplier> {};

/// The products of a row of weights with as many inputs, added up.
template <typename Weight, typename Input, typename Multiplier, int TERMS>
struct Dot {
    typedef Product<Weight, Input, Multiplier> Term;
    typedef ap_int<Term::BITS + bits_for(TERMS)> Sum;

    static Sum of(const Word<Weight, TERMS>& weights, const Word<Input, TERMS>& x) {
#pragma HLS INLINE
        ap_int<Term::BITS> terms[TERMS];
#pragma HLS ARRAY_PARTITION variable = terms complete
        for (unsigned i = 0; i < TERMS; ++i) {
#pragma HLS UNROLL
            terms[i] = Term::of(lane<Weight>(weights, i), lane<Input>(x, i));
        }
        return sum(terms);
    }
};

/// Signs on both sides: as many +1 as bits that agree, as many -1 as bits that differ.
template <typename Multiplier, int TERMS>
struct Dot<Bipolar, Bipolar, Multiplier, TERMS> {
    typedef ap_int<bits_for(TERMS) + 3> Sum;

    static Sum of(const ap_uint<TERMS>& weights, const ap_uint<TERMS>& x) {
#pragma HLS INLINE
        const ap_uint<TERMS> agree = ~(weights ^ x);
        return Sum(ones(agree)) * 2 - TERMS;
    }
};

/// Two products with one factor in common, from one multiplier: (first * 2^GAP + second) * common.
///
/// The lower product needs GAP bits, of which it gives back a borrow to the upper one; 27 x 18 bits
/// is what a DSP multiplies.
template <int BITS, int COMMON>
void two_products(
    const ap_int<BITS>& first, const ap_int<BITS>& second, const ap_int<COMMON>& common,
    ap_int<BITS + COMMON>& first_product, ap_int<BITS + COMMON>& second_product
) {
#pragma HLS INLINE
    const int GAP = BITS + COMMON;
    static_assert(GAP + BITS + 1 <= 27 && COMMON <= 18, "two products are too wide for one DSP");
    const ap_int<GAP + BITS + 1> both = (ap_int<GAP + BITS + 1>(first) << GAP) + second;
    ap_int<2 * GAP + 1> products = both * common;
#pragma HLS BIND_OP variable = products op = mul impl = dsp
    second_product = ap_int<GAP>(products);
    first_product = ap_int<GAP>((products - second_product) >> GAP);
}

}  // namespace qnn

#endif
