"""A self-contained folder of a design: sources, library, golden vectors, build scripts.

`README` below lists its files.
"""

from ..golden_vectors import Files
from ..project import Project, port_row
from .library import library
from .source_files import HlsSource


class HlsProject(Project):
    """HLS C++, a testbench, and the scripts that build them."""

    def library(self) -> Files:
        return library()

    def scripts(self) -> Files:
        return {
            "Makefile": MAKEFILE,
            "run_hls.tcl": self.script(),
            "hls_config.cfg": self.config(),
        }

    @property
    def period(self) -> str:
        """Nanoseconds in a cycle."""
        return f"{1e3 / self.clock_mhz:.3f}"

    @property
    def data(self) -> list[str]:
        """The folders that the testbench reads."""
        large = any(path.endswith(".dat") for path in self.source.files)
        return ["vectors", "weights"] if large else ["vectors"]

    def script(self) -> str:
        folders = "".join(f"add_files -tb {folder}\n" for folder in self.data)
        return (
            "# vitis_hls -f run_hls.tcl\n\n"
            "set here [file normalize [file dirname [info script]]]\ncd $here\n"
            'if {[string first " " $here] >= 0} '
            '{error "the path $here contains a space: move the folder"}\n'
            'set flags "-std=c++14 -I$here/include -I$here"\n\n'
            "open_project -reset hls\n"
            f"set_top {self.source.top}\n"
            "add_files top.cpp -cflags $flags\n"
            "add_files -tb testbench.cpp -cflags $flags\n"
            f"{folders}"
            "open_solution -reset solution -flow_target vivado\n"
            f"set_part {self.device.part}\n"
            f"create_clock -period {self.period}\n\n"
            "csim_design\ncsynth_design\nexport_design -format ip_catalog\nexit\n"
        )

    def config(self) -> str:
        folders = "".join(f"tb.file={folder}\n" for folder in self.data)
        return (
            "# v++ -c --mode hls --config hls_config.cfg --work_dir hls\n\n"
            f"part={self.device.part}\n\n[hls]\n"
            f"clock={self.period}ns\nflow_target=vivado\n"
            f"syn.top={self.source.top}\nsyn.file=top.cpp\n"
            "syn.cflags=-std=c++14 -Iinclude -I.\n"
            "tb.file=testbench.cpp\ntb.cflags=-std=c++14 -Iinclude -I.\n"
            f"{folders}"
            "package.output.format=ip_catalog\n"
        )

    @property
    def streams(self) -> bool:
        """Whether the ports for frames are AXI streams."""
        return isinstance(self.source, HlsSource) and self.source.streams

    @property
    def registers(self) -> str:
        """The values that the host writes to the design's registers."""
        return "the number of frames" + (" and the addresses of memories" if self.memories else "")

    @property
    def memories(self) -> bool:
        """Whether any port is a memory."""
        return not self.streams or bool(self.source.weight_ports)

    def readme(self, frames: int) -> str:
        return README_TEMPLATE.format(
            top=self.source.top,
            part=self.device.part,
            clock=f"{self.clock_mhz:g}",
            summary=self.summary,
            ports="\n".join(port_row(port, port.word_bytes) for port in self.source.ports),
            frames_at_ports=IN_STREAMS if self.streams else IN_MEMORIES,
            registers=self.registers,
            depths=COSIM_DEPTHS if self.memories else "",
            frames=frames,
        )


COSIM_DEPTHS = """
For this simulation, `depth=` in the pragma of each port in `top.cpp` is the size of its memory: the
words of the frames in `vectors`.
"""
IN_MEMORIES = "In a memory, frames follow one another without a gap."
IN_STREAMS = "In a stream, each frame begins with a new word, and its last word has TLAST set."


