/// Windows: send the patch under each place of a kernel, from a buffer of the last lines of an
/// image.
///
/// Shape: Element; HEIGHT, WIDTH, CHANNELS of the image; ROWS, COLUMNS of patches; KERNEL_HEIGHT,
/// KERNEL_WIDTH, STRIDE_DOWN, STRIDE_ACROSS, DILATION_DOWN, DILATION_ACROSS; LANES_IN, LANES_OUT;
/// BY_CHANNEL; ITERATIONS of one frame.
///
/// A patch is ordered by kernel rows, kernel columns, channels; if BY_CHANNEL is set, by groups of
/// LANES_IN channels first. The buffer holds the lines of one kernel and of its next step down,
/// with a copy for each piece of an output word, so that all pieces can be read in the same cycle.
/// A line is read from the stream without a break as soon as there is room for it.
#ifndef QNN_WINDOW_HPP
#define QNN_WINDOW_HPP

#include "qnn/counter.hpp"
#include "qnn/word.hpp"

namespace qnn {

/// Sizes that follow from the parameters of a window.
template <typename Shape>
struct WindowSizes {
    static const unsigned TAPS = Shape::KERNEL_HEIGHT * Shape::KERNEL_WIDTH;
    static const unsigned EXTENT = (Shape::KERNEL_HEIGHT - 1) * Shape::DILATION_DOWN + 1;
    static const unsigned LINES = EXTENT + Shape::STRIDE_DOWN;
    static const unsigned PIXEL_WORDS = Shape::CHANNELS / Shape::LANES_IN;
    static const unsigned LINE_WORDS = Shape::WIDTH * PIXEL_WORDS;
    /// The most elements that divide both a word of the image and a word of a patch.
    static const unsigned PIECE = common_divisor(Shape::LANES_IN, Shape::LANES_OUT);
    static const unsigned PIECES = Shape::LANES_OUT / PIECE, WORD_PIECES = Shape::LANES_IN / PIECE;
    /// The channels of each pixel that a word of a patch holds, and the number of pixels.
    static const unsigned GROUP =
        Shape::BY_CHANNEL ? Shape::LANES_IN
                          : (Shape::LANES_OUT < Shape::CHANNELS ? Shape::LANES_OUT : Shape::CHANNELS);
    static const unsigned WORD_TAPS = Shape::LANES_OUT / GROUP;
    /// Counts all lines of the image, and those for which there is room.
    typedef ap_uint<bits_for(Shape::HEIGHT + Shape::ROWS * Shape::STRIDE_DOWN + LINES + 1)> Lines;
    typedef ap_uint<bits_for(2 * LINES)> Slot;
    typedef ap_uint<bits_for(2 * LINE_WORDS + 1)> Words;
};

/// One tap of a kernel: lines and words from the corner of the kernel. It moves by WORD_TAPS taps.
template <typename Shape>
struct Tap {
    typedef WindowSizes<Shape> Sizes;
    static const unsigned DOWN = Sizes::WORD_TAPS / Shape::KERNEL_WIDTH;
    static const unsigned ACROSS = Sizes::WORD_TAPS % Shape::KERNEL_WIDTH;
    static const unsigned STEP = Shape::DILATION_ACROSS * Sizes::PIXEL_WORDS;
    static const unsigned END = Shape::KERNEL_WIDTH * STEP;

    typename Sizes::Slot lines = 0;
    ap_uint<bits_for(2 * END)> words = 0;

    /// Moves to the tap of a number.
    void start(unsigned number) {
#pragma HLS INLINE
        lines = number / Shape::KERNEL_WIDTH * Shape::DILATION_DOWN;
        words = number % Shape::KERNEL_WIDTH * STEP;
    }

    void next() {
#pragma HLS INLINE
        const bool wraps = words + ACROSS * STEP >= END;
        lines += (DOWN + (wraps ? 1 : 0)) * Shape::DILATION_DOWN;
        words += ACROSS * STEP;
        if (wraps) words -= END;
    }
};

/// The number of lines of an image that are read, and the word of a patch that comes next.
template <typename Shape>
struct WindowPlace {
    typedef WindowSizes<Shape> Sizes;
    typedef typename Sizes::Words Words;

    /// The lines that are read, those that no later patch needs, and those for which there is room.
    typename Sizes::Lines line = 0, freed = 0, room = Sizes::LINES;
    Counter<Sizes::LINE_WORDS> line_word;
    Counter<Sizes::LINES> slot;

    Counter<Shape::ROWS + 1> row;
    Counter<Shape::COLUMNS> column;
    Counter<Sizes::TAPS / Sizes::WORD_TAPS> tap;
    Counter<Shape::CHANNELS / Sizes::GROUP> group;
    Tap<Shape> taps[Sizes::WORD_TAPS];
    /// The corner of the kernel: a line of the buffer, and words from the left.
    typename Sizes::Slot top = 0;
    Words left = 0;
    /// The first channel: words from the first of its pixel, and pieces from the start of its word.
    Words channel_words = 0;
    ap_uint<bits_for(2 * Sizes::WORD_PIECES)> channel_pieces = 0;

    WindowPlace() { start(); }

    void start() {
#pragma HLS INLINE
        for (unsigned i = 0; i < Sizes::WORD_TAPS; ++i) {
#pragma HLS UNROLL
            taps[i].start(i);
        }
    }

    /// Moves to the first word and the first patch of the next frame; all other counters are at
    /// their start already.
    void restart() {
#pragma HLS INLINE
        line = 0;
        freed = 0;
        room = Sizes::LINES;
        slot.value = 0;
        row.value = 0;
        top = 0;
    }

