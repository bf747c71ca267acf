"""The iterations in which emitted HLS C++ reads and writes its streams.

A simulation is compiled with the library's headers, in which each pipelined loop counts its
iterations, and with streams that log the iteration of each access.
"""

import subprocess
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from qnn.backends.golden_vectors import Files, golden_vector_files, read_results, write
from qnn.backends.hls import emit
from qnn.backends.hls.library import INCLUDE, UMBRELLA, umbrella_header
from qnn.backends.hls.simulator import Simulation
from qnn.passes import Pipeline
from qnn.qdialect.stream import Process
from qnn.qdialect.stream.process import Counts
from xdsl.dialects.builtin import ModuleOp

from .design import design_of
from .generate import Choices
from .hls import assert_results, frames_for

LOGGED_STREAM = """\
#ifndef QNN_LOGGED_STREAM_H
#define QNN_LOGGED_STREAM_H
#include <cstdio>
#include <deque>
#include <string>

namespace hls {

static std::string design;
static long iteration = -1;
static std::FILE* const log_file = std::fopen("log", "w");

inline void start_process(const char* name) {
    design = name;
    iteration = -1;
}

template <typename Word>
class stream {
  public:
    explicit stream(const char* label) : name(label) {}

    bool empty() const { return words.empty(); }

    Word read() {
        log("read");
        const Word word = words.front();
        words.pop_front();
        return word;
    }

    void write(const Word& word) {
        log("write");
        words.push_back(word);
    }

  private:
    void log(const char* access) const {
        std::fprintf(log_file, "%s %s %s %ld\\n", design.c_str(), name.c_str(), access, iteration);
    }

    std::string name;
    std::deque<Word> words;
};

}  // namespace hls
#endif
"""

PIPELINE = "#pragma HLS PIPELINE II = 1 style = flp\n"
"""The first line in the body of each loop of a process."""

Accesses = tuple[list[list[int]], list[list[int]]]
"""The iterations of the reads of each input of a process, and of the writes of each output."""


class LoggedSimulation(Simulation):
    """Designs whose processes run one after another; each starts to count its iterations anew."""

    @cached_property
    def files(self) -> Files:
        return {
            name: content.replace("    qnn::", "    hls::start_process(__func__); qnn::")
            if name.endswith("/top.cpp") and isinstance(content, str)
            else content
            for name, content in super().files.items()
        }


def logged_headers() -> Files:
    """The library's headers, in which loops count their iterations."""
    headers: Files = {UMBRELLA: umbrella_header(), "hls_stream.h": LOGGED_STREAM}
    for path in (INCLUDE / "qnn").iterdir():
        counted = path.read_text().replace(PIPELINE, f"{PIPELINE}++hls::iteration;\n")
        headers[f"qnn/{path.name}"] = counted
    return headers


def logged_accesses(
    modules: Sequence[ModuleOp], frames: int, choices: Choices, folder: Path
) -> list[dict[Process, Accesses]]:
    """For each design, the accesses of each of its processes to its channels.

    Fails if a result differs from the interpreter's.
    """
    for module in modules:
        Pipeline.parse("size-fifos").apply(module)
    designs = [design_of(module) for module in modules]
    sources = [emit(design, f"d{n}") for n, design in enumerate(designs)]
    write(logged_headers(), folder / "headers")
    simulation = LoggedSimulation(
        sources, folder, optimize=False, headers=folder / "headers"
    ).build()
    inputs = [frames_for(choices, design, frames) for design in designs]
    for source, arrays in zip(sources, inputs, strict=True):
        write(golden_vector_files(source.inputs, arrays), folder / "vectors" / source.top)
    subprocess.run([simulation.program, "vectors"], cwd=folder, check=False, capture_output=True)
    for design, source, arrays in zip(designs, sources, inputs, strict=True):
        assert_results(
            design, arrays, read_results(source.outputs, folder / "vectors" / source.top)
        )
    log: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for line in (folder / "log").read_text().splitlines():
        *key, iteration = line.split()
        log[tuple(key)].append(int(iteration))
    found = list[dict[Process, Accesses]]()
    for design, source in zip(designs, sources, strict=True):
        instances = [each for each in source.netlist.instances if each.kind != "weights"]
        found.append(
            {
                process: (
                    [log[source.top, channel.name, "read"] for channel in instance.reads],
                    [log[source.top, channel.name, "write"] for channel in instance.writes],
                )
                for process, instance in zip(design.processes, instances, strict=True)
            }
        )
    return found


def over_frames(places: Counts, interval: int, frames: int) -> list[int]:
    """The iterations of several frames, given those of one."""
    return [frame * interval + place for frame in range(frames) for place in places.tolist()]
