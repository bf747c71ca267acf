/// The host's side of a simulated design: frames in files, and as beats of AXI streams.
///
/// A port NAME reads the frames in NAME.bin, or writes results to NAME.result.bin and compares them
/// with NAME.bin.
#ifndef QNN_BENCH_HPP
#define QNN_BENCH_HPP

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "verilated.h"

namespace qnn {

typedef std::vector<unsigned char> Bytes;

[[noreturn]] inline void fail(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    std::exit(2);
}

inline Bytes read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("cannot read " + path);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

/// Sets a signal of Verilator's to little-endian bytes; the unused bits of a wide one stay zero.
template <typename Signal>
void set(Signal& signal, const unsigned char* bytes, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t(bytes[i]) << (8 * i);
    signal = Signal(value);
}

template <std::size_t WORDS>
void set(VlWide<WORDS>& signal, const unsigned char* bytes, std::size_t count) {
    for (std::size_t i = 0; i < WORDS; ++i) signal[i] = 0;
    for (std::size_t i = 0; i < count; ++i) signal[i / 4] |= EData(bytes[i]) << (8 * (i % 4));
}

template <typename Signal>
void append(const Signal& signal, std::size_t count, Bytes& bytes) {
    for (std::size_t i = 0; i < count; ++i) bytes.push_back((unsigned char)(std::uint64_t(signal) >> (8 * i)));
}

template <std::size_t WORDS>
void append(const VlWide<WORDS>& signal, std::size_t count, Bytes& bytes) {
    for (std::size_t i = 0; i < count; ++i) bytes.push_back((unsigned char)(signal[i / 4] >> (8 * (i % 4))));
}

/// Random waits at the ports: each port is ready in half of the cycles.
struct Stalls {
    std::uint64_t state = 0;

    bool wait() {
        if (state == 0) return false;
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state >> 63;
    }
};

struct Input {
    std::string name;
    Bytes bytes;
    std::size_t word_bytes, frame_bytes, sent = 0;
    CData *valid, *ready;
    std::function<void(const unsigned char*)> drive;
    /// Weights are sent again and again, as long as the design takes them.
    bool repeats = false;

    bool done() const { return sent == bytes.size(); }

    /// Offers the next word; a word that is offered stays until it is taken.
    void before_edge(Stalls& stalls) {
        if (*valid) return;
        if (done() || stalls.wait()) return;
        drive(&bytes[sent]);
        *valid = 1;
    }

    bool moves() const { return *valid && *ready; }

    void after_edge() {
        *valid = 0;
        sent += word_bytes;
        if (repeats && done()) sent = 0;
    }
};

struct Output {
    std::string name;
    Bytes bytes;
    std::size_t word_bytes, frame_bytes;
    CData *valid, *ready, *last;
    std::function<void(Bytes&)> take;
    /// The cycles in which frames ended, counted from the end of the reset.
    std::vector<std::uint64_t> ends;

    bool moves() const { return *valid && *ready; }

    void receive(std::uint64_t cycle) {
        take(bytes);
        const bool ends_frame = bytes.size() % frame_bytes == 0;
        if (ends_frame != (*last == 1)) fail(name + ": TLAST is not at the end of a frame");
        if (ends_frame) ends.push_back(cycle + 1);
    }

    /// The number of bytes that differ from the expected ones.
    std::size_t finish(const std::string& folder) const {
        const std::string path = folder + "/" + name;
        std::ofstream file(path + ".result.bin", std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        file.close();
        if (!file) fail("cannot write " + path + ".result.bin");
        if (!std::ifstream(path + ".bin")) {
            std::printf("%s.bin does not exist: there is nothing to compare with\n", path.c_str());
            return bytes.size();
        }
        const Bytes expected = read_file(path + ".bin");
        std::size_t count = 0;
        for (std::size_t i = 0; i < std::max(bytes.size(), expected.size()); ++i) {
            if (i < bytes.size() && i < expected.size() && bytes[i] == expected[i]) continue;
            if (count++ > 0) continue;
            const unsigned long long frame = i / frame_bytes, byte = i % frame_bytes;
            std::printf("%s: the first different byte is byte %llu of frame %llu\n", path.c_str(), byte, frame);
        }
        std::printf("%s: %zu of %zu bytes differ\n", path.c_str(), count, expected.size());
        return count;
    }
};

/// The ports of one design. Lists, since signals are bound to their members.
struct Design {
    std::uint64_t stall_cycles, last_move = 0;
    std::list<Input> inputs;
    std::list<Output> outputs;
    std::size_t frames = 0;