    /// Whether there is room for the next word of the image.
    bool reading() const {
#pragma HLS INLINE
        return line < Shape::HEIGHT && (line_word.value > 0 || line < room || row.last());
    }

    void next_read() {
#pragma HLS INLINE
        if (!line_word.next()) return;
        ++line;
        slot.next();
    }

    /// The piece of a pixel whose first channel is `behind` channels after that of the group.
    ap_uint<bits_for(2 * Sizes::WORD_PIECES)> piece_of(unsigned behind) const {
#pragma HLS INLINE
        return channel_pieces + behind / Sizes::PIECE % Sizes::WORD_PIECES;
    }

    /// The word of a line that contains a piece of a tap.
    Words word_of(unsigned at, unsigned behind) const {
#pragma HLS INLINE
        const bool carry = piece_of(behind) >= Sizes::WORD_PIECES;
        return left + taps[at].words + channel_words + behind / Shape::LANES_IN + (carry ? 1 : 0);
    }

    /// The place of the piece in that word.
    unsigned part_of(unsigned behind) const {
#pragma HLS INLINE
        const auto piece = piece_of(behind);
        return piece >= Sizes::WORD_PIECES ? unsigned(piece - Sizes::WORD_PIECES) : unsigned(piece);
    }

    /// The line of the buffer that contains a tap.
    unsigned slot_of(unsigned at) const {
#pragma HLS INLINE
        const typename Sizes::Slot place = top + taps[at].lines;
        return place < Sizes::LINES ? unsigned(place) : unsigned(place - Sizes::LINES);
    }

    /// Whether the next word of a patch can be sent: of its pieces, the last is read last.
    bool writing() const {
#pragma HLS INLINE
        const unsigned at = Sizes::WORD_TAPS - 1;
        const typename Sizes::Lines needed = freed + taps[at].lines;
        const bool has = needed < line || (needed == line && word_of(at, Sizes::GROUP - 1) < line_word.value);
        return has && !row.last();
    }

    void next_write() {
#pragma HLS INLINE
        if (Shape::BY_CHANNEL ? !(next_tap() && next_group()) : !(next_group() && next_tap())) return;
        left += Shape::STRIDE_ACROSS * Sizes::PIXEL_WORDS;
        if (!column.next()) return;
        left = 0;
        row.next();
        freed += Shape::STRIDE_DOWN;
        room += Shape::STRIDE_DOWN;
        const typename Sizes::Slot below = top + Shape::STRIDE_DOWN;
        top = below < Sizes::LINES ? below : typename Sizes::Slot(below - Sizes::LINES);
    }

    bool next_tap() {
#pragma HLS INLINE
        const bool round = tap.next();
        for (unsigned i = 0; i < Sizes::WORD_TAPS; ++i) {
#pragma HLS UNROLL
            if (round) {
                taps[i].start(i);
            } else {
                taps[i].next();
            }
        }
        return round;
    }

    bool next_group() {
#pragma HLS INLINE
        const bool round = group.next();
        const unsigned pieces = Sizes::GROUP / Sizes::PIECE;
        const bool carry = piece_of(Sizes::GROUP) >= Sizes::WORD_PIECES;
        channel_words += pieces / Sizes::WORD_PIECES + (carry ? 1 : 0);
        channel_pieces = part_of(Sizes::GROUP);
        if (round) {
            channel_words = 0;
            channel_pieces = 0;
        }
        return round;
    }
};

template <typename Shape>
void window(
    hls::stream<Word<typename Shape::Element, Shape::LANES_IN> >& image,
    hls::stream<Word<typename Shape::Element, Shape::LANES_OUT> >& patches, unsigned frames
) {
    typedef WindowSizes<Shape> Sizes;
    typedef Word<typename Shape::Element, Shape::LANES_IN> ImageWord;
    const int PIECE_BITS = Shape::Element::BITS * Sizes::PIECE;
    static ImageWord kept[Sizes::PIECES][Sizes::LINES][Sizes::LINE_WORDS];
#pragma HLS ARRAY_PARTITION variable = kept complete dim = 1
#pragma HLS BIND_STORAGE variable = kept type = ram_s2p
    WindowPlace<Shape> place;
#pragma HLS ARRAY_PARTITION variable = place.taps complete
    Counter<Shape::ITERATIONS> iteration;
    for (unsigned frame = 0; frame < frames;) {
#pragma HLS PIPELINE II = 1 style = flp
        if (place.reading()) {
            const ImageWord word = image.read();
            for (unsigned piece = 0; piece < Sizes::PIECES; ++piece) {
#pragma HLS UNROLL
                kept[piece][place.slot][place.line_word] = word;
            }
            place.next_read();
        }
        if (place.writing()) {
            Word<typename Shape::Element, Shape::LANES_OUT> patch;
            for (unsigned piece = 0; piece < Sizes::PIECES; ++piece) {
#pragma HLS UNROLL
                const unsigned at = piece * Sizes::PIECE / Sizes::GROUP;
                const unsigned behind = piece * Sizes::PIECE % Sizes::GROUP;
                const ImageWord word = kept[piece][place.slot_of(at)][place.word_of(at, behind)];
                set_field<PIECE_BITS>(patch, piece, field<PIECE_BITS>(word, place.part_of(behind)));
            }
            patches.write(patch);
            place.next_write();
        }
        if (!iteration.next()) continue;
        place.restart();
        ++frame;
    }
}

}  // namespace qnn

#endif
