/// Repacks the elements of a stream into words of another width, or of the same.
#ifndef QNN_REPACK_HPP
#define QNN_REPACK_HPP

#include "qnn/gather.hpp"

namespace qnn {

/// The width stays the same; WORDS are those of a frame.
template <unsigned WORDS, int BITS>
void pass_through(
    hls::stream<ap_uint<BITS> >& before, hls::stream<ap_uint<BITS> >& after, unsigned frames
) {
    Counter<WORDS> word;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        after.write(before.read());
        if (word.next()) ++frame;
    }
}

/// Several input words become one of the WORDS output words of a frame.
template <unsigned WORDS, int IN, int OUT>
void widen(hls::stream<ap_uint<IN> >& narrow, hls::stream<ap_uint<OUT> >& wide, unsigned frames) {
    const unsigned PARTS = OUT / IN;
    ap_uint<OUT> word = 0;
    Counter<PARTS> part;
    Counter<WORDS> place;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        word >>= IN;
        set_field<IN>(word, PARTS - 1, narrow.read());
        if (!part.next()) continue;
        wide.write(word);
        if (place.next()) ++frame;
    }
}

/// Each of the WORDS input words of a frame becomes several output words.
template <unsigned WORDS, int IN, int OUT>
void narrow(hls::stream<ap_uint<IN> >& wide, hls::stream<ap_uint<OUT> >& narrow, unsigned frames) {
    const unsigned PARTS = IN / OUT;
    ap_uint<IN> word = 0;
    Counter<PARTS> part;
    Counter<WORDS> place;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        if (part.value == 0) word = wide.read();
        narrow.write(ap_uint<OUT>(word));
        word >>= OUT;
        if (part.next() && place.next()) ++frame;
    }
}

/// Neither width divides the other; ITERATIONS are the words of a frame on the narrower side.
template <unsigned ITERATIONS, int IN, int OUT>
void regroup(hls::stream<ap_uint<IN> >& before, hls::stream<ap_uint<OUT> >& after, unsigned frames) {
    GatherBuffer<IN, OUT> held;
    Counter<ITERATIONS> iteration;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        if (!held.ready()) held.put(before.read());
        if (held.ready()) after.write(held.take());
        if (iteration.next()) ++frame;
    }
}

}  // namespace qnn

#endif
