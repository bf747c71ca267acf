/// The indices of the K largest scores in descending order; of equal scores, the first comes first,
/// or if LAST is 1 the last.
///
/// FROM, TO; INPUT, OUTPUT; LANES_IN scores and LANES_OUT indices in a word; WORDS of scores; K;
/// LAST.
/// The iteration that reads the last scores writes the first indices. The scores of a word are
/// sorted first, so that only one comparison with the scores held depends on the previous
/// iteration.

/// The scores of a word that can be among the K largest.
#define BEST (K < LANES_IN ? K : LANES_IN)

/// Whether a score is ahead of one with a higher index.
#define AHEAD(earlier, later) (LAST ? later < earlier : !(earlier < later))

/// Whether the score held in place i moves back by s places: s scores of the word are larger.
#define GOES_BACK(i, s) ((s == 0 || !ahead[i][s - 1]) && (s == BEST || ahead[i][s]))

/// Whether score s of the word comes directly after the first i scores held.
#define COMES_BEHIND(i, s) ((i == 0 || ahead[i - 1][s]) && !ahead[i][s])

PROCESS NAME(void) {
    NUMBER(INPUT) held[K];
    NUMBER(OUTPUT) label[K];
    uint count = 0, step = 0;
#pragma ii 1
    while (true) {
        if (step < WORDS) {
            WORD(FROM_BITS) word;
            READ(FROM, word);
            NUMBER(INPUT) best[BEST];
            uint lane[BEST];
#pragma unroll
            for (uint c = 0; c < LANES_IN; ++c) {
                NUMBER(INPUT) score = LANE(FROM_BITS, INPUT, word, c);
                uint of_score = c;
                bool moving = false;
#pragma unroll
                for (uint i = 0; i < BEST; ++i) {
                    moving = moving || i >= c || !AHEAD(best[i], score);
                    if (!moving) continue;
                    const NUMBER(INPUT) other = best[i];
                    const uint of_other = lane[i];
                    best[i] = score;
                    lane[i] = of_score;
                    score = other;
                    of_score = of_other;
                }
            }
            bool ahead[K][BEST];
#pragma unroll
            for (uint i = 0; i < K; ++i) {
#pragma unroll
                for (uint s = 0; s < BEST; ++s) ahead[i][s] = i < count && AHEAD(held[i], best[s]);
            }
#pragma unroll
            for (uint place = K; place-- > 0;) {
                NUMBER(INPUT) score = held[place];
                NUMBER(OUTPUT) index = label[place];
#pragma unroll
                for (uint s = 0; s <= BEST && s <= place; ++s) {
                    if (GOES_BACK(place - s, s)) {
                        score = held[place - s];
                        index = label[place - s];
                    }
                    if (s < BEST && COMES_BEHIND(place - s, s)) {
                        score = best[s];
                        index = step * LANES_IN + lane[s];
                    }
                }
                held[place] = score;
                label[place] = index;
            }
            count = count + LANES_IN < K ? count + LANES_IN : K;
        }
        if (step >= WORDS - 1) {
            WORD(TO_BITS) word = EMPTY;
#pragma unroll
            for (uint c = 0; c < LANES_OUT; ++c) SET_LANE(TO_BITS, OUTPUT, word, c, label[c]);
            WRITE(TO, word);
#pragma unroll
            for (uint i = 0; i + LANES_OUT < K; ++i) label[i] = label[i + LANES_OUT];
        }
        if (NEXT(step, WORDS + K / LANES_OUT - 1)) count = 0;
    }
}

#undef AHEAD
#undef BEST
#undef COMES_BEHIND
#undef GOES_BACK
