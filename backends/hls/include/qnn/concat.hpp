/// Joins the channels of several images, pixel by pixel.
#ifndef QNN_CONCAT_HPP
#define QNN_CONCAT_HPP

#include "qnn/turn.hpp"

namespace qnn {

/// WIDTHS are the words that each part has of a pixel.
template <unsigned PIXELS, unsigned... WIDTHS, int BITS, typename... Parts>
void concat(Count frames, hls::stream<ap_uint<BITS> >& whole, Parts&... parts) {
    unsigned place = 0;
    for (Count i = 0; i < frames * PIXELS * total<WIDTHS...>(); ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        whole.write(Turn<BITS>::template read<WIDTHS...>(place, parts...));
        place = place + 1 == total<WIDTHS...>() ? 0 : place + 1;
    }
}

}  // namespace qnn

#endif
