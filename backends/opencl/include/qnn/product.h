/// The product of a weight w and an input x, in the cheapest way that is exact for their types.
///
/// PRODUCTS is XNOR if both are -1 or +1, and a population count adds SIMD products; BY_WEIGHT or
/// BY_INPUT if that factor is -1, 0 or +1, and the other is added, subtracted or skipped;
/// MULTIPLIED for a multiplier.
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
