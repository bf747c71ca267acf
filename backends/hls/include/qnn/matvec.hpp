/// Matrix times vector: PE rows and SIMD columns of the weights in an iteration.
///
/// Shape: Input, Weight, Sum, Output (types); Multiplier (Fabric or Dsp); Activation; Vector, which
/// keeps the vector for all but the first PE rows; PE, SIMD; STEPS (columns / SIMD), FOLDS (rows /
/// PE), VECTORS of a frame. The weights come from a memory with an address for each iteration of a
/// vector and a word for each of PE rows, or from a stream of such addresses.
#ifndef QNN_MATVEC_HPP
#define QNN_MATVEC_HPP

#include "qnn/activation.hpp"
#include "qnn/counter.hpp"
#include "qnn/product.hpp"

namespace qnn {

/// The first rows are all: nothing is read that was kept.
struct NotKept {
    template <typename Word, unsigned STEPS>
    struct Words {
        Word at[STEPS];
    };
};

/// A pragma for a member stands where it is constructed.
struct InRegisters {
    template <typename Word, unsigned STEPS>
    struct Words {
        Word at[STEPS];
        Words() {
#pragma HLS ARRAY_PARTITION variable = at complete
        }
    };
};

struct InLuts {
    template <typename Word, unsigned STEPS>
    struct Words {
        Word at[STEPS];
        Words() {
#pragma HLS BIND_STORAGE variable = at type = ram_s2p impl = lutram
        }
    };
};

struct InBlocks {
    template <typename Word, unsigned STEPS>
    struct Words {
        Word at[STEPS];
        Words() {
#pragma HLS BIND_STORAGE variable = at type = ram_s2p impl = bram
        }
    };
};

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

/// The words of all rows, from outside, in the order in which they are needed.
template <int BITS, int PE>
void read_rows(hls::stream<ap_uint<BITS * PE> >& weights, unsigned, ap_uint<BITS> (&rows)[PE]) {
#pragma HLS INLINE
    const ap_uint<BITS * PE> word = weights.read();
    for (unsigned row = 0; row < PE; ++row) {
#pragma HLS UNROLL
        rows[row] = field<BITS>(word, row);
    }
}

/// Adds a part to the sum of each row; the last step makes a word of what the activation gives.
template <typename Shape, typename Part, typename... Memories>
Word<typename Shape::Output, Shape::PE> accumulate(
    const Part (&parts)[Shape::PE], typename Shape::Sum::Value (&sums)[Shape::PE],
    const Counter<Shape::STEPS>& step, unsigned fold, const Memories&... memories
) {
#pragma HLS INLINE
    typedef typename Shape::Sum::Value Sum;
    Word<typename Shape::Output, Shape::PE> result;
    for (unsigned pe = 0; pe < Shape::PE; ++pe) {
#pragma HLS UNROLL
        const Sum before = step == 0 ? Sum(0) : sums[pe];
        sums[pe] = before + parts[pe];
        if (step.last()) {
            const auto number = Shape::Activation::apply(sums[pe], fold, pe, memories...);
            set_lane<typename Shape::Output>(result, pe, number);
        }
    }
    return result;
}

template <typename Shape, typename Weights, typename... Memories>
void matvec(
    hls::stream<Word<typename Shape::Input, Shape::SIMD> >& vectors,
    hls::stream<Word<typename Shape::Output, Shape::PE> >& results, unsigned frames, Weights& weights,
    const Memories&... memories
) {
    typedef Word<typename Shape::Input, Shape::SIMD> InputWord;
    typedef Word<typename Shape::Weight, Shape::SIMD> WeightWord;
    typedef Dot<typename Shape::Weight, typename Shape::Input, typename Shape::Multiplier, Shape::SIMD>
        Row;
    typename Shape::Vector::template Words<InputWord, Shape::STEPS> kept;
    typename Shape::Sum::Value sums[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = sums complete
    Counter<Shape::STEPS> step;
    Counter<Shape::FOLDS> fold;
    Counter<Shape::FOLDS * Shape::STEPS> address;
    Counter<Shape::VECTORS> vector;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        InputWord word;
        if (fold == 0) {
            word = vectors.read();
            kept.at[step] = word;
        } else {
            word = kept.at[step];
        }
        WeightWord rows[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = rows complete
        read_rows(weights, address, rows);
        typename Row::Sum parts[Shape::PE];
#pragma HLS ARRAY_PARTITION variable = parts complete
        Rows<Row>::times(rows, word, parts);
        const auto result = accumulate<Shape>(parts, sums, step, fold, memories...);
        address.next();
        if (!step.next()) continue;
        results.write(result);
        if (fold.next() && vector.next()) ++frame;
    }
}

}  // namespace qnn

#endif
