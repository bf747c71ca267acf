/// Replaces every element by an entry of a table: one table for all channels, or one for each.
///
/// Shape: that of `elementwise`; FIRST, the element that selects the first entry; ENTRIES. The tables
/// hold codes. Each lane has a copy, so that all lanes read in the same cycle; a table for all
/// channels has one group.
#ifndef QNN_LOOKUP_HPP
#define QNN_LOOKUP_HPP

#include "qnn/elementwise.hpp"

namespace qnn {

/// The entry of a number.
template <typename Shape>
struct Entry {
    template <typename Number, int GROUPS, int LANES>
    static typename Shape::Output::Value apply(
        const Number& number, unsigned group, unsigned place,
        const ap_uint<Shape::Output::BITS> (&table)[LANES][GROUPS][Shape::ENTRIES]
    ) {
#pragma HLS INLINE
        const unsigned entry = unsigned(number.to_int64() - Shape::FIRST);
        return Shape::Output::decode(table[place][GROUPS == 1 ? 0 : group][entry]);
    }
};

template <typename Shape, typename Table>
void lookup(
    hls::stream<Word<typename Shape::Input, Shape::LANES> >& indices,
    hls::stream<Word<typename Shape::Output, Shape::LANES> >& entries, unsigned frames,
    const Table& table
) {
    elementwise<Shape, Entry<Shape> >(indices, entries, frames, table);
}

}  // namespace qnn

#endif
