/// The host's side of a design: frames and memories in files, and as words of a port.
#ifndef QNN_SIMULATION_HOST_HPP
#define QNN_SIMULATION_HOST_HPP

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <type_traits>
#include <vector>

#include "qnn/axi_stream.hpp"
#include "qnn/memory.hpp"

#ifndef QNN_DATA
/// The folder of the emitted design, with the files of large memories.
#define QNN_DATA "."
#endif

namespace qnn {

typedef std::vector<unsigned char> Bytes;

inline Bytes read_file(const std::string& path) {
    std::ifstream file(path.c_str(), std::ios::binary);
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(2);
    }
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

inline void write_file(const std::string& path, const Bytes& bytes) {
    std::ofstream file(path.c_str(), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
    file.close();
    if (!file) {
        std::fprintf(stderr, "cannot write %s\n", path.c_str());
        std::exit(2);
    }
}

/// The word in little-endian bytes from a place on; bytes after the end are zero.
template <int BITS>
ap_uint<BITS> word_at(const Bytes& bytes, std::size_t start) {
    ap_uint<BITS> word = 0;
    const std::size_t end = std::min(bytes.size(), start + (BITS + 7) / 8);
    for (std::size_t i = end; i > start; --i) word = (word << 8) | ap_uint<BITS>(bytes[i - 1]);
    return word;
}

/// The bytes of a memory as words.
template <int BITS>
std::vector<ap_uint<BITS> > words_of(const Bytes& bytes) {
    std::vector<ap_uint<BITS> > words;
    for (std::size_t i = 0; i < bytes.size(); i += BITS / 8) words.push_back(word_at<BITS>(bytes, i));
    return words;
}

/// The first bytes of a memory.
template <int BITS>
Bytes bytes_of(const std::vector<ap_uint<BITS> >& words, std::size_t count) {
    Bytes bytes;
    for (ap_uint<BITS> word : words) {
        for (int i = 0; i < BITS / 8 && bytes.size() < count; ++i) {
            bytes.push_back(static_cast<unsigned char>(word.to_uint()));
            word >>= 8;
        }
    }
    return bytes;
}

/// The number of frames in a port's bytes; it must be whole, and the same as that of other ports.
inline unsigned frames_of(
    const std::string& path, const Bytes& bytes, std::size_t frame_bytes, long long others = -1
) {
    const std::size_t frames = bytes.size() / frame_bytes, rest = bytes.size() % frame_bytes;
    if (rest == 0 && (others < 0 || frames == std::size_t(others))) return unsigned(frames);
    std::fprintf(stderr, "%s: %zu frames of %zu bytes, and %zu more bytes", path.c_str(), frames, frame_bytes, rest);
    if (others >= 0) std::fprintf(stderr, "; another port has %lld frames", others);
    std::fprintf(stderr, "\n");
    std::exit(2);
}

/// Reports that nothing was tested, which counts as a failure.
inline std::size_t no_frames(const std::string& folder) {
    std::fprintf(stderr, "%s: there are no frames\n", folder.c_str());
    return 1;
}

/// Sends frames to a port.
template <int BITS>
void send_frames(const Bytes& bytes, std::size_t frame_bytes, hls::stream<Beat<BITS> >& port) {
    for (std::size_t start = 0; start < bytes.size(); start += frame_bytes) {
        const Bytes frame(bytes.begin() + start, bytes.begin() + start + frame_bytes);
        for (std::size_t i = 0; i < frame_bytes; i += BITS / 8) {
            Beat<BITS> beat;
            beat.data = word_at<BITS>(frame, i);
            beat.keep = -1;
            beat.strb = -1;
            beat.last = i + BITS / 8 >= frame_bytes;
            port.write(beat);
        }
    }
}

/// Receives frames from a port; each ends with a word that has TLAST set.
template <int BITS>
Bytes take_frames(hls::stream<Beat<BITS> >& port, std::size_t frames, std::size_t frame_bytes) {
    Bytes bytes;
    for (std::size_t frame = 0; frame < frames; ++frame) {
        std::vector<ap_uint<BITS> > words;
        bool last = false;
        while (!last) {
            const Beat<BITS> beat = port.read();
            words.push_back(beat.data);
            last = beat.last == 1;
        }
        const Bytes taken = bytes_of<BITS>(words, words.size() * (BITS / 8));
        if (words.size() != words_for(frame_bytes, BITS / 8)) {
            std::fprintf(stderr, "a frame of %zu bytes ends after %zu\n", frame_bytes, taken.size());
            std::exit(2);
        }
        bytes.insert(bytes.end(), taken.begin(), taken.begin() + std::ptrdiff_t(frame_bytes));
    }
    return bytes;
}

/// Writes a result to PATH.result.bin, and returns the number of bytes that differ from PATH.bin.
inline std::size_t compare(const std::string& path, const Bytes& result, std::size_t frame_bytes) {
    write_file(path + ".result.bin", result);
    if (!std::ifstream((path + ".bin").c_str())) {
        std::printf("%s.bin does not exist: there is nothing to compare with\n", path.c_str());
        return result.size();
    }
    const Bytes expected = read_file(path + ".bin");
    std::size_t count = 0;
    for (std::size_t i = 0; i < std::max(result.size(), expected.size()); ++i) {
        if (i < result.size() && i < expected.size() && result[i] == expected[i]) continue;
        if (count++ > 0) continue;
        const unsigned long long frame = i / frame_bytes, byte = i % frame_bytes;
        std::printf("%s: the first different byte is byte %llu of frame %llu\n", path.c_str(), byte, frame);
    }
    std::printf("%s: %zu of %zu bytes differ\n", path.c_str(), count, expected.size());
    return count;
}

/// Reads frames one by one from PATH.bin: a file, or a pipe from another device's simulation.
class Incoming {
  public:
    Bytes frame;

    Incoming(const std::string& path, std::size_t frame_bytes)
        : frame(frame_bytes), name(path), file((path + ".bin").c_str(), std::ios::binary) {
        if (file) return;
        std::fprintf(stderr, "cannot read %s.bin\n", name.c_str());
        std::exit(2);
    }

    bool next() {
        file.read(reinterpret_cast<char*>(frame.data()), std::streamsize(frame.size()));
        const std::size_t count = std::size_t(file.gcount());
        if (count > 0 && count < frame.size()) {
            std::fprintf(stderr, "%s.bin ends within a frame\n", name.c_str());
            std::exit(2);
        }
        return count > 0;
    }

  private:
    std::string name;
    std::ifstream file;
};

/// Writes frames one by one to PATH.result.bin, and compares them with those in PATH.bin.
class Outgoing {
  public:
    Outgoing(const std::string& path, std::size_t frame_bytes)
        : name(path),
          each(frame_bytes),
          file((path + ".result.bin").c_str(), std::ios::binary),
          expected((path + ".bin").c_str(), std::ios::binary),
          known(expected.is_open()) {}

    void put(const Bytes& frame) {
        file.write(reinterpret_cast<const char*>(frame.data()), std::streamsize(each));
        file.flush();
        if (!file) {
            std::fprintf(stderr, "cannot write %s.result.bin\n", name.c_str());
            std::exit(2);
        }
        Bytes wanted(each);
        expected.read(reinterpret_cast<char*>(wanted.data()), std::streamsize(each));
        for (std::size_t i = 0; i < each; ++i) {
            if (i < std::size_t(expected.gcount()) && frame[i] == wanted[i]) continue;
            if (known && count == 0) {
                std::printf("%s: the first different byte is byte %zu of frame %zu\n", name.c_str(), i, frames);
            }
            ++count;
        }
        ++frames;
    }

    std::size_t differences() const {
        if (known) std::printf("%s: %zu of %zu bytes differ\n", name.c_str(), count, frames * each);
        return count;
    }

  private:
    std::string name;
    std::size_t each, frames = 0, count = 0;
    std::ofstream file;
    std::ifstream expected;
    bool known;
};

/// A large memory, which is read from its file when the program starts.
template <typename Memory>
struct Loaded {
    typedef typename std::remove_all_extents<Memory>::type Word;
    Memory words;

    explicit Loaded(const std::string& path) {
        const Bytes bytes = read_file(path);
        const std::size_t each = (Word::width + 7) / 8;
        Word* const first = reinterpret_cast<Word*>(&words);
        for (std::size_t i = 0; i < sizeof(Memory) / sizeof(Word); ++i) {
            first[i] = word_at<Word::width>(bytes, i * each);
        }
    }
};

}  // namespace qnn

#endif
