/// Joins several frames along an axis, run by run.
#ifndef QNN_CONCAT_HPP
#define QNN_CONCAT_HPP

#include "qnn/run_parts.hpp"

namespace qnn {

/// A frame has RUNS runs; WIDTHS are the words of a run in each part.
template <unsigned RUNS, unsigned... WIDTHS, int BITS, typename... Parts>
void concat(unsigned frames, hls::stream<ap_uint<BITS> >& whole, Parts&... parts) {
    Counter<total<WIDTHS...>()> place;
    Counter<RUNS> run;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        whole.write(RunParts<BITS>::template read<WIDTHS...>(place, parts...));
        if (place.next() && run.next()) ++frame;
    }
}

}  // namespace qnn

#endif
