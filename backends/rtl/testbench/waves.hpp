/// Writes the signals of all cycles to a file, if the design was translated with `--trace-vcd` or
/// `--trace-fst`.
#ifndef QNN_WAVES_HPP
#define QNN_WAVES_HPP

#include "Vdesign.h"
#include "bench.hpp"

#if VM_TRACE_FST
#include "verilated_fst_c.h"
typedef VerilatedFstC TraceFile;
#elif VM_TRACE
#include "verilated_vcd_c.h"
typedef VerilatedVcdC TraceFile;
#endif

namespace qnn {

#if VM_TRACE
/// A file of waveforms; a cycle takes ten units of its time.
class WaveFile {
    TraceFile file;
    bool opened = false;

public:
    WaveFile(VerilatedContext& context, Vdesign& top, const std::string& path) {
        if (path.empty()) return;
        context.traceEverOn(true);
        top.trace(&file, 99);
        file.open(path.c_str());
        if (!file.isOpen()) fail("cannot write " + path);
        opened = true;
    }
    ~WaveFile() {
        if (opened) file.close();
    }
    void before_edge(std::uint64_t cycle) {
        if (opened) file.dump(10 * cycle);
    }
    void after_edge(std::uint64_t cycle) {
        if (opened) file.dump(10 * cycle + 5);
    }
};
#else
class WaveFile {
public:
    WaveFile(VerilatedContext&, Vdesign&, const std::string& path) {
        if (!path.empty()) fail("this simulation was compiled without waveforms");
    }
    void before_edge(std::uint64_t) {}
    void after_edge(std::uint64_t) {}
};
#endif

}  // namespace qnn

#endif
