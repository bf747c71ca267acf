"""Runs the design beside this file over the frames in a folder, and compares the results.

    python host.py [--program top.aocx [--emulation]] [vectors]

With a program that `aoc` made it runs on the board, or with --emulation on the vendor's emulator;
without, on the emulator, which compiles the sources. Frames are
read from PORT.bin, results are written to PORT.result.bin, frame by frame. The exit status is 1 if
results differ from those in PORT.bin, and 3 if the design stops for good, which is told on standard
error.
"""

import argparse
import json
import math
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
DESIGN = json.loads((HERE / "design.json").read_text())
MOST, SPARE = 250, 6
"""Kernels that the emulator runs at once, each of which holds a thread while it waits, and the
threads for all else. There are 256 at most."""

os.environ["CL_CONFIG_CPU_TBB_NUM_WORKERS"] = str(min(DESIGN["kernels"], MOST) + SPARE)
# What is kept goes by the text of one file, and not of those that it includes.
os.environ["PYOPENCL_NO_CACHE"] = "1"

import pyopencl as cl  # noqa: E402

COMPLETE = cl.command_execution_status.COMPLETE
DIFFERENT, STOPPED = 1, 3
QUIET = 5
"""Seconds in which no word moves before a design counts as stopped."""


class Port:
    """A buffer of the device, the kernel that reads or writes it, and a queue for each."""

    def __init__(self, context: cl.Context, program: cl.Program, port: Any, frames: int):
        self.name = str(port["port"])
        self.frame_bytes = math.prod(port["shape"]) * np.dtype(port["dtype"]).itemsize
        self.kernel = cl.Kernel(program, port["kernel"])
        self.kernels, self.copies = cl.CommandQueue(context), cl.CommandQueue(context)
        self.buffer = cl.Buffer(context, cl.mem_flags.READ_WRITE, frames * self.frame_bytes)

    def fill(self, data: bytes) -> None:
        cl.enqueue_copy(self.copies, self.buffer, np.frombuffer(data, np.uint8))

    def start(self, *numbers: int) -> cl.Event:
        """Runs the kernel over so many frames; others may be running on other queues."""
        self.kernel.set_args(self.buffer, *map(np.uint32, numbers))
        event = cl.enqueue_nd_range_kernel(self.kernels, self.kernel, (1,), (1,))
        self.kernels.flush()
        return event

    def frame(self, number: int) -> bytes:
        """The bytes of a frame that the device has written."""
        data = np.empty(self.frame_bytes, np.uint8)
        cl.enqueue_copy(self.copies, data, self.buffer, src_offset=number * self.frame_bytes)
        return data.tobytes()


class Feeder(threading.Thread):
    """Sends what comes over a link, frame by frame, from a file or a pipe."""

    def __init__(self, port: Port, path: Path, frames: int):
        super().__init__(daemon=True)
        self.port, self.path, self.frames = port, path, frames
        self.waits = True
        """Whether the frame that is next has not come yet."""

    def run(self) -> None:
        with self.path.open("rb") as file:
            for _ in range(self.frames):
                self.waits = True
                data = file.read(self.port.frame_bytes)
                self.waits = False
                if len(data) < self.port.frame_bytes:
                    print(f"{self.port.name} ends within a frame", file=sys.stderr, flush=True)
                    os._exit(2)
                self.port.fill(data)
                self.port.start(1).wait()


class Watch(threading.Thread):
    """Ends the emulation where no word moves any more, or nobody waits for it."""

    def __init__(
        self,
        context: cl.Context,
        program: cl.Program,
        last: list[cl.Event],
        feeders: list[Feeder],
    ):
        super().__init__(daemon=True)
        self.last, self.feeders = last, feeders
        self.channels: list[tuple[str, int]] = DESIGN["channels"]
        channels = self.channels
        self.counts = np.zeros((len(channels), 2), np.uint32)
        self.queue = cl.CommandQueue(context)
        self.kernel = cl.Kernel(program, "count_words")
        self.buffer = cl.Buffer(context, cl.mem_flags.WRITE_ONLY, self.counts.nbytes)
        self.kernel.set_args(self.buffer)

    def run(self) -> None:
        parent, quiet = os.getppid(), 0
        while quiet < QUIET:
            time.sleep(1)
            if all(event.command_execution_status == COMPLETE for event in self.last):
                return
            if os.getppid() != parent:
                os._exit(STOPPED)
            before = self.counts.copy()
            cl.enqueue_nd_range_kernel(self.queue, self.kernel, (1,), (1,))
            cl.enqueue_copy(self.queue, self.counts, self.buffer)
            still = np.array_equal(before, self.counts)
            quiet = quiet + 1 if still and not any(f.waits for f in self.feeders) else 0
        print(f"the design stops: {self.told()}", file=sys.stderr, flush=True)
        os._exit(STOPPED)

    def told(self) -> str:
        """Which channels are full, and which are empty."""
        held = (self.counts[:, 0] - self.counts[:, 1]).tolist()
        pairs = list(zip(self.channels, held, strict=True))
        full = [f"{name} ({words} words)" for (name, depth), words in pairs if words >= depth]
        empty = [name for (name, _), words in pairs if words == 0]
        return f"full are {', '.join(full) or 'none'}; empty are {', '.join(empty) or 'none'}"


