/// Copies every word to all outputs.
#ifndef QNN_FORK_HPP
#define QNN_FORK_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

template <int BITS>
void write_all(const ap_uint<BITS>&) {}

template <int BITS, typename... Others>
void write_all(const ap_uint<BITS>& word, hls::stream<ap_uint<BITS> >& copy, Others&... others) {
#pragma HLS INLINE
    copy.write(word);
    write_all(word, others...);
}

/// WORDS make up a frame.
template <unsigned WORDS, int BITS, typename... Copies>
void fork(unsigned frames, hls::stream<ap_uint<BITS> >& words, Copies&... copies) {
    Counter<WORDS> word;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        write_all(words.read(), copies...);
        if (word.next()) ++frame;
    }
}

}  // namespace qnn

#endif
