/// Runs the frames in a folder through a design, and compares the results with the expected ones.
///
///     simulation FOLDER [--stalls SEED] [--timing] [--waves FILE]
///
/// --stalls has each port wait at random; --timing prints the cycles in which frames end, and how
/// many words each channel held: at the end, at most, and its depth. --waves writes the signals.
#include "ports.hpp"
#include "waves.hpp"

namespace {

const int RESET_CYCLES = 4;

struct Options {
    std::string folder = "vectors";
    std::uint64_t stalls = 0;
    bool timing = false;
    std::string waves;
};

Options options_of(int count, char** arguments) {
    Options found;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (argument == "--timing") {
            found.timing = true;
        } else if (argument == "--stalls" && i + 1 < count) {
            // A state of zero would stay zero.
            found.stalls = std::strtoull(arguments[++i], nullptr, 10) * 2 + 1;
        } else if (argument == "--waves" && i + 1 < count) {
            found.waves = arguments[++i];
        } else if (argument[0] != '-') {
            found.folder = argument;
        } else {
            qnn::fail("usage: simulation FOLDER [--stalls SEED] [--timing] [--waves FILE]");
        }
    }
    return found;
}

}  // namespace

int main(int count, char** arguments) {
    const Options options = options_of(count, arguments);
    VerilatedContext context;
    context.commandArgs(count, arguments);
    Vdesign top(&context);
    qnn::Bench bench;
    add_ports(bench, top);
    for (qnn::Design& design : bench.designs) design.load(options.folder);

    qnn::WaveFile waves(context, top, options.waves);
    top.clk = 0;
    top.rst = 1;
    for (int i = 0; i < RESET_CYCLES; ++i) {
        top.clk = 1;
        top.eval();
        top.clk = 0;
        top.eval();
    }
    top.rst = 0;

    qnn::Stalls stalls{options.stalls};
    bool stalled = false;
    std::vector<qnn::Input*> sent;
    for (std::uint64_t cycle = 0; !stalled && !bench.done(); ++cycle) {
        for (qnn::Design& design : bench.designs) design.before_edge(stalls);
        top.eval();
        waves.before_edge(cycle);
        for (qnn::Design& design : bench.designs) stalled |= design.step(cycle, sent);
        top.clk = 1;
        top.eval();
        waves.after_edge(cycle);
        for (qnn::Input* port : sent) port->after_edge();
        sent.clear();
        top.clk = 0;
    }
    if (options.timing || stalled) context.commandArgsAdd(1, std::vector<const char*>{"+channels"}.data());
    top.final();
    if (stalled) qnn::fail("the design stalls");

    std::size_t differences = 0;
    for (const qnn::Design& design : bench.designs) {
        for (const qnn::Output& port : design.outputs) {
            if (options.timing) {
                std::printf("ends %s", port.name.c_str());
                for (std::uint64_t end : port.ends) std::printf(" %llu", (unsigned long long)end);
                std::printf("\n");
            }
            differences += port.finish(options.folder);
        }
    }
    return differences == 0 ? 0 : 1;
}
