"""A design as a folder that stands alone: sources, library, hosts, golden vectors, scripts.

Makefile         emulation, the vendor's report, the bitstream, the C++ host
board.mk         what is particular to a board
README.md        what it is, and what it takes
include/         the library
host.py          the host in Python, for the emulator of the wheels as well
host.cpp         the host in C++, over the API of OpenCL 1.2
design.hpp       what the C++ host has to know; the Python host reads design.json
vectors/         frames, and their results
"""

from ..golden_vectors import Files
from ..project import Project
from .printer import Emitted
from .simulator import HERE, library


class OpenclProject(Project):
    """OpenCL C, two hosts, and what builds them."""

    def library(self) -> Files:
        return library()

    def scripts(self) -> Files:
        return {
            "Makefile": (HERE / "host" / "Makefile").read_text(),
            "board.mk": BOARD,
            "host.cpp": (HERE / "host" / "host.cpp").read_text(),
            "design.hpp": self.header(),
        }

    def header(self) -> str:
        """The ports of the design, for the C++ host."""
        assert isinstance(self.emitted, Emitted)
        lines = [
            "/// The ports of the design: the kernel of each, its name, and the bytes of a frame.",
            "#include <cstddef>",
            "#include <vector>\n",
            "struct Port {",
            "    const char* kernel;\n    const char* name;\n    std::size_t bytes;\n};",
        ]
        links = {part.name for part in self.emitted.links}
        tables = {
            table: [task for task in tasks if task[0] not in links]
            for table, tasks in self.emitted.tasks.items()
        }
        every = [task for tasks in self.emitted.tasks.values() for task in tasks]
        tables["links"] = [task for task in every if task[0] in links]
        for table, tasks in tables.items():
            lines.append(f"\nstatic const std::vector<Port> {table.upper()} = {{")
            for kernel, port in tasks:
                lines.append(f'    {{"{kernel}", "{port.name}", {port.frame_bytes}}},')
            lines.append("};")
        return "\n".join([*lines, ""])

    def readme(self, frames: int) -> str:
        return README.format(
            top=self.emitted.top,
            part=self.device.part,
            clock=f"{self.clock_mhz:g}",
            summary=self.summary,
            frames=frames,
        )


BOARD = """\
# What is particular to a board. `aoc -list-boards` tells its name;
# without one, aoc takes the default.
BOARD =
# More options for aoc, such as a clock to reach: -clock=240MHz.
AOC_FLAGS =
"""

README = """\
# {top}

A streaming design for {part} at {clock} MHz, as OpenCL for Intel's FPGA compiler. All numbers below
come from the model of cycles and resources, before synthesis.

{summary}

## Emulation

    pip install pyopencl intel-opencl-rt==2023.2.0 intel-cmplr-lib-rt==2023.2.0 tbb==2021.10.0
    make emulate           # on the vendor's emulator, from these packages
    make emulate-strict    # with channels of the depths that they have on the device

The host runs the {frames} frames in `vectors` and compares the results with those there, byte for
byte.

## Hardware

    make report            # aoc -rtl: loops, memories, area, in minutes
    make hardware          # aoc: the bitstream, in hours
    make host              # the host in C++
    ./host top.aocx        # or: python3 host.py --program top.aocx

`board.mk` names the board. The host is linked with what `aocl` tells, and without it with the
system's OpenCL, whose headers and loader must be installed; `make host OPENCL=/path/libOpenCL.so`
takes another loader.

## Files

| file | holds |
|---|---|
| `top.cl` | types, words, channels with their depths, and the definitions of each process |
| `weights` | memories: weights, thresholds, tables |
| `include` | the library: a file for each kind of process |
| `host.py`, `host.cpp`, `vectors` | the hosts, which test the design |
| `emulation.cl` | the design with what an emulation counts |
| `design.json`, `design.hpp` | what the hosts know of the design |
| `design.mlir` | the design that this was made from |
| `folding.json` | PE, SIMD and memories of its layers, as `--folding` takes them |
| `build.json` | what made it and what it comes to; `qnn report` shows it |
"""