def device_of(wanted: str) -> cl.Device:
    """The first device of a platform, of which part of the name is given."""
    platforms = [platform for platform in cl.get_platforms() if wanted in platform.name]
    if not platforms:
        sys.exit(f"there is no OpenCL platform of the name {wanted}")
    return platforms[0].get_devices()[0]


def build(context: cl.Context, program: Path | None) -> cl.Program:
    """What aoc made, or the sources, for the emulator."""
    if program is not None:
        return cl.Program(context, context.devices, [program.read_bytes()]).build()
    options = ["-cl-std=CL2.0", "-I", "include", "-I", "."]
    return cl.Program(context, Path("emulation.cl").read_text()).build(options)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--program", type=Path, help="what aoc made")
    parser.add_argument("--emulation", action="store_true", help="it is for the emulator")
    parser.add_argument("--frames", type=int, help="so many, where all of them come over links")
    parser.add_argument("vectors", type=Path, nargs="?", default=HERE / "vectors")
    options = parser.parse_args()
    vectors = options.vectors.resolve()
    path = None if options.program is None else options.program.resolve()
    os.chdir(HERE)
    design = DESIGN
    on_emulator = path is None or options.emulation
    if on_emulator and design["kernels"] > MOST:
        sys.exit(f"the design has {design['kernels']} kernels: the emulator runs {MOST} at once")
    context = cl.Context([device_of("FPGA Emulation" if on_emulator else "FPGA SDK")])
    program = build(context, path)
    print("built", flush=True)
    links: list[str] = design["links"]
    given = {
        port["port"]: (vectors / f"{port['port']}.bin").read_bytes()
        for port in design["sources"]
        if options.frames is None or port["port"] not in links
    }
    first = design["sources"][0]
    frame_bytes = math.prod(first["shape"]) * np.dtype(first["dtype"]).itemsize
    frames = options.frames or len(given[first["port"]]) // frame_bytes
    on_board = set[str]() if on_emulator else set(links)
    sinks = [
        Port(context, program, port, frames)
        for port in design["sinks"]
        if port["port"] not in on_board
    ]
    done = [[sink.start(number, 1) for sink in sinks] for number in range(frames)]
    weights = [Port(context, program, port, 1) for port in design["weights"]]
    sources = [
        Port(context, program, port, frames)
        for port in design["sources"]
        if port["port"] not in on_board
    ]
    feeders = [
        Feeder(port, vectors / f"{port.name}.bin", frames) for port in sources if port.name in links
    ]
    if path is None and done:
        Watch(context, program, done[-1], feeders).start()
    for port in weights:
        port.fill(Path(f"weights/{port.name}.dat").read_bytes())
        port.start(frames)
    for port in sources:
        if port.name not in links:
            port.fill(given[port.name])
            port.start(frames)
    for feeder in feeders:
        feeder.start()
    for sink in sinks:
        (vectors / f"{sink.name}.result.bin").write_bytes(b"")
    for number, events in enumerate(done):
        for sink, event in zip(sinks, events, strict=True):
            event.wait()
            with (vectors / f"{sink.name}.result.bin").open("ab") as file:
                file.write(sink.frame(number))
        print(f"frame {number}", flush=True)
    return compare([sink.name for sink in sinks], vectors)


def compare(names: list[str], vectors: Path) -> int:
    """The exit status: whether results are those expected, where any are."""
    status = 0
    for name in names:
        golden, found = vectors / f"{name}.bin", vectors / f"{name}.result.bin"
        if golden.exists() and golden.read_bytes() != found.read_bytes():
            print(f"{name}: the results are not those expected", file=sys.stderr)
            status = DIFFERENT
    return status


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Processes that run for ever would keep the emulator alive.
    os._exit(code)
