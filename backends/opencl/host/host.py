"""Runs the design beside this file over the frames in a folder, and compares the results.

    python host.py [--strict] [--timeout SECONDS] [--program top.aocx [--emulation]] [vectors]

Without a program it runs on the vendor's emulator, which compiles the sources; with one that `aoc`
made, on the board, or with --emulation on the emulator. Frames are read from PORT.bin, results are
written to PORT.result.bin, frame by frame. The exit status is 1 if results differ from those in
PORT.bin, 2 for mistakes, and 3 if an emulation stops, crashes or takes too long: standard error
tells which channels are full or empty then, and which kernels could go on and don't.
"""

import argparse
import json
import math
import os
import select
import signal
import sys
import threading
import time
import warnings
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any, NoReturn

DIFFERENT, MISTAKE, STOPPED = 1, 2, 3
PACKAGES = "pyopencl intel-opencl-rt==2023.2.0 intel-cmplr-lib-rt==2023.2.0 tbb==2021.10.0"


def give_up(message: str, status: int = MISTAKE) -> NoReturn:
    print(message, file=sys.stderr, flush=True)
    os._exit(status)


# What is kept goes by the text of one file, and not of those that it includes.
os.environ["PYOPENCL_NO_CACHE"] = "1"
try:
    import numpy as np
    import pyopencl as cl
except ModuleNotFoundError as error:
    give_up(f"there is no {error.name}: pip install {PACKAGES}")

HERE = Path(__file__).resolve().parent
MOST, SPARE = 250, 6
"""Kernels that the emulator runs at once, each of which holds a thread while it waits, and the
threads for all else. There are 256 at most."""
QUIET = 10
"""Seconds in which no word moves before a design counts as stopped."""
CRASHES = signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL


class Port:
    """A buffer of the device, the kernel that reads or writes it, and a queue for each."""

    def __init__(self, context: cl.Context, program: cl.Program, port: Any, frames: int):
        self.name, self.kernel_name = str(port["port"]), str(port["kernel"])
        self.frame_bytes = bytes_of(port)
        self.kernel = cl.Kernel(program, self.kernel_name)
        self.kernels, self.copies = cl.CommandQueue(context), cl.CommandQueue(context)
        self.buffer = cl.Buffer(context, cl.mem_flags.READ_WRITE, frames * self.frame_bytes)
        self.events: list[cl.Event] = []

    def fill(self, data: bytes) -> None:
        cl.enqueue_copy(self.copies, self.buffer, np.frombuffer(data, np.uint8))

    def start(self, *numbers: int) -> None:
        """Runs the kernel over so many frames; others may be running on other queues."""
        self.kernel.set_args(self.buffer, *map(np.uint32, numbers))
        self.events.append(cl.enqueue_nd_range_kernel(self.kernels, self.kernel, (1,), (1,)))
        self.kernels.flush()

    def done(self) -> bool:
        return self.events[-1].command_execution_status == cl.command_execution_status.COMPLETE

    def frame(self, number: int) -> bytes:
        """The bytes of a frame that the device has written."""
        data = np.empty(self.frame_bytes, np.uint8)
        cl.enqueue_copy(self.copies, data, self.buffer, src_offset=number * self.frame_bytes)
        return data.tobytes()


def bytes_of(port: Any) -> int:
    """The bytes of a frame."""
    return math.prod(port["shape"]) * np.dtype(port["dtype"]).itemsize


def seen(*_: object) -> None:
    """Signals do nothing here: the watch reads of them in a pipe."""


class Feeder(threading.Thread):
    """Sends what comes over a link, through a pipe, frame by frame."""

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
                    give_up(f"{self.port.name} ends within a frame")
                self.port.fill(data)
                self.port.start(1)
                self.port.events[-1].wait()


