/// Splits a frame along an axis, run by run.
#ifndef QNN_SPLIT_HPP
#define QNN_SPLIT_HPP

#include "qnn/run_parts.hpp"

namespace qnn {

/// A frame has RUNS runs; WIDTHS are the words of a run in each part.
template <unsigned RUNS, unsigned... WIDTHS, int BITS, typename... Parts>
void split(unsigned frames, hls::stream<ap_uint<BITS> >& whole, Parts&... parts) {
    Counter<total<WIDTHS...>()> place;
    Counter<RUNS> run;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        RunParts<BITS>::template write<WIDTHS...>(place, whole.read(), parts...);
        if (place.next() && run.next()) ++frame;
    }
}

}  // namespace qnn

#endif
