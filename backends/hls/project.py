"""A design as a folder that stands alone: sources, library, golden vectors, and how to build it.

`README` below says what each file is for.
"""

from ..golden_vectors import Files
from ..netlist.netlist import Port
from ..project import Project
from .simulator import HERE
from .source_files import Emitted


class HlsProject(Project):
    """HLS C++, a testbench, and what builds them."""

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
        """Nanoseconds of a cycle."""
        return f"{1e3 / self.clock_mhz:.3f}"

    @property
    def data(self) -> list[str]:
        """The folders that the testbench reads."""
        large = any(path.endswith(".dat") for path in self.emitted.files)
        return ["vectors", "weights"] if large else ["vectors"]

    def script(self) -> str:
        folders = "".join(f"add_files -tb {folder}\n" for folder in self.data)
        return (
            "# vitis_hls -f run_hls.tcl\n\n"
            "set here [file normalize [file dirname [info script]]]\ncd $here\n"
            'if {[string first " " $here] >= 0} {error "no space may be in the path $here"}\n'
            'set flags "-std=c++14 -I$here/include -I$here"\n\n'
            "open_project -reset hls\n"
            f"set_top {self.emitted.top}\n"
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
            f"syn.top={self.emitted.top}\nsyn.file=top.cpp\n"
            "syn.cflags=-std=c++14 -Iinclude -I.\n"
            "tb.file=testbench.cpp\ntb.cflags=-std=c++14 -Iinclude -I.\n"
            f"{folders}"
            "package.output.format=ip_catalog\n"
        )

    @property
    def streams(self) -> bool:
        """Whether the ports for frames are streams."""
        return isinstance(self.emitted, Emitted) and self.emitted.streams

    @property
    def registers(self) -> str:
        """What the host gives a design."""
        return "the number of frames" + (" and the addresses of memories" if self.memories else "")

    @property
    def memories(self) -> bool:
        """Whether a port is one."""
        return not self.streams or bool(self.emitted.outside)

    def readme(self, frames: int) -> str:
        return README.format(
            top=self.emitted.top,
            part=self.device.part,
            clock=f"{self.clock_mhz:g}",
            summary=self.summary,
            ports="\n".join(map(described, self.emitted.ports)),
            frames_at_ports=IN_STREAMS if self.streams else IN_MEMORIES,
            registers=self.registers,
            depths=DEPTHS if self.memories else "",
            frames=frames,
        )


DEPTHS = """
The tool knows how large a port's memory is then: `depth=` in its pragma in `top.cpp` are the words
of the frames in `vectors`.
"""
IN_MEMORIES = "In a memory, frame follows frame."
IN_STREAMS = "In a stream, each frame begins with a new word, and its last word has TLAST."


def described(port: Port) -> str:
    """A port as a row of a table."""
    frame = "x".join(map(str, port.frame))
    word = f"{8 * port.word_bytes} bits"
    return (
        f"| `{port.name}` | {port.role} | {frame} | {port.dtype} | {port.frame_bytes:,} | {word} |"
    )


def library() -> Files:
    """The headers that a design is compiled with."""
    headers = sorted((HERE / "include").rglob("*.hpp"))
    files = {path.relative_to(HERE).as_posix(): path.read_text() for path in headers}
    for path in sorted((HERE / "testbench").glob("*.h")):
        files[f"simulation/{path.name}"] = path.read_text()
    return {**files, "host.hpp": (HERE / "testbench" / "host.hpp").read_text()}


MAKEFILE = """\
# Simulation with g++: the testbench compares with golden results.
#
#   make                 channels hold any number of words
#   make bounded         channels hold as many as on the device, processes take turns
#   make AP_TYPES=DIR    the folder of the vendor's ap_int.h: that of the hls4ml package by default

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
\t  echo "there is no ap_int.h: pip install hls4ml, or make AP_TYPES=<its folder>" >&2; exit 1; }

clean:
\trm -f simulation.out bounded.out vectors/*.result.bin
"""

README = """\
# {top}

A streaming design for {part} at {clock} MHz, as C++ for Vitis HLS. All numbers below come from
the model of cycles and resources, before synthesis.

{summary}

## Ports

| port | holds | elements of a frame | each | bytes a frame | word |
|---|---|---|---|---|---|
{ports}

Elements are little-endian, the last axis fastest.
{frames_at_ports}
The host's registers (AXI4-Lite) take {registers}, start the design, and
tell when it is done. What the network does outside of the design, such as quantizing its inputs,
is in `design.mlir`, too.

## Simulation

    make            # channels of any depth
    make bounded    # channels of the depths that they have on the device

The testbench runs the {frames} frames in `vectors` and compares the results with those there,
byte for byte. It needs g++, and the vendor's `ap_int.h`: `pip install hls4ml`, or
`make AP_TYPES=<its folder>`.

## Synthesis

    vitis_hls -f run_hls.tcl    # simulates, synthesises, exports an IP core
    v++ -c --mode hls --config hls_config.cfg --work_dir hls    # 2024.1 and later

The IP core is in `hls/solution/impl/ip`, which Vivado's IP catalogue takes in. If its timing does
not close, `qnn compile --clock` with fewer MHz makes another design; `--streams` has AXI streams
for its ports instead of memories. Both tools write to `hls`, which another `qnn compile` to this
folder leaves as it is. The RTL is simulated with `cosim_design` behind `csynth_design` in
`run_hls.tcl`, or after `v++` by

    vitis-run --mode hls --cosim --config hls_config.cfg --work_dir hls
{depths}
## Files

| file | holds |
|---|---|
| `top.cpp`, `top.hpp` | the top function, `{top}`: one dataflow region, a call for each process |
| `weights` | memories: weights, thresholds, tables |
| `include` | the library of processes |
| `testbench.cpp`, `host.hpp`, `vectors` | the test |
| `simulation`, `bounded.cpp`, `Makefile` | simulation with g++ |
| `design.mlir` | the design that this was made from |
| `folding.json` | PE, SIMD and memories of its layers, as `--folding` takes them |
| `build.json` | what made it and what it comes to; `qnn report` shows it |
"""
