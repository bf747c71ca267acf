/// What a sum goes through before it is written: a bias, thresholds, or nothing.
///
/// BIAS is a memory of numbers of BIAS_TYPE. THRESHOLDS is one of thresholds of type THRESHOLD: where
/// LEVELS is defined they are searched, a comparison on each level of a binary tree, of which each has
/// a memory (THRESHOLDS_0, THRESHOLDS_1, ...: all are read in the same cycle, for all lanes); otherwise
/// all COUNT of a channel are compared at once. The result is OFFSET and as many as are reached, or where
/// SIGNS is 1, -1 or +1. One row stands for all channels if SHARED is 1. In channels that the memory
/// DESCENDING marks, the thresholds count that are not reached. Memories have an address for each
/// group of channels, and a word for each place in the group.
#define ACTIVATE JOIN(NAME, _activate)

#ifdef THRESHOLDS
#if SHARED
#define ROW_OF 0
#define PLACE_OF 0
#else
#define ROW_OF group
#define PLACE_OF place
#endif

/// A comparison on a level of the tree, whose memory is called after the thresholds and the level.
#define SEARCH(level)                                                                              \
    {                                                                                              \
        const WORD(THRESHOLD_BITS) word = JOIN(THRESHOLDS, _##level)(place, ROW_OF, found);        \
        found = 2 * found + (sum >= LANE(THRESHOLD_BITS, THRESHOLD, word, 0) ? 1 : 0);             \
    }

int JOIN(NAME, _reached)(NUMBER(SUM) sum, uint group, uint place) {
#ifdef LEVELS
    uint found = 0;
#if LEVELS > 0
    SEARCH(0)
#endif
#if LEVELS > 1
    SEARCH(1)
#endif
#if LEVELS > 2
    SEARCH(2)
#endif
#if LEVELS > 3
    SEARCH(3)
#endif
#if LEVELS > 4
    SEARCH(4)
#endif
#if LEVELS > 5
    SEARCH(5)
#endif
#if LEVELS > 6
    SEARCH(6)
#endif
#if LEVELS > 7
    SEARCH(7)
#endif
#if LEVELS > 8
    SEARCH(8)
#endif
#if LEVELS > 9
    SEARCH(9)
#endif
#if LEVELS > 10
    SEARCH(10)
#endif
#if LEVELS > 11
    SEARCH(11)
#endif
#if LEVELS > 12
    SEARCH(12)
#endif
#if LEVELS > 13
    SEARCH(13)
#endif
#if LEVELS > 14
    SEARCH(14)
#endif
#if LEVELS > 15
    SEARCH(15)
#endif
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
