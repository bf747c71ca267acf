/// The indices of the K largest scores, largest first, the first of equals.
///
/// Shape: Input, Output; LANES_IN scores and LANES_OUT indices in a word; WORDS of scores; K.
/// The indices leave from the iteration on that reads the last scores.
#ifndef QNN_LABEL_SELECT_HPP
#define QNN_LABEL_SELECT_HPP

#include "qnn/word.hpp"

namespace qnn {

/// The best scores so far, in order.
template <typename Score, typename Index, unsigned K>
struct Best {
    Score score[K];
    Index index[K];
    unsigned count = 0;

    /// Puts a score behind all that are as large, and drops the last.
    void insert(Score next, Index label) {
#pragma HLS INLINE
        bool moving = false;
        for (unsigned i = 0; i < K; ++i) {
#pragma HLS UNROLL
            moving = moving || i >= count || score[i] < next;
            if (moving) {
                const Score other = score[i];
                const Index of_other = index[i];
                score[i] = next;
                index[i] = label;
                next = other;
                label = of_other;
            }
        }
        if (count < K) ++count;
    }
};

template <typename Shape>
void label_select(
    hls::stream<Word<typename Shape::Input, Shape::LANES_IN> >& scores,
    hls::stream<Word<typename Shape::Output, Shape::LANES_OUT> >& labels, Count frames
) {
    typedef typename Shape::Output::Value Index;
    const unsigned RESULTS = Shape::K / Shape::LANES_OUT;
    const Count ITERATIONS = Shape::WORDS + RESULTS - 1;
    Best<typename Shape::Input::Value, Index, Shape::K> best;
#pragma HLS ARRAY_PARTITION variable = best.score complete
#pragma HLS ARRAY_PARTITION variable = best.index complete
    unsigned step = 0;
    for (Count i = 0; i < frames * ITERATIONS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        if (step < Shape::WORDS) {
            const Word<typename Shape::Input, Shape::LANES_IN> word = scores.read();
            for (unsigned c = 0; c < Shape::LANES_IN; ++c) {
#pragma HLS UNROLL
                best.insert(lane<typename Shape::Input>(word, c), Index(step * Shape::LANES_IN + c));
            }
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
        if (++step == ITERATIONS) {
            step = 0;
            best.count = 0;
        }
    }
}

}  // namespace qnn

#endif
