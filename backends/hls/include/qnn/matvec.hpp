/// A matrix times vectors: PE rows and SIMD columns of the weights in an iteration.
///
/// Shape: Input, Weight, Sum, Output (types); Multiplier (Fabric or Dsp); Activation; VectorStorage
/// if FOLDS is above 1, the array of the vector for all groups of PE rows but the first; PE, SIMD;
/// STEPS (columns / SIMD), FOLDS (rows / PE), VECTORS of a frame.
#ifndef QNN_MATVEC_HPP
#define QNN_MATVEC_HPP

#include "qnn/weighted.hpp"

namespace qnn {

/// The pragma for a member stands in the constructor.
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

/// The words of a vector. If there is only one group of rows, they are never read.
template <typename Shape, bool KEEPS = (Shape::FOLDS > 1)>
struct KeptVector {
    struct Words {
        Word<typename Shape::Input, Shape::SIMD> at[Shape::STEPS];
    };
};

template <typename Shape>
struct KeptVector<Shape, true> {
    typedef Word<typename Shape::Input, Shape::SIMD> InputWord;
    typedef typename Shape::VectorStorage::template Words<InputWord, Shape::STEPS> Words;
};

/// The first group of rows reads the vector from the stream, the others read the words kept.
template <typename Shape>
struct MatvecLayer {
    typedef Word<typename Shape::Input, Shape::SIMD> InputWord;
    typedef Dot<typename Shape::Weight, typename Shape::Input, typename Shape::Multiplier, Shape::SIMD>
        Row;

    template <typename Kept>
    static InputWord read(
        hls::stream<InputWord>& vectors, Kept& kept, unsigned step, unsigned fold
    ) {
#pragma HLS INLINE
        if (fold > 0) return kept.at[step];
        const InputWord word = vectors.read();
        kept.at[step] = word;
        return word;
    }

    template <typename Weights, typename Sums>
    static void multiply(const Weights& rows, const InputWord& word, Sums& sums) {
#pragma HLS INLINE
        Rows<Row>::times(rows, word, sums);
    }
};

template <typename Shape, typename Weights, typename... Memories>
void matvec(
    hls::stream<Word<typename Shape::Input, Shape::SIMD> >& vectors,
    hls::stream<Word<typename Shape::Output, Shape::PE> >& results, unsigned frames, Weights& weights,
    const Memories&... memories
) {
    typename KeptVector<Shape>::Words kept;
    weighted<Shape, MatvecLayer<Shape> >(vectors, results, frames, kept, weights, memories...);
}

}  // namespace qnn

#endif
