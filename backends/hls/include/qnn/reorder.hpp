/// Reordering: stores the blocks of a frame, and reads their elements in another order.
///
/// Shape: Element, LANES; PARTS of a word that move separately, PART_STEP addresses apart in the
/// buffer; WORDS of a frame, BLOCK_WORDS of a block; HALVES of the buffer, each of which holds a
/// block; DELAY, the words that are read before the first is written; SIZE_0, STEP_0 and so on for
/// the loops that read a block, outermost first. The loop with step 0 goes through the parts of the
/// words at the same addresses.
#ifndef QNN_REORDER_HPP
#define QNN_REORDER_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// A loop that reads a block, and the address that it adds.
template <unsigned SIZE, unsigned STEP>
struct ReorderLoop {
    Counter<SIZE> place;
    ap_uint<bits_for(Count(SIZE) * STEP + 1)> offset = 0;

    /// Moves to the next place; true at the end of the loop.
    bool next() {
#pragma HLS INLINE
        offset += STEP;
        if (!place.next()) return false;
        offset = 0;
        return true;
    }

    /// The part of a word at its place.
    unsigned part() const {
#pragma HLS INLINE
        return STEP == 0 ? unsigned(place) : 0u;
    }
};

/// The loops that read a block.
template <typename Shape>
struct ReorderLoops {
    ReorderLoop<Shape::SIZE_0, Shape::STEP_0> loop_0;
    ReorderLoop<Shape::SIZE_1, Shape::STEP_1> loop_1;
    ReorderLoop<Shape::SIZE_2, Shape::STEP_2> loop_2;
    ReorderLoop<Shape::SIZE_3, Shape::STEP_3> loop_3;
    ReorderLoop<Shape::SIZE_4, Shape::STEP_4> loop_4;
    ReorderLoop<Shape::SIZE_5, Shape::STEP_5> loop_5;

    unsigned address() const {
#pragma HLS INLINE
        return loop_0.offset + loop_1.offset + loop_2.offset + loop_3.offset + loop_4.offset + loop_5.offset;
    }

    unsigned part() const {
#pragma HLS INLINE
        return loop_0.part() + loop_1.part() + loop_2.part() + loop_3.part() + loop_4.part() + loop_5.part();
    }

    /// Moves to the next word; true at the end of the block.
    bool next() {
#pragma HLS INLINE
        return loop_5.next() && loop_4.next() && loop_3.next() && loop_2.next() && loop_1.next() && loop_0.next();
    }
};

/// `place - by`, where both count to SIZE and start again.
template <unsigned SIZE>
unsigned rotated(unsigned place, unsigned by) {
#pragma HLS INLINE
    return place >= by ? place - by : place + SIZE - by;
}

template <typename Shape>
void reorder(
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& ordered,
    hls::stream<Word<typename Shape::Element, Shape::LANES> >& reordered, unsigned frames
) {
    typedef Word<typename Shape::Element, Shape::LANES> FrameWord;
    const unsigned PARTS = Shape::PARTS;
    const int PART_BITS = Shape::Element::BITS * (Shape::LANES / Shape::PARTS);
    static ap_uint<PART_BITS> banks[PARTS][Shape::HALVES * Shape::BLOCK_WORDS];
#pragma HLS ARRAY_PARTITION variable = banks complete dim = 1
#pragma HLS BIND_STORAGE variable = banks type = ram_s2p
    Counter<Count(Shape::WORDS) + Shape::DELAY> iteration;
    /// The address that is written next, and the bank of the first part of its word.
    Counter<Shape::HALVES * Shape::BLOCK_WORDS> stored;
    Counter<Shape::PART_STEP> stored_step;
    Counter<PARTS> stored_bank;
    /// The half and the word of it that are read next.
    Counter<Shape::HALVES> half;
    ReorderLoops<Shape> loops;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        if (iteration.value < Shape::WORDS) {
            const FrameWord word = ordered.read();
            for (unsigned bank = 0; bank < PARTS; ++bank) {
#pragma HLS UNROLL
                banks[bank][stored] = field<PART_BITS>(word, rotated<PARTS>(bank, stored_bank));
            }
            stored.next();
            if (stored_step.next()) stored_bank.next();
        }
        if (iteration.value >= Shape::DELAY) {
            const unsigned first = half * Shape::BLOCK_WORDS + loops.address();
            ap_uint<PART_BITS> parts[PARTS];
#pragma HLS ARRAY_PARTITION variable = parts complete
            for (unsigned bank = 0; bank < PARTS; ++bank) {
#pragma HLS UNROLL
                parts[bank] = banks[bank][first + rotated<PARTS>(bank, loops.part()) * Shape::PART_STEP];
            }
            FrameWord word;
            for (unsigned i = 0; i < PARTS; ++i) {
#pragma HLS UNROLL
                set_field<PART_BITS>(word, i, parts[rotated<PARTS>(i, PARTS - loops.part())]);
            }
            reordered.write(word);
            if (loops.next()) half.next();
        }
        if (iteration.next()) ++frame;
    }
}

}  // namespace qnn

#endif