    template <typename Data>
    void input(
        const std::string& name, std::size_t word_bytes, std::size_t frame_bytes, CData& valid, CData& ready,
        Data& data
    ) {
        inputs.push_back(Input());
        Input& port = inputs.back();
        port.name = name;
        port.word_bytes = word_bytes;
        port.frame_bytes = frame_bytes;
        port.valid = &valid;
        port.ready = &ready;
        port.drive = [&data, word_bytes](const unsigned char* bytes) { set(data, bytes, word_bytes); };
    }

    /// Weights, from a file in the folder of the design.
    template <typename Data>
    void weights(
        const std::string& path, std::size_t word_bytes, std::size_t frame_bytes, CData& valid, CData& ready,
        Data& data
    ) {
        input(path, word_bytes, frame_bytes, valid, ready, data);
        inputs.back().bytes = read_file(path);
        inputs.back().repeats = true;
    }

    template <typename Data>
    void output(
        const std::string& name, std::size_t word_bytes, std::size_t frame_bytes, CData& valid, CData& ready,
        Data& data, CData& last
    ) {
        outputs.push_back(Output());
        Output& port = outputs.back();
        port.name = name;
        port.word_bytes = word_bytes;
        port.frame_bytes = frame_bytes;
        port.valid = &valid;
        port.ready = &ready;
        port.last = &last;
        port.take = [&data, word_bytes](Bytes& bytes) { append(data, word_bytes, bytes); };
    }

    /// Reads the frames of all inputs at the same time: some files may be pipes from the simulations
    /// of other devices, which fill them in any order.
    void load(const std::string& folder) {
        std::list<std::thread> threads;
        for (Input& port : inputs) {
            if (port.repeats) continue;
            const std::string path = folder + "/" + port.name + ".bin";
            threads.emplace_back([&port, path] { port.bytes = read_file(path); });
        }
        for (std::thread& thread : threads) thread.join();
        for (Input& port : inputs) {
            if (port.repeats) continue;
            const std::string path = folder + "/" + port.name + ".bin";
            const std::size_t count = port.bytes.size() / port.frame_bytes;
            if (port.bytes.size() % port.frame_bytes) fail(path + ": the last frame is not complete");
            if (frames && count != frames) fail(path + ": another port has more or fewer frames");
            frames = count;
        }
        if (frames == 0) fail(folder + ": there are no frames");
    }

    bool done() const {
        for (const Output& port : outputs)
            if (port.ends.size() < frames) return false;
        return true;
    }

    void before_edge(Stalls& stalls) {
        for (Input& port : inputs) port.before_edge(stalls);
        for (Output& port : outputs) *port.ready = !stalls.wait();
    }

    /// Takes the words that move in this cycle; returns whether the design has stalled.
    bool step(std::uint64_t cycle, std::vector<Input*>& sent) {
        for (Input& port : inputs) {
            if (!port.moves()) continue;
            sent.push_back(&port);
            last_move = cycle;
        }
        for (Output& port : outputs) {
            if (!port.moves()) continue;
            port.receive(cycle);
            last_move = cycle;
        }
        return !done() && cycle - last_move > stall_cycles;
    }
};

/// All designs of a simulation, which run side by side.
struct Bench {
    std::list<Design> designs;

    Design& design(std::uint64_t stall_cycles) {
        designs.push_back(Design());
        designs.back().stall_cycles = stall_cycles;
        return designs.back();
    }

    bool done() const {
        for (const Design& design : designs)
            if (!design.done()) return false;
        return true;
    }
};

}  // namespace qnn

#endif
