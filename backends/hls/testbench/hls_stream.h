/// Streams for simulation: the vendor's `hls::stream` without a device.
///
/// A stream holds any number of words, and processes run one after another. With QNN_BOUNDED, a stream
/// has a depth, and processes take turns, each until it has to wait; if all wait, the program prints
/// which streams are full and which are empty, and ends with status 3.
#ifndef QNN_SIMULATION_HLS_STREAM_H
#define QNN_SIMULATION_HLS_STREAM_H

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#ifdef QNN_BOUNDED
#include <sys/mman.h>
#include <ucontext.h>

#include <functional>
#endif

namespace hls {

/// The exit status of a design that stops.
const int STOPPED = 3;

[[noreturn]] inline void stop(const std::string& message) {
    std::fprintf(stderr, "the design stops: %s\n", message.c_str());
    std::fflush(nullptr);
    std::_Exit(STOPPED);
}

#ifndef QNN_BOUNDED

template <typename Word>
class stream {
  public:
    explicit stream(const char* label = "a stream") : name(label) {}

    bool empty() const { return first == words.size(); }

    Word read() {
        if (empty()) stop("empty channels: " + name);
        Word word = words[first++];
        if (first == words.size()) {
            words.clear();
            first = 0;
        }
        return word;
    }

    void write(const Word& word) { words.push_back(word); }

  private:
    std::string name;
    std::vector<Word> words;
    std::size_t first = 0;
};

#else

/// The numbers of words read from and written to a stream. Streams at the ports have depth 0, which
/// stands for any number of words.
struct WordCounts {
    std::string name;
    std::size_t depth, read, written;

    bool empty() const { return read == written; }
    bool full() const { return depth > 0 && written - read == depth; }
};

/// All processes of a design, of which one runs at a time, until it has to wait.
class Processes {
  public:
    static Processes& all() {
        static Processes processes;
        return processes;
    }

    /// Runs processes until all have ended.
    void run(const std::vector<std::function<void()> >& bodies) {
        processes.assign(bodies.size(), Process());
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            Process& process = processes[i];
            process.body = bodies[i];
            const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
            process.stack = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, flags, -1, 0);
            if (process.stack == MAP_FAILED) stop("there is not enough memory for the stacks of its processes");
            getcontext(&process.context);
            process.context.uc_stack.ss_sp = process.stack;
            process.context.uc_stack.ss_size = STACK;
            makecontext(&process.context, enter, 0);
        }
        current = 0;
        running = true;
        swapcontext(&outside, &processes[0].context);
        running = false;
        for (Process& process : processes) munmap(process.stack, STACK);
    }

    /// Lets other processes run until a stream has a word, or has room.
    void wait(const WordCounts& stream, bool for_room) {
        if (!running) stop((for_room ? "full channels: " : "empty channels: ") + stream.name);
        Process& process = processes[current];
        process.stream = &stream;
        process.for_room = for_room;
        switch_process();
        process.stream = nullptr;
    }

  private:
    static const std::size_t STACK = std::size_t(1) << 26;

    struct Process {
        std::function<void()> body;
        ucontext_t context;
        void* stack = nullptr;
        /// The stream that it waits for.
        const WordCounts* stream = nullptr;
        bool for_room = false, ended = false;

        bool ready() const {
            if (ended || !stream) return !ended;
            return for_room ? !stream->full() : !stream->empty();
        }
    };

    static void enter() {
        Process& process = all().processes[all().current];
        process.body();
        process.ended = true;
        all().switch_process();
    }

    /// Switches to the next process that can run; if none can run now, none ever can.
    void switch_process() {
        const std::size_t from = current;
        for (std::size_t i = 1; i <= processes.size(); ++i) {
            current = (from + i) % processes.size();
            if (!processes[current].ready()) continue;
            if (current != from) swapcontext(&processes[from].context, &processes[current].context);
            return;
        }
        for (const Process& process : processes) {
            if (!process.ended) stop("full channels: " + names(true) + "; empty channels: " + names(false));
        }
        setcontext(&outside);
    }

    std::string names(bool for_room) const {
        std::string list;
        for (const Process& process : processes) {
            if (process.ended || process.for_room != for_room) continue;
            list += (list.empty() ? "" : ", ") + process.stream->name;
        }
        return list.empty() ? "none" : list;
    }

    std::vector<Process> processes;
    std::size_t current = 0;
    bool running = false;
    ucontext_t outside;
};

template <typename Word>
class stream {
  public:
    explicit stream(const char* label = "a stream", std::size_t depth = 0)
        : counts{label, depth, 0, 0}, words(depth > 0 ? depth : 1) {}

    bool empty() const { return counts.empty(); }

    Word read() {
        if (counts.empty()) Processes::all().wait(counts, false);
        return words[counts.read++ % words.size()];
    }

    void write(const Word& word) {
        if (counts.full()) Processes::all().wait(counts, true);
        if (counts.written - counts.read == words.size()) grow();
        words[counts.written++ % words.size()] = word;
    }

  private:
    void grow() {
        std::vector<Word> larger(2 * words.size());
        for (std::size_t i = counts.read; i < counts.written; ++i) {
            larger[i % larger.size()] = words[i % words.size()];
        }
        words.swap(larger);
    }

    WordCounts counts;
    std::vector<Word> words;
};

#endif

}  // namespace hls

#endif