class Watch(threading.Thread):
    """Ends an emulation that comes to no end of its own, and tells what holds it up."""

    def __init__(self, seconds: float):
        super().__init__(daemon=True)
        self.seconds, self.began = seconds, time.monotonic()
        self.signals, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, seen)
        self.kernel: Any = None
        self.ports: list[Port] = []
        self.feeders: list[Feeder] = []

    def begin(self, design: Any, context: cl.Context, program: cl.Program) -> None:
        """Can look at the channels from now on.

        A kernel that crashes tries the same again, for ever, while all others go on."""
        self.channels = design["channels"]
        self.counts = np.zeros((len(self.channels), 2), np.uint32)
        self.queue = cl.CommandQueue(context)
        self.buffer = cl.Buffer(context, cl.mem_flags.WRITE_ONLY, self.counts.nbytes)
        kernel = cl.Kernel(program, "count_words")
        kernel.set_args(self.buffer)
        self.kernel = kernel
        for crash in CRASHES:
            signal.signal(crash, seen)

    def run(self) -> None:
        quiet = 0
        while quiet < QUIET:
            left = self.seconds - (time.monotonic() - self.began)
            if select.select([self.signals], [], [], max(0, min(1, left)))[0]:
                self.signalled(os.read(self.signals, 1)[0])
            if left <= 1:
                self.end(f"takes more than {self.seconds:g} s")
            if self.ports and all(port.done() for port in self.ports):
                return
            hungry = any(feeder.waits for feeder in self.feeders)
            quiet = 0 if not self.ports or self.count() or hungry else quiet + 1
        self.end("stops")

    def signalled(self, number: int) -> None:
        if number == signal.SIGINT:
            os._exit(128 + number)
        time.sleep(1)
        self.end(f"crashes with {signal.Signals(number).name}")

    def count(self) -> bool:
        """Counts the words written to each channel, and read from it; whether some were."""
        before = self.counts.copy()
        cl.enqueue_nd_range_kernel(self.queue, self.kernel, (1,), (1,))
        cl.enqueue_copy(self.queue, self.counts, self.buffer)
        return not np.array_equal(before, self.counts)

    def end(self, how: str) -> NoReturn:
        if self.kernel is None:
            give_up(f"the design {how}: it is still being compiled", STOPPED)
        self.count()
        give_up(f"the design {how}: {self.told()}", STOPPED)

    def told(self) -> str:
        """Which channels are full, which are empty, and which kernels need not wait for those."""
        held = (self.counts[:, 0] - self.counts[:, 1]).tolist()
        pairs = list(zip(self.channels, held, strict=True))
        full = [(channel, words) for channel, words in pairs if words >= channel["depth"]]
        empty = [channel for channel, words in pairs if words == 0]
        busy = {channel[end] for channel in self.channels for end in ("from", "to")}
        busy -= {channel["from"] for channel, _ in full} | {channel["to"] for channel in empty}
        busy -= {port.kernel_name for port in self.ports if port.done()}
        lists = {
            "full are": [f"{channel['name']} ({words} words)" for channel, words in full],
            "empty are": [channel["name"] for channel in empty],
            "what waits for neither is": sorted(busy),
        }
        return "; ".join(f"{what} {', '.join(names) or 'none'}" for what, names in lists.items())


def environment(kernels: int, strict: bool) -> None:
    """What the emulator reads: a thread for each kernel, and what channels hold."""
    os.environ["CL_CONFIG_CPU_TBB_NUM_WORKERS"] = str(kernels + SPARE)
    os.environ["CL_CONFIG_CHANNEL_DEPTH_EMULATION_MODE"] = "strict" if strict else "default"


def find_packages() -> None:
    """Names the packages' emulator, which is registered nowhere, to the loader that pyopencl brings
    and to the loader of others."""
    with suppress(PackageNotFoundError):
        for file in files("intel-opencl-rt") or []:
            if file.name == "libintelocl_emu.so":
                library = str(Path(file.locate()).resolve())
                os.environ["OCL_ICD_VENDORS"] = os.environ["OCL_ICD_FILENAMES"] = library


def device_of(wanted: str, otherwise: str = "") -> cl.Device:
    """The first device of a platform, of which part of the name is given."""
    platforms: list[cl.Platform] = []
    with suppress(cl.LogicError):
        platforms = [platform for platform in cl.get_platforms() if wanted in platform.name]
    if not platforms:
        give_up(f"there is no OpenCL platform of the name {wanted}{otherwise}")
    return platforms[0].get_devices()[0]


def build(context: cl.Context, program: Path | None) -> cl.Program:
    """What aoc made, or the sources, for the emulator."""
    warnings.simplefilter("ignore", cl.CompilerWarning)
    if program is not None:
        return cl.Program(context, context.devices, [program.read_bytes()]).build()
    options = ["-cl-std=CL2.0", "-I", "include", "-I", "."]
    return cl.Program(context, Path("emulation.cl").read_text()).build(options)


def read_design(path: Path) -> Any:
    """The kernels that are started here, and the channels of all."""
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        give_up(f"{path}: {error}")


def read_frames(path: Path, port: Any) -> bytes:
    """The bytes of whole frames, one at least."""
    data, each = path.read_bytes(), bytes_of(port)
    if not data or len(data) % each:
        give_up(f"{path} has {len(data):,} bytes: a frame has {each:,}")
    return data


