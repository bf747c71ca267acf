/// The loop of a layer with weights: PE rows in parallel, STEPS words of the input for each of
/// FOLDS groups of rows.
///
/// The weights come from a memory with an address for each iteration of a vector and a word for
/// each of PE rows, or from a stream of such addresses.
#ifndef QNN_WEIGHTED_HPP
#define QNN_WEIGHTED_HPP

#include "qnn/activation.hpp"
#include "qnn/counter.hpp"
#include "qnn/product.hpp"

namespace qnn {

/// The words of all rows at an address of a memory.
template <int BITS, int DEPTH, int PE>
void read_rows(
    const ap_uint<BITS> (&memory)[DEPTH][PE], unsigned address, ap_uint<BITS> (&rows)[PE]
) {
#pragma HLS INLINE
    for (unsigned row = 0; row < PE; ++row) {
#pragma HLS UNROLL
        rows[row] = memory[address][row];
    }
}

/// The words of all rows from a stream, in the order in which they are needed.
template <int BITS, int PE>
void read_rows(hls::stream<ap_uint<BITS * PE> >& weights, unsigned, ap_uint<BITS> (&rows)[PE]) {
#pragma HLS INLINE
    const ap_uint<BITS * PE> word = weights.read();
    for (unsigned row = 0; row < PE; ++row) {
#pragma HLS UNROLL
        rows[row] = field<BITS>(word, row);
    }
}

/// Adds the products of an iteration to the sum of each row; the last step activates the sums.
template <typename Shape, typename Product, typename... Memories>
Word<typename Shape::Output, Shape::PE> accumulate(
    const Product (&products)[Shape::PE], typename Shape::Sum::Value (&sums)[Shape::PE],
    const Counter<Shape::STEPS>& step, unsigned fold, const Memories&... memories
) {
#pragma HLS INLINE
    typedef typename Shape::Sum::Value Sum;
    Word<typename Shape::Output, Shape::PE> result;
    for (unsigned pe = 0; pe < Shape::PE; ++pe) {
#pragma HLS UNROLL
        const Sum before = step == 0 ? Sum(0) : sums[pe];
        sums[pe] = before + products[pe];
        if (step.last()) {
            const auto number = Shape::Activation::apply(sums[pe], fold, pe, memories...);
            set_lane<typename Shape::Output>(result, pe, number);
        }
    }
    return result;
}

/// Layer::read returns the input word of an iteration, Layer::multiply its products with the
/// weights. Kept is the memory of the layer that keeps input words from the first group of rows on.
template <
    typename Shape, typename Layer, typename Kept, typename Weights, typename... Memories>
void weighted(
    hls::stream<typename Layer::InputWord>& inputs,
    hls::stream<Word<typename Shape::Output, Shape::PE> >& results, unsigned frames, Kept& kept,
    Weights& weights, const Memories&... memories
) {
#pragma HLS INLINE
    typename Shape::Sum::Value sums[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = sums complete
    Counter<Shape::STEPS> step;
    Counter<Shape::FOLDS> fold;
    Counter<Shape::FOLDS * Shape::STEPS> address;
    Counter<Shape::VECTORS> vector;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const typename Layer::InputWord word = Layer::read(inputs, kept, step, fold);
        Word<typename Shape::Weight, Shape::SIMD> rows[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = rows complete
        read_rows(weights, address, rows);
        typename Layer::Row::Sum products[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = products complete
        Layer::multiply(rows, word, products);
        const auto result = accumulate<Shape>(products, sums, step, fold, memories...);
        address.next();
        if (!step.next()) continue;
        results.write(result);
        if (fold.next() && vector.next()) ++frame;
    }
}

}  // namespace qnn

#endif
