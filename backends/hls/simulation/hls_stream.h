/// Streams for simulation: `hls::stream` without a device.
///
/// A stream holds any number of words, and processes run one after another. With QNN_BOUNDED it
/// holds as many as its depth says, and every process runs in a thread of its own; where all wait for
/// one another, the program says which streams are full and which are empty, and ends with status 3.
#ifndef QNN_SIMULATION_HLS_STREAM_H
#define QNN_SIMULATION_HLS_STREAM_H

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#ifdef QNN_BOUNDED
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
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
        if (empty()) stop("empty are " + name);
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

/// A process that can't go on, and what it waits for.
struct Wait {
    std::string stream;
    bool for_room;
    std::function<bool()> over;
};

/// All processes of a design, which sees when none can go on any more.
class Processes {
  public:
    static Processes& all() {
        static Processes processes;
        return processes;
    }

    /// Runs each process in a thread, until all have come to their ends.
    void run(const std::vector<std::function<void()> >& processes) {
        running = processes.size();
        std::vector<std::thread> threads;
        for (const std::function<void()>& process : processes) {
            threads.emplace_back([this, &process] {
                process();
                std::lock_guard<std::mutex> lock(mutex);
                --running;
            });
        }
        for (std::thread& thread : threads) thread.join();
    }

    void wait(const Wait& wait) {
        {
            std::lock_guard<std::mutex> lock(mutex);
            waits.push_back(&wait);
        }
        while (!went_on(wait)) std::this_thread::sleep_for(std::chrono::microseconds(20));
    }

  private:
    /// Whether a process need not wait any longer. While all wait nothing changes.
    bool went_on(const Wait& wait) {
        std::lock_guard<std::mutex> lock(mutex);
        if (wait.over()) {
            waits.erase(std::find(waits.begin(), waits.end(), &wait));
            return true;
        }
        const auto over = [](const Wait* other) { return other->over(); };
        if (waits.size() == running && std::none_of(waits.begin(), waits.end(), over)) {
            stop("full are " + names(true) + "; empty are " + names(false));
        }
        return false;
    }

    std::string names(bool for_room) const {
        std::string list;
        for (const Wait* wait : waits) {
            if (wait->for_room == for_room) list += (list.empty() ? "" : ", ") + wait->stream;
        }
        return list.empty() ? "none" : list;
    }

    std::mutex mutex;
    std::vector<const Wait*> waits;
    std::size_t running = 0;
};

/// A ring between one writer and one reader. Outside of a design nobody gave it a depth: it grows.
template <typename Word>
class stream {
  public:
    explicit stream(const char* label = "a stream", std::size_t depth = 0)
        : name(label), grows(depth == 0), words(grows ? 1 : depth) {}

    bool empty() const { return read_count == written_count; }

    Word read() {
        wait(false, [this] { return !empty(); });
        const std::unique_lock<std::mutex> lock = locked();
        Word word = words[read_count % words.size()];
        ++read_count;
        return word;
    }

    void write(const Word& word) {
        wait(true, [this] { return grows || !full(); });
        const std::unique_lock<std::mutex> lock = locked();
        if (full()) grow();
        words[written_count % words.size()] = word;
        ++written_count;
    }

  private:
    static const int TRIES = 100;

    bool full() const { return written_count - read_count == words.size(); }

    /// Only a ring that grows has to keep its reader away meanwhile.
    std::unique_lock<std::mutex> locked() {
        return grows ? std::unique_lock<std::mutex>(mutex) : std::unique_lock<std::mutex>();
    }

    void grow() {
        std::vector<Word> larger(2 * words.size());
        for (std::size_t i = read_count; i < written_count; ++i) {
            larger[i % larger.size()] = words[i % words.size()];
        }
        words.swap(larger);
    }

    template <typename Over>
    void wait(bool for_room, const Over& over) const {
        for (int i = 0; i < TRIES; ++i) {
            if (over()) return;
            std::this_thread::yield();
        }
        Processes::all().wait({name, for_room, over});
    }

    const std::string name;
    const bool grows;
    std::vector<Word> words;
    std::mutex mutex;
    std::atomic<std::size_t> read_count{0}, written_count{0};
};

#endif

}  // namespace hls

#endif
