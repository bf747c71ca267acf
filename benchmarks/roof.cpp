// How many bits a processor can compare and count in a second, with all in registers.
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "qnn/vectors.hpp"

using namespace qnn;

int main(int, char** arguments)
{
    const int threads = std::atoi(arguments[1]);
    constexpr long STEPS = 40'000'000;
    std::vector<std::uint64_t> sums(threads);
    const auto work = [&](int number) {
        Words count[8] = {}, x = broadcast<Words>(12345u + number);
        for (long step = 0; step < STEPS / 8; ++step)
            for (int v = 0; v < 8; ++v)
                count[v] = count[v] + popcount(x ^ count[v]);
        for (const Words& c : count) {
            std::uint64_t lanes[8];
            store(lanes, c);
            sums[number] += lanes[0];
        }
    };
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> others;
    for (int number = 1; number < threads; ++number)
        others.emplace_back(work, number);
    work(0);
    for (std::thread& thread : others)
        thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("%g %llu\n", 512.0 * STEPS * threads / took.count(), (unsigned long long)sums[0]);
}
