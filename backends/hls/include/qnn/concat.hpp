/// Joins the channels of several images, pixel by pixel.
#ifndef QNN_CONCAT_HPP
#define QNN_CONCAT_HPP

#include "qnn/pixel_parts.hpp"

namespace qnn {

/// WIDTHS are the words of a pixel in each part.
template <unsigned PIXELS, unsigned... WIDTHS, int BITS, typename... Parts>
void concat(unsigned frames, hls::stream<ap_uint<BITS> >& whole, Parts&... parts) {
    Counter<total<WIDTHS...>()> place;
    Counter<PIXELS> pixel;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        whole.write(PixelParts<BITS>::template read<WIDTHS...>(place, parts...));
        if (place.next() && pixel.next()) ++frame;
    }
}

}  // namespace qnn

#endif
