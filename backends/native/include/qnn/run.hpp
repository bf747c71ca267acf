// Runs a network: each thread computes whole images, or all share a single one.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "frame.hpp"

namespace qnn {

using Step = void (*)(const Frame&, Part);

struct Network {
    const Step* steps;
    int count;
    const long* input_bytes;
    int inputs;
    const long* output_bytes;
    int outputs;
    long arena_bytes;
};

// Lets the threads that share an image wait for each other after each step.
class Barrier {
public:
    explicit Barrier(int threads) : threads_(threads) {}
    void wait()
    {
        const int round = round_.load(std::memory_order_relaxed);
        if (waiting_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
            waiting_.store(0, std::memory_order_relaxed);
            round_.store(round + 1, std::memory_order_release);
            return;
        }
        for (int spin = 0; round_.load(std::memory_order_acquire) == round; ++spin)
            if (spin > 2000)
                std::this_thread::yield();
    }

private:
    const int threads_;
    std::atomic<int> waiting_{0}, round_{0};
};

// `arena` has room for one image per thread.
inline void run(const Network& network, char* arena, const char* weights,
                const char* const* inputs, char* const* outputs, long images, int threads)
{
    const bool shared = images == 1 && threads > 1;
    const int workers = shared ? threads : (int)std::min<long>(threads, images);
    std::atomic<long> next{0};
    Barrier barrier(workers);
    const auto work = [&](int number) {
        std::vector<const char*> from(network.inputs);
        std::vector<char*> to(network.outputs);
        char* own = arena + (shared ? 0 : number * network.arena_bytes);
        const Frame frame{own, weights, from.data(), to.data()};
        const Part part = shared ? Part{number, workers} : Part{0, 1};
        for (long i = shared ? 0 : next++; i < images; i = shared ? images : next++) {
            for (int port = 0; port < network.inputs; ++port)
                from[port] = inputs[port] + i * network.input_bytes[port];
            for (int port = 0; port < network.outputs; ++port)
                to[port] = outputs[port] + i * network.output_bytes[port];
            for (int step = 0; step < network.count; ++step) {
                network.steps[step](frame, part);
                if (shared)
                    barrier.wait();
            }
        }
    };
    std::vector<std::thread> others;
    for (int number = 1; number < workers; ++number)
        others.emplace_back(work, number);
    work(0);
    for (std::thread& thread : others)
        thread.join();
}

// Adds up the seconds of each step over `repeat` runs of the first image.
inline void profile(const Network& network, char* arena, const char* weights,
                    const char* const* inputs, char* const* outputs, int repeat, double* seconds)
{
    const Frame frame{arena, weights, inputs, outputs};
    for (int time = 0; time < repeat; ++time)
        for (int step = 0; step < network.count; ++step) {
            const auto start = std::chrono::steady_clock::now();
            network.steps[step](frame, Part{0, 1});
            const auto end = std::chrono::steady_clock::now();
            seconds[step] += std::chrono::duration<double>(end - start).count();
        }
}

}  // namespace qnn
