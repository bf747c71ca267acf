"""A self-contained folder of a design: sources, library, hosts, golden vectors, scripts.

Makefile         emulation, the vendor's report, the bitstream, the C++ host
board.mk         the settings of a board
README.md        a description, with speed and resources
include/         the library
host.py          the host in Python, for the board and the emulator
host.cpp         the host in C++, over the API of OpenCL 1.2
design.hpp       the ports, for the host in C++; the host in Python reads design.json
vectors/         frames, and the expected results
"""

from ..golden_vectors import Files
from ..project import Project
from .library import HOST_FOLDER, library
from .source_files import OpenclSource


class OpenclProject(Project):
    """OpenCL C, two hosts, and the scripts that build them."""

    def library(self) -> Files:
        return library()

    def scripts(self) -> Files:
        return {
            "Makefile": (HOST_FOLDER / "Makefile").read_text(),
            "board.mk": BOARD,
            "host.cpp": (HOST_FOLDER / "host.cpp").read_text(),
            "design.hpp": self.header(),
        }

    def header(self) -> str:
        """The ports of the design, for the C++ host."""
        assert isinstance(self.source, OpenclSource)
        lines = [
            "/// The ports of the design: the kernel of each, its name, and the bytes of a frame.",
            "#include <cstddef>",
            "#include <vector>\n",
            "struct Port {",
            "    const char* kernel;\n    const char* name;\n    std::size_t bytes;\n};",
        ]
        links = {part.name for part in self.source.links}
        tables = {
            table: [task for task in tasks if task[0] not in links]
            for table, tasks in self.source.tasks.items()
        }
        every = [task for tasks in self.source.tasks.values() for task in tasks]
        tables["links"] = [task for task in every if task[0] in links]
        for table, tasks in tables.items():
            lines.append(f"\nstatic const std::vector<Port> {table.upper()} = {{")
            for kernel, port in tasks:
                lines.append(f'    {{"{kernel}", "{port.name}", {port.frame_bytes}}},')
            lines.append("};")
        return "\n".join([*lines, ""])

    def readme(self, frames: int) -> str:
        return README_TEMPLATE.format(
            top=self.source.top,
            part=self.device.part,
            clock=f"{self.clock_mhz:g}",
            summary=self.summary,
            frames=frames,
        )


BOARD = """\
# The settings of a board. `aoc -list-boards` lists the names of boards;
# without a name, aoc uses its default.
BOARD =
# More options for aoc, such as the clock to aim for: -clock=240MHz.
AOC_FLAGS =
"""

README_TEMPLATE = """\
# {top}

A streaming design for {part} at {clock} MHz, as OpenCL for Intel's FPGA compiler. All numbers below
are estimates from a model of cycles and resources, made before synthesis.

{summary}

## Emulation

    pip install pyopencl intel-opencl-rt==2023.2.0 intel-cmplr-lib-rt==2023.2.0 tbb==2021.10.0
    make emulate           # on the vendor's emulator, from these packages
    make emulate-strict    # channels have their depths on the device

The host runs the {frames} frames in `vectors` and compares the results with the expected ones
there, byte for byte.

## Hardware

    make report            # aoc -rtl: loops, memories, area, in minutes
    make hardware          # aoc: the bitstream, in hours
    make host              # the host in C++
    ./host top.aocx        # or: python3 host.py --program top.aocx

Set the name of the board in `board.mk`. The host is linked with the OpenCL library that `aocl`
names or, without `aocl`, with the system's, whose headers and loader must be installed;
`make host OPENCL=/path/libOpenCL.so` uses another loader.

## Files

| file | holds |
|---|---|
| `top.cl` | types, words, channels with their depths, and the definitions of each process |
| `weights` | memories: weights, thresholds, tables |
| `include` | the library: a file for each kind of process |
| `host.py`, `host.cpp`, `vectors` | the hosts, the test's inputs and the expected results |
| `emulation.cl` | the design with counters of the words in its channels |
| `design.json`, `design.hpp` | the kernels and ports, for the hosts |
| `design.mlir` | the design from which this folder was made |
| `folding.json` | PE, SIMD and memories of the layers, for `--folding` |
| `build.json` | the command, speed and resources; `qnn report` shows them |
"""
