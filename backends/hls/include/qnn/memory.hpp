/// Bursts of whole words from and to the memory at an AXI port.
#ifndef QNN_MEMORY_HPP
#define QNN_MEMORY_HPP

#include "qnn/types.hpp"

namespace qnn {

/// The number of words that hold a number of bytes.
constexpr Count words_for(Count bytes, Count word_bytes) {
    return (bytes + word_bytes - 1) / word_bytes;
}

/// Reads frames of FRAME_BYTES from the start of a memory.
template <Count FRAME_BYTES, int BITS>
void fetch(const ap_uint<BITS>* memory, hls::stream<ap_uint<BITS> >& words, unsigned frames) {
    const Count count = words_for(frames * FRAME_BYTES, BITS / 8);
    for (Count i = 0; i < count; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        words.write(memory[i]);
    }
}

/// Reads the same words TIMES for each frame.
template <unsigned WORDS, unsigned TIMES, int BITS>
void fetch_again(const ap_uint<BITS>* memory, hls::stream<ap_uint<BITS> >& words, unsigned frames) {
    for (Count time = 0; time < Count(frames) * TIMES; ++time) {
        for (unsigned i = 0; i < WORDS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
#pragma HLS LOOP_FLATTEN off
            words.write(memory[i]);
        }
    }
}

/// Writes frames of FRAME_BYTES, from the start of a memory.
template <Count FRAME_BYTES, int BITS>
void store(hls::stream<ap_uint<BITS> >& words, ap_uint<BITS>* memory, unsigned frames) {
    const Count count = words_for(frames * FRAME_BYTES, BITS / 8);
    for (Count i = 0; i < count; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        memory[i] = words.read();
    }
}

}  // namespace qnn

#endif
