/// Replaces every element by an entry of a table: one table for all channels, or one for each.
///
/// Shape: Input, Output; LANES; GROUPS (words of a pixel); WORDS of a frame; FIRST, the element
/// that selects the first entry; ENTRIES. The tables hold codes. Each lane has a copy, so that all
/// lanes read in the same cycle; a table for all channels has one group.
#ifndef QNN_LOOKUP_HPP
#define QNN_LOOKUP_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

template <typename Shape, int GROUPS, int LANES>
void lookup(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& indices,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& entries, unsigned frames,
    const ap_uint<Shape::Output::BITS> (&table)[LANES][GROUPS][Shape::ENTRIES]
) {
    const int BITS = Shape::Output::BITS;
    Counter<Shape::GROUPS> group;
    Counter<Shape::WORDS / Shape::GROUPS> pixel;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        const Word<typename Shape::Input, Shape::LANES> word = indices.read();
        Word<typename Shape::Output, Shape::LANES> result;
        for (unsigned c = 0; c < Shape::LANES; ++c) {
#pragma HLS UNROLL
            const long long number = lane<typename Shape::Input>(word, c).to_int64();
            const unsigned entry = unsigned(number - Shape::FIRST);
            set_field<BITS>(result, c, table[c][GROUPS == 1 ? 0 : group][entry]);
        }
        entries.write(result);
        if (group.next() && pixel.next()) ++frame;
    }
}

}  // namespace qnn

#endif
