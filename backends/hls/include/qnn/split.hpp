/// Splits the channels of an image, pixel by pixel.
#ifndef QNN_SPLIT_HPP
#define QNN_SPLIT_HPP

#include "qnn/pixel_parts.hpp"

namespace qnn {

/// WIDTHS are the words of a pixel in each part.
template <unsigned PIXELS, unsigned... WIDTHS, int BITS, typename... Parts>
void split(unsigned frames, hls::stream<ap_uint<BITS> >& whole, Parts&... parts) {
    Counter<total<WIDTHS...>()> place;
    Counter<PIXELS> pixel;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        PixelParts<BITS>::template write<WIDTHS...>(place, whole.read(), parts...);
        if (place.next() && pixel.next()) ++frame;
    }
}

}  // namespace qnn

#endif
