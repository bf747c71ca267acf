/// How a weight w and an input x are multiplied, each pair of types in the cheapest way that is exact.
///
/// PRODUCTS names one of: XNOR, where both are signs and SIMD of them are counted at a time;
/// BY_WEIGHT and BY_INPUT, where that side is a sign or nothing, and the other is added, subtracted
/// or left out; MULTIPLIED, a multiplier.
#define TERM JOIN(NAME, _term)

/// One product.
NUMBER(PRODUCT) TERM(NUMBER(WEIGHT) w, NUMBER(INPUT) x) {
#if PRODUCTS == XNOR || PRODUCTS == BY_WEIGHT
    const NUMBER(PRODUCT) number = x;
    return w > 0 ? number : w < 0 ? -number : 0;
#elif PRODUCTS == BY_INPUT
    const NUMBER(PRODUCT) number = w;
    return x > 0 ? number : x < 0 ? -number : 0;
#else
    return (NUMBER(PRODUCT))w * (NUMBER(PRODUCT))x;
#endif
}
