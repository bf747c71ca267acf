/// Products of weights and inputs, each pair of types in the cheapest hardware that is exact.
///
/// Signs on both sides take an XNOR and a population count; with a sign (-1, 0 or +1) on one side,
/// the other factor is added, subtracted or skipped; all other products take a multiplier.
#ifndef QNN_PRODUCT_HPP
#define QNN_PRODUCT_HPP

#include "qnn/sum.hpp"

namespace qnn {

/// The hardware of a multiplier; two products may share a DSP.
struct Fabric {
    static const bool PAIRS = false;

    template <typename Result, typename A, typename B>
    static Result multiply(const A& a, const B& b) {
#pragma HLS INLINE
        Result product = a * b;
#pragma HLS BIND_OP variable = product op = mul impl = fabric
        return product;
    }
};

struct Dsp {
    static const bool PAIRS = true;

    template <typename Result, typename A, typename B>
    static Result multiply(const A& a, const B& b) {
#pragma HLS INLINE
        Result product = a * b;
#pragma HLS BIND_OP variable = product op = mul impl = dsp
        return product;
    }
};

/// A number with a sign bit, so that every product is signed.
template <int BITS>
ap_int<BITS> with_sign(const ap_int<BITS>& number) {
    return number;
}

template <int BITS>
ap_int<BITS + 1> with_sign(const ap_uint<BITS>& number) {
    return number;
}

/// Whether one DSP, which multiplies 25 x 18 bits, can compute two products with a common factor:
/// (first * 2^gap + second) * common.
constexpr bool fit_one_dsp(int bits, int gap, int common) {
    return bits + gap + 1 <= 25 && common <= 18;
}

/// One product: its bits, its computation, and whether two share a multiplier.
template <typename Weight, typename Input, typename Multiplier>
struct Product {
    typedef decltype(with_sign(typename Weight::Value())) Left;
    typedef decltype(with_sign(typename Input::Value())) Right;
    static const int BITS = Left::width + Right::width;
    /// Bits of a product: if a factor has no sign, one bit less than with_sign adds.
    static const int GAP =
        BITS - (int(Left::width + Right::width) > Weight::Value::width + Input::Value::width);
    static const bool PAIRS =
        Multiplier::PAIRS && fit_one_dsp(Weight::Value::width, GAP, Right::width);

    static ap_int<BITS> of(const typename Weight::Value& weight, const typename Input::Value& x) {
#pragma HLS INLINE
        return Multiplier::template multiply<ap_int<BITS> >(with_sign(weight), with_sign(x));
    }
};

/// A sign times a number: the number is added, subtracted or skipped.
template <int BITS, typename Number>
ap_int<BITS> with_sign_of(const ap_int<2>& sign, const Number& number) {
#pragma HLS INLINE
    ap_int<BITS> term = 0;
    if (sign > 0) term = number;
    if (sign < 0) term = -ap_int<BITS>(number);
    return term;
}

/// The weight is a sign: -1, 0 or +1.
template <typename Input>
struct SignTimes {
    static const int BITS = Input::Value::width + 2;
    static const bool PAIRS = false;

    static ap_int<BITS> of(const ap_int<2>& weight, const typename Input::Value& x) {
#pragma HLS INLINE
        return with_sign_of<BITS>(weight, x);
    }
};

/// The input is a sign.
template <typename Weight>
struct TimesSign {
    static const int BITS = Weight::Value::width + 2;
    static const bool PAIRS = false;