def run(options: argparse.Namespace) -> int:
    """Runs the design, and returns the exit status."""
    design = read_design(HERE / "design.json")
    path = None if options.program is None else options.program.resolve()
    vectors, on_emulator = options.vectors.resolve(), path is None or options.emulation
    os.chdir(HERE)
    links = set[str](design["links"])
    on_board = set[str]() if path is None else links
    piped = links - on_board if options.frames else set[str]()
    sources = [port for port in design["sources"] if port["port"] not in on_board | piped]
    given = [read_frames(vectors / f"{port['port']}.bin", port) for port in sources]
    weights = [read_frames(Path(f"weights/{port['port']}.dat"), port) for port in design["weights"]]
    frames = {len(data) // bytes_of(p) for data, p in zip(given, sources, strict=True)}
    frames |= {options.frames} if options.frames else set()
    if len(frames) > 1:
        give_up(f"{vectors} has {' and '.join(map(str, sorted(frames)))} frames for its ports")
    if not frames:
        give_up("all frames come over links: --frames says how many")
    (count,) = frames
    if on_emulator:
        if design["kernels"] > MOST:
            give_up(f"there are {design['kernels']} kernels: the emulator runs {MOST} at once")
        environment(design["kernels"], options.strict)
    watch = Watch(options.timeout) if path is None else None
    if watch is not None:
        watch.start()
        find_packages()
    missing = f": pip install {PACKAGES}" if path is None else ": the vendor's runtime brings it"
    context = cl.Context([device_of("FPGA Emulation" if on_emulator else "FPGA SDK", missing)])
    program = build(context, path)
    if watch is not None:
        watch.begin(design, context, program)
    print("built", flush=True)
    results = [port for port in design["sinks"] if port["port"] not in on_board]
    sinks = [Port(context, program, port, count) for port in results]
    for number in range(count):
        for sink in sinks:
            sink.start(number, 1)
    ends = [
        started(context, cl.Kernel(program, port["kernel"]), count)
        for port in [*design["sources"], *design["sinks"]]
        if port["port"] in on_board
    ]
    feeds = [Port(context, program, port, 1) for port in design["weights"]]
    feeds += [Port(context, program, port, count) for port in sources]
    for port, data in zip(feeds, [*weights, *given], strict=True):
        port.fill(data)
    for port in feeds:
        port.start(count)
    feeders = [
        Feeder(Port(context, program, port, 1), vectors / f"{port['port']}.bin", count)
        for port in design["sources"]
        if port["port"] in piped
    ]
    for feeder in feeders:
        feeder.start()
    if watch is not None:
        watch.ports, watch.feeders = [*sinks, *feeds], feeders
    take(sinks, count, vectors)
    for end in ends:
        end.wait()
    return compare([sink.name for sink in sinks], vectors)


def started(context: cl.Context, kernel: cl.Kernel, frames: int) -> cl.Event:
    """The end of a link, which so many frames pass."""
    queue = cl.CommandQueue(context)
    kernel.set_args(np.uint32(frames))
    event = cl.enqueue_nd_range_kernel(queue, kernel, (1,), (1,))
    queue.flush()
    return event


def take(sinks: list[Port], frames: int, vectors: Path) -> None:
    """Writes the results, each as soon as it is there."""
    for sink in sinks:
        (vectors / f"{sink.name}.result.bin").write_bytes(b"")
    for number in range(frames):
        for sink in sinks:
            sink.events[number].wait()
            with (vectors / f"{sink.name}.result.bin").open("ab") as file:
                file.write(sink.frame(number))
        print(f"frame {number}", flush=True)


def compare(names: list[str], vectors: Path) -> int:
    """The exit status: whether results are those expected, where any are."""
    status = 0
    for name in names:
        golden, found = vectors / f"{name}.bin", vectors / f"{name}.result.bin"
        if not golden.exists():
            continue
        if golden.read_bytes() == found.read_bytes():
            print(f"{name}: the results are those expected")
        else:
            print(f"{name}: the results are not those expected", file=sys.stderr)
            status = DIFFERENT
    return status


def seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise ValueError
    return number


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--strict", action="store_true", help="channels hold what the device's do")
    parser.add_argument("--timeout", type=seconds, default=3600, help="seconds, without a program")
    parser.add_argument("--frames", type=int, help="so many, which come over links through pipes")
    parser.add_argument("--program", type=Path, help="what aoc made")
    parser.add_argument("--emulation", action="store_true", help="it is for the emulator")
    parser.add_argument("vectors", type=Path, nargs="?", default=HERE / "vectors")
    options = parser.parse_args()
    try:
        return run(options)
    except OSError as error:
        give_up(f"{error.filename}: {(error.strerror or str(error)).lower()}")
    except cl.Error as error:
        give_up(f"OpenCL fails: {error}")


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Processes that run for ever would keep the emulator alive.
    os._exit(code)
