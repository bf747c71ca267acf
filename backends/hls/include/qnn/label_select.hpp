/// The indices of the K largest scores, largest first, the first of equals.
///
/// Shape: Input, Output; LANES_IN scores and LANES_OUT indices in a word; WORDS of scores; K.
/// The indices leave from the iteration on that reads the last scores.
#ifndef QNN_LABEL_SELECT_HPP
#define QNN_LABEL_SELECT_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// The best scores so far, in order.
template <typename Score, typename Index, unsigned K>
struct Best {
    Score score[K];
    Index index[K];
    ap_uint<bits_for(K + 1)> count = 0;

    /// Puts a score behind all that are as large, and drops the last.
    void insert(const Score& next, const Index& label) {
#pragma HLS INLINE
        bool behind[K];
        for (unsigned i = 0; i < K; ++i) {
#pragma HLS UNROLL
            behind[i] = i >= count || score[i] < next;
        }
        for (unsigned i = K; i-- > 0;) {
#pragma HLS UNROLL
            if (!behind[i]) continue;
            const bool moves = i > 0 && behind[i > 0 ? i - 1 : 0];
            score[i] = moves ? score[i > 0 ? i - 1 : 0] : next;
            index[i] = moves ? index[i > 0 ? i - 1 : 0] : label;
        }
        if (count < K) ++count;
    }
};

template <typename Shape>
void label_select(
    hls::stream<Word<typename Shape::Input, Shape::LANES_IN> >& scores,
    hls::stream<Word<typename Shape::Output, Shape::LANES_OUT> >& labels, unsigned frames
) {
    typedef typename Shape::Output::Value Index;
    const unsigned RESULTS = Shape::K / Shape::LANES_OUT;
    Best<typename Shape::Input::Value, Index, Shape::K> best;
#pragma HLS ARRAY_PARTITION variable = best.score complete
#pragma HLS ARRAY_PARTITION variable = best.index complete
    Counter<Shape::WORDS + RESULTS - 1> step;
    for (unsigned frame = 0; frame < frames;) {
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
        if (!step.next()) continue;
        best.count = 0;
        ++frame;
    }
}

}  // namespace qnn

#endif