MAKEFILE = """\
# Simulation with g++: the testbench compares with golden results.
#
#   make                 channels hold any number of words
#   make bounded         channels have their depths on the device; processes take turns
#   make AP_TYPES=DIR    the folder of the vendor's ap_int.h; by default, the hls4ml package's

CXX ?= g++
PYTHON ?= python3
FIND = import importlib.util as u; print(*u.find_spec("hls4ml").submodule_search_locations)
AP_TYPES ?= $(addsuffix /templates/vivado/ap_types,$(shell $(PYTHON) -c '$(FIND)' 2> /dev/null))
WARNINGS = -Wall -Wextra -Wno-unknown-pragmas -Wno-uninitialized -Wno-maybe-uninitialized
FLAGS = -std=c++14 -O2 $(WARNINGS) -Iinclude -Isimulation -isystem "$(AP_TYPES)"
HEADERS = $(wildcard *.hpp include/*.hpp include/*/*.hpp simulation/*.h weights/*)

.PHONY: simulate bounded headers clean

simulate: simulation.out
\t./simulation.out

bounded: bounded.out
\t./bounded.out

simulation.out: top.cpp testbench.cpp $(HEADERS) | headers
\t$(CXX) $(FLAGS) top.cpp testbench.cpp -o $@

bounded.out: bounded.cpp testbench.cpp $(HEADERS) | headers
\t$(CXX) $(FLAGS) -DQNN_BOUNDED bounded.cpp testbench.cpp -o $@

headers:
\t@test -f "$(AP_TYPES)/ap_int.h" || { \\
\t  echo "ap_int.h is not installed: pip install hls4ml, or make AP_TYPES=<its folder>" >&2; \\
\t  exit 1; }

clean:
\trm -f simulation.out bounded.out vectors/*.result.bin
"""

README_TEMPLATE = """\
# {top}

A streaming design for {part} at {clock} MHz, as C++ for Vitis HLS. All numbers below are estimates
from a model of cycles and resources, made before synthesis.

{summary}

## Ports

| port | holds | frame | element | bytes per frame | word |
|---|---|---|---|---|---|
{ports}

Elements are little-endian; the last axis varies fastest.
{frames_at_ports}
The host writes {registers} to registers (AXI4-Lite),
starts the design there, and reads there when it is done. `design.mlir` also contains the operations
of the network outside the design, such as quantizing its inputs.

## Simulation

    make            # channels hold any number of words
    make bounded    # channels have their depths on the device

The testbench runs the {frames} frames in `vectors` and compares the results with the expected ones
there, byte for byte. It needs g++ and the vendor's `ap_int.h`: `pip install hls4ml`, or
`make AP_TYPES=<its folder>`.

## Synthesis

    vitis_hls -f run_hls.tcl    # simulates, synthesizes, exports an IP core
    v++ -c --mode hls --config hls_config.cfg --work_dir hls    # 2024.1 and later

The IP core is in `hls/solution/impl/ip`: add this folder to Vivado's IP repositories. If timing
does not close, compile again with fewer MHz (`qnn compile --clock`); `--streams` makes the ports
AXI streams instead of memories. Both tools write to `hls`, which `qnn compile` to this folder does
not change. To simulate the RTL, add `cosim_design` after `csynth_design` in `run_hls.tcl`, or run
this after `v++`:

    vitis-run --mode hls --cosim --config hls_config.cfg --work_dir hls
{depths}
## Files

| file | holds |
|---|---|
| `top.cpp`, `top.hpp` | the top function, `{top}`: one dataflow region, a call for each process |
| `weights` | memories: weights, thresholds, tables |
| `include` | the library of processes |
| `testbench.cpp`, `host.hpp`, `vectors` | the test, its inputs and the expected results |
| `simulation`, `bounded.cpp`, `Makefile` | simulation with g++ |
| `design.mlir` | the design from which this folder was made |
| `folding.json` | PE, SIMD and memories of the layers, for `--folding` |
| `build.json` | the command, speed and resources; `qnn report` shows them |
"""
