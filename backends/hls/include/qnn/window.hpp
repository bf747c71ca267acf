/// Windows: keep the last lines of an image, and send the patch under each place of a kernel.
///
/// Shape: Element; HEIGHT, WIDTH, CHANNELS of the image; ROWS, COLUMNS of patches; KERNEL_HEIGHT,
/// KERNEL_WIDTH, STRIDE_DOWN, STRIDE_ACROSS, DILATION_DOWN, DILATION_ACROSS; LANES_IN, LANES_OUT;
/// BY_CHANNEL; ITERATIONS of one frame.
///
/// A patch is kernel rows, kernel columns, channels; BY_CHANNEL groups of LANES_IN channels come
/// first. The lines of one kernel and of its next step are kept, once for each pixel that a word of
/// a patch takes at the same time. A line is read without a break as soon as it has room.
#ifndef QNN_WINDOW_HPP
#define QNN_WINDOW_HPP

#include "qnn/word.hpp"

namespace qnn {

constexpr int common_divisor(int a, int b) { return b == 0 ? a : common_divisor(b, a % b); }

/// Where in the image, and in which of the lines kept, a window has come to.
template <typename Shape>
struct WindowPlace {
    static const unsigned TAPS = Shape::KERNEL_HEIGHT * Shape::KERNEL_WIDTH;
    static const unsigned EXTENT = (Shape::KERNEL_HEIGHT - 1) * Shape::DILATION_DOWN + 1;
    static const unsigned LINES = EXTENT + Shape::STRIDE_DOWN;
    static const unsigned LINE_WORDS = Shape::WIDTH * Shape::CHANNELS / Shape::LANES_IN;
    static const unsigned PIXEL_WORDS = Shape::CHANNELS / Shape::LANES_IN;
    /// Elements that stand together in a word of the image and in a word of a patch.
    static const unsigned PIECE = common_divisor(Shape::LANES_IN, Shape::LANES_OUT);
    static const unsigned PIECES = Shape::LANES_OUT / PIECE;
    /// Channels of one pixel that a word of a patch holds, and how many pixels.
    static const unsigned GROUP =
        Shape::BY_CHANNEL ? Shape::LANES_IN
                          : (Shape::LANES_OUT < Shape::CHANNELS ? Shape::LANES_OUT : Shape::CHANNELS);
    static const unsigned AT_ONCE = Shape::LANES_OUT / GROUP;

    unsigned line = 0, line_word = 0, slot = 0;
    unsigned row = 0, column = 0, base = 0, freed = 0;
    unsigned tap = 0, channel = 0;

    /// Whether the next word of the image has room.
    bool reading() const {
#pragma HLS INLINE
        const bool room = line < LINES + freed || row == Shape::ROWS;
        return line < Shape::HEIGHT && (line_word > 0 || room);
    }

    void next_read() {
#pragma HLS INLINE
        if (++line_word < LINE_WORDS) return;
        line_word = 0;
        ++line;
        slot = slot + 1 == LINES ? 0 : slot + 1;
    }

    /// The column of words in which a tap's piece stands.
    unsigned word_of(unsigned at, unsigned element) const {
#pragma HLS INLINE
        const unsigned across = at % Shape::KERNEL_WIDTH * Shape::DILATION_ACROSS;
        return (column * Shape::STRIDE_ACROSS + across) * PIXEL_WORDS + element / Shape::LANES_IN;
    }

    /// Which of the lines kept a tap is in.
    unsigned slot_of(unsigned at) const {
#pragma HLS INLINE
        const unsigned place = base + at / Shape::KERNEL_WIDTH * Shape::DILATION_DOWN;
        return place < LINES ? place : place - LINES;
    }

    /// Whether a word was read.
    bool has(unsigned at, unsigned element) const {
#pragma HLS INLINE
        const unsigned needed = freed + at / Shape::KERNEL_WIDTH * Shape::DILATION_DOWN;
        return needed < line || (needed == line && word_of(at, element) < line_word);
    }

    /// Whether all is there for the next word of a patch.
    bool writing() const {
#pragma HLS INLINE
        if (row == Shape::ROWS) return false;
        bool ready = true;
        for (unsigned i = 0; i < AT_ONCE; ++i) {
#pragma HLS UNROLL
            ready = ready && has(tap + i, channel + GROUP - 1);
        }
        return ready;
    }

    void next_write() {
#pragma HLS INLINE
        if (Shape::BY_CHANNEL) {
            if ((tap += AT_ONCE) < TAPS) return;
            tap = 0;
            if ((channel += GROUP) < Shape::CHANNELS) return;
            channel = 0;
        } else {
            if ((channel += GROUP) < Shape::CHANNELS) return;
            channel = 0;
            if ((tap += AT_ONCE) < TAPS) return;
            tap = 0;
        }
        if (++column < Shape::COLUMNS) return;
        column = 0;
        ++row;
        freed += Shape::STRIDE_DOWN;
        base = base + Shape::STRIDE_DOWN < LINES ? base + Shape::STRIDE_DOWN
                                                 : base + Shape::STRIDE_DOWN - LINES;
    }
};

template <typename Shape>
void window(
    hls::stream<Word<typename Shape::Element, Shape::LANES_IN> >& image,
    hls::stream<Word<typename Shape::Element, Shape::LANES_OUT> >& patches, Count frames
) {
    typedef WindowPlace<Shape> Place;
    typedef Word<typename Shape::Element, Shape::LANES_IN> ImageWord;
    const int PIECE_BITS = Shape::Element::BITS * Place::PIECE;
    static ImageWord kept[Place::PIECES][Place::LINES][Place::LINE_WORDS];
#pragma HLS ARRAY_PARTITION variable = kept complete dim = 1
#pragma HLS BIND_STORAGE variable = kept type = ram_s2p
#pragma HLS DEPENDENCE variable = kept type = inter direction = WAR dependent = false
    Place place;
    unsigned iteration = 0;
    for (Count i = 0; i < frames * Shape::ITERATIONS; ++i) {
#pragma HLS PIPELINE II = 1 style = flp
        if (place.reading()) {
            const ImageWord word = image.read();
            for (unsigned piece = 0; piece < Place::PIECES; ++piece) {
#pragma HLS UNROLL
                kept[piece][place.slot][place.line_word] = word;
            }
            place.next_read();
        }
        if (place.writing()) {
            Word<typename Shape::Element, Shape::LANES_OUT> patch;
            for (unsigned piece = 0; piece < Place::PIECES; ++piece) {
#pragma HLS UNROLL
                const unsigned at = place.tap + piece * Place::PIECE / Place::GROUP;
                const unsigned element = place.channel + piece * Place::PIECE % Place::GROUP;
                const ImageWord word = kept[piece][place.slot_of(at)][place.word_of(at, element)];
                const unsigned part = element % Shape::LANES_IN / Place::PIECE;
                set_field<PIECE_BITS>(patch, piece, field<PIECE_BITS>(word, part));
            }
            patches.write(patch);
            place.next_write();
        }
        if (++iteration == Shape::ITERATIONS) {
            iteration = 0;
            place = Place();
        }
    }
}

}  // namespace qnn

#endif
