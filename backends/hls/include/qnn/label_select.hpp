/// The indices of the K largest scores in descending order; of equal scores, the first comes first,
/// or with LAST the last.
///
/// Shape: Input, Output; LANES_IN scores and LANES_OUT indices in a word; WORDS of scores; K;
/// LAST.
/// The iteration that reads the last scores writes the first indices.
#ifndef QNN_LABEL_SELECT_HPP
#define QNN_LABEL_SELECT_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// The best scores so far, in order.
template <typename Score, typename Index, unsigned K, bool LAST>
struct Best {
    Score score[K];
    Index index[K];
    ap_uint<bits_for(K + 1)> count = 0;

    /// Whether a score is ahead of one with a higher index.
    static bool ahead(const Score& earlier, const Score& later) {
#pragma HLS INLINE
        return LAST ? later < earlier : !(earlier < later);
    }

    /// Merges more scores, which have higher indices than those held. The place of each is the number of
    /// scores ahead of it, so that one comparison and one selection are on the path through this
    /// function, however many scores are merged in one iteration.
    template <unsigned LANES>
    void merge(const Score (&scores)[LANES], const Index (&labels)[LANES]) {
#pragma HLS INLINE
        unsigned kept_place[K], place[LANES];
#pragma HLS ARRAY_PARTITION variable = kept_place complete
#pragma HLS ARRAY_PARTITION variable = place complete
        for (unsigned i = 0; i < K; ++i) {
#pragma HLS UNROLL
            kept_place[i] = i;
        }
        for (unsigned c = 0; c < LANES; ++c) {
#pragma HLS UNROLL
            place[c] = 0;
            for (unsigned other = 0; other < LANES; ++other) {
#pragma HLS UNROLL
                if (other < c && ahead(scores[other], scores[c])) ++place[c];
                if (other > c && !ahead(scores[c], scores[other])) ++place[c];
            }
            for (unsigned i = 0; i < K; ++i) {
#pragma HLS UNROLL
                if (i < count && ahead(score[i], scores[c])) {
                    ++place[c];
                } else {
                    ++kept_place[i];
                }
            }
        }
        const Best<Score, Index, K, LAST> before = *this;
        for (unsigned k = 0; k < K; ++k) {
#pragma HLS UNROLL
            for (unsigned i = 0; i <= k; ++i) {
#pragma HLS UNROLL
                if (kept_place[i] == k) put(k, before.score[i], before.index[i]);
            }
            for (unsigned c = 0; c < LANES; ++c) {
#pragma HLS UNROLL
                if (place[c] == k) put(k, scores[c], labels[c]);
            }
        }
        count = count + LANES < K ? decltype(count)(count + LANES) : decltype(count)(K);
    }

    void put(unsigned k, const Score& next, const Index& label) {
#pragma HLS INLINE
        score[k] = next;
        index[k] = label;
    }
};

template <typename Shape>
void label_select(
    hls::stream<Word<typename Shape::Input, Shape::LANES_IN> >& scores,
    hls::stream<Word<typename Shape::Output, Shape::LANES_OUT> >& labels, unsigned frames
) {
    typedef typename Shape::Output::Value Index;
    const unsigned RESULTS = Shape::K / Shape::LANES_OUT;
    typedef typename Shape::Input::Value Score;
    Best<Score, Index, Shape::K, Shape::LAST> best;
#pragma HLS ARRAY_PARTITION variable = best.score complete
#pragma HLS ARRAY_PARTITION variable = best.index complete
    Counter<Shape::WORDS + RESULTS - 1> step;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        if (step < Shape::WORDS) {
            const Word<typename Shape::Input, Shape::LANES_IN> word = scores.read();
            Score scores[Shape::LANES_IN];
            Index indices[Shape::LANES_IN];
#pragma HLS ARRAY_PARTITION variable = scores complete
#pragma HLS ARRAY_PARTITION variable = indices complete
            for (unsigned c = 0; c < Shape::LANES_IN; ++c) {
#pragma HLS UNROLL
                scores[c] = lane<typename Shape::Input>(word, c);
                indices[c] = step * Shape::LANES_IN + c;
            }
            best.merge(scores, indices);
        }
        if (step >= Shape::WORDS - 1) {
            Word<typename Shape::Output, Shape::LANES_OUT> word;
            for (unsigned c = 0; c < Shape::LANES_OUT; ++c) {
#pragma HLS UNROLL
                const unsigned place = (step - (Shape::WORDS - 1)) * Shape::LANES_OUT + c;
                set_lane<typename Shape::Output>(word, c, best.index[place]);
            }
            labels.write(word);
        }
        if (!step.next()) continue;
        best.count = 0;
        ++frame;
    }
}

}  // namespace qnn

#endif