    static ap_int<BITS> of(const typename Weight::Value& weight, const ap_int<2>& x) {
#pragma HLS INLINE
        return with_sign_of<BITS>(x, weight);
    }
};

template <typename Input, typename Multiplier>
struct Product<Bipolar, Input, Multiplier> : SignTimes<Input> {};

template <typename Input, typename Multiplier>
struct Product<Ternary, Input, Multiplier> : SignTimes<Input> {};

template <typename Weight, typename Multiplier>
struct Product<Weight, Bipolar, Multiplier> : TimesSign<Weight> {};

template <typename Weight, typename Multiplier>
struct Product<Weight, Ternary, Multiplier> : TimesSign<Weight> {};

template <typename Multiplier>
struct Product<Bipolar, Ternary, Multiplier> : SignTimes<Ternary> {};

template <typename Multiplier>
struct Product<Ternary, Bipolar, Multiplier> : SignTimes<Bipolar> {};

template <typename Multiplier>
struct Product<Ternary, Ternary, Multiplier> : SignTimes<Ternary> {};

/// Two products with a common factor from one multiplier: (first * 2^GAP + second) * common.
///
/// The lower product has GAP bits; if it is negative, the upper product is too low by one.
template <int GAP, int BITS, int COMMON>
void two_products(
    const ap_int<BITS>& first, const ap_int<BITS>& second, const ap_int<COMMON>& common,
    ap_int<BITS + COMMON>& first_product, ap_int<BITS + COMMON>& second_product
) {
#pragma HLS INLINE
    const ap_int<25> both = (ap_int<25>(first) << GAP) + second;
    ap_int<25 + COMMON> products = both * common;
#pragma HLS BIND_OP variable = products op = mul impl = dsp
    second_product = ap_int<GAP>(products);
    first_product = ap_int<GAP>(products >> GAP) + ap_uint<1>(products[GAP - 1]);
}

/// The sum of the products of a row of weights with a word of inputs.
template <typename Weight, typename Input, typename Multiplier, int TERMS>
struct Dot {
    typedef Product<Weight, Input, Multiplier> Term;
    typedef ap_int<Term::BITS + bits_for(TERMS)> Sum;
    static const bool PAIRS = Term::PAIRS;

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

    /// The same for two rows of weights, with two products from each multiplier.
    static void of_two(
        const Word<Weight, TERMS>& first, const Word<Weight, TERMS>& second,
        const Word<Input, TERMS>& x, Sum& first_sum, Sum& second_sum
    ) {
#pragma HLS INLINE
        static_assert(PAIRS, "two products are too wide for one DSP");
        ap_int<Term::BITS> firsts[TERMS], seconds[TERMS];
#pragma HLS ARRAY_PARTITION variable = firsts complete
#pragma HLS ARRAY_PARTITION variable = seconds complete
        for (unsigned i = 0; i < TERMS; ++i) {
#pragma HLS UNROLL
            two_products<Term::GAP>(
                with_sign(lane<Weight>(first, i)), with_sign(lane<Weight>(second, i)),
                with_sign(lane<Input>(x, i)), firsts[i], seconds[i]
            );
        }
        first_sum = sum(firsts);
        second_sum = sum(seconds);
    }
};

/// Signs on both sides: a pair of equal bits has the product +1, a pair of different bits -1.
template <typename Multiplier, int TERMS>
struct Dot<Bipolar, Bipolar, Multiplier, TERMS> {
    typedef ap_int<bits_for(TERMS) + 3> Sum;
    static const bool PAIRS = false;

    static Sum of(const ap_uint<TERMS>& weights, const ap_uint<TERMS>& x) {
#pragma HLS INLINE
        const ap_uint<TERMS> agree = ~(weights ^ x);
        return Sum(ones(agree)) * 2 - TERMS;
    }
};

/// Rows of weights times one vector: row by row, or two rows at a time.
template <typename Row, bool PAIRS = Row::PAIRS>
struct Rows {
    template <typename Weights, typename Inputs, int COUNT>
    static void times(
        const Weights (&rows)[COUNT], const Inputs& x, typename Row::Sum (&sums)[COUNT]
    ) {
#pragma HLS INLINE
        for (unsigned row = 0; row < COUNT; ++row) {
#pragma HLS UNROLL
            sums[row] = Row::of(rows[row], x);
        }
    }
};

template <typename Row>
struct Rows<Row, true> {
    template <typename Weights, typename Inputs, int COUNT>
    static void times(
        const Weights (&rows)[COUNT], const Inputs& x, typename Row::Sum (&sums)[COUNT]
    ) {
#pragma HLS INLINE
        for (unsigned row = 0; row + 1 < COUNT; row += 2) {
#pragma HLS UNROLL
            Row::of_two(rows[row], rows[row + 1], x, sums[row], sums[row + 1]);
        }
        if (COUNT % 2 == 1) sums[COUNT - 1] = Row::of(rows[COUNT - 1], x);
    }
};

}  // namespace qnn

#endif
