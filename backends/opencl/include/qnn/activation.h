/// The activation of a sum: a bias and thresholds, both optional.
///
/// BIAS is a memory of numbers of BIAS_TYPE. THRESHOLDS is a memory of thresholds of type
/// THRESHOLD, COUNT for each channel, or for all channels together if SHARED is 1. All thresholds
/// of a channel are compared in parallel; if SEARCHES is defined, a binary search compares one
/// threshold on each level of a tree. SEARCHES is SEARCH(0) SEARCH(1) and so on, and each level has
/// a memory (THRESHOLDS_0, THRESHOLDS_1, ...), since the lanes read all levels in the same cycle.
/// The result is OFFSET plus the number of thresholds that the sum reaches, or -1 or +1 if SIGNS is
/// 1. In channels that the memory DESCENDING marks, the thresholds that the sum does not reach are
/// counted. The other memories have an address for each group of channels, and a word for each
/// place in the group.
#define ACTIVATE JOIN(NAME, _activate)

#ifdef THRESHOLDS
#if SHARED
#define ROW_OF 0
#define PLACE_OF 0
#else
#define ROW_OF group
#define PLACE_OF place
#endif

/// A comparison on one level of the tree.
#define SEARCH(level)                                                                              \
    {                                                                                              \
        const WORD(THRESHOLD_BITS) word = JOIN(THRESHOLDS, _##level)(place, ROW_OF, found);        \
        found = 2 * found + (sum >= LANE(THRESHOLD_BITS, THRESHOLD, word, 0) ? 1 : 0);             \
    }

int JOIN(NAME, _reached)(NUMBER(SUM) sum, uint group, uint place) {
#ifdef SEARCHES
    uint found = 0;
    SEARCHES
    return found < COUNT ? found : COUNT;
#else
    const WORD(THRESHOLD_BITS) word = THRESHOLDS[ROW_OF][PLACE_OF];
    uint found = 0;
#pragma unroll
    for (uint i = 0; i < COUNT; ++i) {
        found += sum >= LANE(THRESHOLD_BITS, THRESHOLD, word, i) ? 1 : 0;
    }
    return found;
#endif
}

long ACTIVATE(NUMBER(SUM) sum, uint group, uint place) {
#ifdef BIAS
    sum += LANE(BIAS_BITS, BIAS_TYPE, BIAS[group][place], 0);
#endif
    int reached = JOIN(NAME, _reached)(sum, group, place);
#ifdef DESCENDING
    if (DESCENDING[group][place].part[0] == 1) reached = COUNT - reached;
#endif
    return SIGNS ? 2 * reached - 1 : (long)reached + OFFSET;
}
#undef ROW_OF
#undef PLACE_OF
#undef SEARCH

#else

NUMBER(SUM) ACTIVATE(NUMBER(SUM) sum, uint group, uint place) {
#ifdef BIAS
    sum += LANE(BIAS_BITS, BIAS_TYPE, BIAS[group][place], 0);
#endif
    return sum;
}

#endif
