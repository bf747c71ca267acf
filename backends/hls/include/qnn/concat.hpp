/// Joins the channels of several images, pixel by pixel.
#ifndef QNN_CONCAT_HPP
#define QNN_CONCAT_HPP

#include "qnn/turn.hpp"

namespace qnn {

/// WIDTHS are the words that each part has of a pixel.
template <unsigned PIXELS, unsigned... WIDTHS, int BITS, typename... Parts>
void concat(unsigned frames, hls::stream<ap_uint<BITS> >& whole, Parts&... parts) {
    Counter<total<WIDTHS...>()> place;
    Counter<PIXELS> pixel;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        whole.write(Turn<BITS>::template read<WIDTHS...>(place, parts...));
        if (place.next() && pixel.next()) ++frame;
    }
}

}  // namespace qnn

#endif
