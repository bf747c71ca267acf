"""Runs the design beside this file over the frames in a folder, and compares the results.

    python host.py [--strict] [--timeout SECONDS] [--program top.aocx [--emulation]] [vectors]

Without a program, the design runs on the vendor's emulator, which compiles the sources; a program
compiled by `aoc` runs on the board, or with --emulation on the emulator. Frames are read from
PORT.bin, results are written to PORT.result.bin, frame by frame. The exit status is 1 if results
differ from those in PORT.bin, 2 if the design cannot run, and 3 if an emulation stops, crashes or
takes too long: then standard error lists the channels that are full or empty, and the kernels that
wait for neither.
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

DIFFERENT, USAGE_ERROR, STOPPED = 1, 2, 3
PACKAGES = "pyopencl intel-opencl-rt==2023.2.0 intel-cmplr-lib-rt==2023.2.0 tbb==2021.10.0"


def exit_with(message: str, status: int = USAGE_ERROR) -> NoReturn:
    """Ends the process immediately, even if other threads are busy."""
    print(message, file=sys.stderr, flush=True)
    os._exit(status)


# The cache of pyopencl ignores changes of included files.
os.environ["PYOPENCL_NO_CACHE"] = "1"
try:
    import numpy as np
    import pyopencl as cl
except ModuleNotFoundError as error:
    exit_with(f"{error.name} is not installed: pip install {PACKAGES}")

DESIGN_FOLDER = Path(__file__).resolve().parent
MAX_KERNELS, SPARE_THREADS = 250, 6
"""The emulator has at most 256 threads: a kernel holds one while it waits, the rest are spare."""
STALL_SECONDS = 10
"""If no word passes through any channel for this many seconds, the design has stopped."""
CRASH_SIGNALS = signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL


class PortBuffer:
    """A buffer of the device, the kernel that reads or writes it, and a queue for each."""

    def __init__(self, context: cl.Context, program: cl.Program, port: Any, frames: int):
        self.name, self.kernel_name = str(port["port"]), str(port["kernel"])
        self.frame_bytes = port_frame_bytes(port)
        self.kernel = cl.Kernel(program, self.kernel_name)
        self.kernels, self.copies = cl.CommandQueue(context), cl.CommandQueue(context)
        self.buffer = cl.Buffer(context, cl.mem_flags.READ_WRITE, frames * self.frame_bytes)
        self.events: list[cl.Event] = []

    def fill(self, data: bytes) -> None:
        cl.enqueue_copy(self.copies, self.buffer, np.frombuffer(data, np.uint8))

    def start(self, *numbers: int) -> None:
        """Starts the kernel with numbers as its arguments after the buffer."""
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


def port_frame_bytes(port: Any) -> int:
    """The bytes of a frame."""
    return math.prod(port["shape"]) * np.dtype(port["dtype"]).itemsize


def ignore_signal(*_: object) -> None:
    """An empty handler: the watch reads the numbers of signals from a pipe instead."""


class LinkFeeder(threading.Thread):
    """Reads the frames of a link from a pipe, and sends them to the design one by one."""

    def __init__(self, port: PortBuffer, path: Path, frames: int):
        super().__init__(daemon=True)
        self.port, self.path, self.frames = port, path, frames
        self.waits = True
        """Whether the next frame has not arrived yet."""

    def run(self) -> None:
        with self.path.open("rb") as file:
            for _ in range(self.frames):
                self.waits = True
                data = file.read(self.port.frame_bytes)
                self.waits = False
                if len(data) < self.port.frame_bytes:
                    exit_with(f"{self.port.name} ends within a frame")
                self.port.fill(data)
                self.port.start(1)
                self.port.events[-1].wait()


class EmulationWatch(threading.Thread):
    """Ends an emulation that does not end by itself, and reports the channels that block it."""

    def __init__(self, timeout: float):
        super().__init__(daemon=True)
        self.timeout, self.began = timeout, time.monotonic()
        self.signals, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, ignore_signal)
        self.kernel: Any = None
        self.ports: list[PortBuffer] = []
        self.feeders: list[LinkFeeder] = []

    def begin(self, design: Any, context: cl.Context, program: cl.Program) -> None:
        """Watches the channels from now on.

        A kernel that crashes repeats the failing instruction forever, while the others run."""
        self.channels = design["channels"]
        self.counts = np.zeros((len(self.channels), 2), np.uint32)
        self.queue = cl.CommandQueue(context)
        self.buffer = cl.Buffer(context, cl.mem_flags.WRITE_ONLY, self.counts.nbytes)
        kernel = cl.Kernel(program, "count_words")
        kernel.set_args(self.buffer)
        self.kernel = kernel
        for crash in CRASH_SIGNALS:
            signal.signal(crash, ignore_signal)

    def run(self) -> None:
        quiet = 0
        while quiet < STALL_SECONDS:
            left = self.timeout - (time.monotonic() - self.began)
            if select.select([self.signals], [], [], max(0, min(1, left)))[0]:
                self.handle_signal(os.read(self.signals, 1)[0])
            if left <= 1:
                self.end(f"takes more than {self.timeout:g} s")
            if self.ports and all(port.done() for port in self.ports):
                return
            hungry = any(feeder.waits for feeder in self.feeders)
            quiet = 0 if not self.ports or self.count() or hungry else quiet + 1
        self.end("stops")

    def handle_signal(self, number: int) -> None:
        if number == signal.SIGINT:
            os._exit(128 + number)
        time.sleep(1)
        self.end(f"crashes with {signal.Signals(number).name}")

    def count(self) -> bool:
        """Counts the words of each channel; true if any passed since the last count."""
        before = self.counts.copy()
        cl.enqueue_nd_range_kernel(self.queue, self.kernel, (1,), (1,))
        cl.enqueue_copy(self.queue, self.counts, self.buffer)
        return not np.array_equal(before, self.counts)

    def end(self, how: str) -> NoReturn:
        if self.kernel is None:
            exit_with(f"the design {how}: it is still being compiled", STOPPED)
        self.count()
        exit_with(f"the design {how}: {self.channel_report()}", STOPPED)

    def channel_report(self) -> str:
        """The channels that are full or empty, and the kernels that wait for none of them."""
        held = (self.counts[:, 0] - self.counts[:, 1]).tolist()
        pairs = list(zip(self.channels, held, strict=True))
        full = [(channel, words) for channel, words in pairs if words >= channel["depth"]]
        empty = [channel for channel, words in pairs if words == 0]
        busy = {channel[end] for channel in self.channels for end in ("from", "to")}
        busy -= {channel["from"] for channel, _ in full} | {channel["to"] for channel in empty}
        busy -= {port.kernel_name for port in self.ports if port.done()}
        lists = {
            "full channels": [f"{channel['name']} ({words} words)" for channel, words in full],
            "empty channels": [channel["name"] for channel in empty],
            "kernels that wait for neither": sorted(busy),
        }
        return "; ".join(f"{title}: {', '.join(names) or 'none'}" for title, names in lists.items())


def set_environment(kernels: int, strict: bool) -> None:
    """Sets the emulator's options: a thread for each kernel, and the depths of channels."""
    if kernels > MAX_KERNELS:
        exit_with(f"the design has {kernels} kernels, the emulator runs at most {MAX_KERNELS}")
    os.environ["CL_CONFIG_CPU_TBB_NUM_WORKERS"] = str(kernels + SPARE_THREADS)
    os.environ["CL_CONFIG_CHANNEL_DEPTH_EMULATION_MODE"] = "strict" if strict else "default"


def find_packages() -> None:
    """Registers the packages' emulator with the OpenCL loader of pyopencl and with others."""
    with suppress(PackageNotFoundError):
        for file in files("intel-opencl-rt") or []:
            if file.name == "libintelocl_emu.so":
                library = str(Path(file.locate()).resolve())
                os.environ["OCL_ICD_VENDORS"] = os.environ["OCL_ICD_FILENAMES"] = library


def find_device(wanted: str, remedy: str = "") -> cl.Device:
    """The first device of the platform whose name contains a text."""
    platforms: list[cl.Platform] = []
    with suppress(cl.LogicError):
        platforms = [platform for platform in cl.get_platforms() if wanted in platform.name]
    if not platforms:
        exit_with(f"no OpenCL platform is called {wanted}{remedy}")
    return platforms[0].get_devices()[0]


def build_program(context: cl.Context, program: Path | None) -> cl.Program:
    """The program compiled by aoc, or without one the sources compiled for the emulator."""
    warnings.simplefilter("ignore", cl.CompilerWarning)
    if program is not None:
        return cl.Program(context, context.devices, [program.read_bytes()]).build()
    options = ["-cl-std=CL2.0", "-I", "include", "-I", "."]
    return cl.Program(context, Path("emulation.cl").read_text()).build(options)


def read_design(path: Path) -> Any:
    """The kernels that the host starts, and all channels."""
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        exit_with(f"{path}: {error}")


def read_frames(path: Path, port: Any) -> bytes:
    """The bytes of whole frames, at least one."""
    data, each = path.read_bytes(), port_frame_bytes(port)
    if not data or len(data) % each:
        exit_with(f"{path} has {len(data):,} bytes: it needs one or more frames of {each:,} bytes")
    return data


def frame_count(counts: set[int], vectors: Path) -> int:
    """The number of frames, which all ports must have."""
    if len(counts) > 1:
        numbers = " and ".join(map(str, sorted(counts)))
        exit_with(f"{vectors}: the ports have {numbers} frames, but all ports need the same number")
    if not counts:
        exit_with("all frames come over links: pass their number with --frames")
    return counts.pop()


def run_design(options: argparse.Namespace) -> int:
    """Runs the design, and returns the exit status."""
    design = read_design(DESIGN_FOLDER / "design.json")
    path = None if options.program is None else options.program.resolve()
    vectors, on_emulator = options.vectors.resolve(), path is None or options.emulation
    os.chdir(DESIGN_FOLDER)
    links = set[str](design["links"])
    on_board = set[str]() if path is None else links
    piped = links - on_board if options.frames else set[str]()
    sources = [port for port in design["sources"] if port["port"] not in on_board | piped]
    inputs = [read_frames(vectors / f"{port['port']}.bin", port) for port in sources]
    weights = [read_frames(Path(f"weights/{port['port']}.dat"), port) for port in design["weights"]]
    counts = {len(data) // port_frame_bytes(p) for data, p in zip(inputs, sources, strict=True)}
    count = frame_count(counts | ({options.frames} if options.frames else set()), vectors)
    if on_emulator:
        set_environment(design["kernels"], options.strict)
    watch = EmulationWatch(options.timeout) if path is None else None
    if watch is not None:
        watch.start()
        find_packages()
    missing = f": pip install {PACKAGES}" if path is None else ": install the vendor's runtime"
    context = cl.Context([find_device("FPGA Emulation" if on_emulator else "FPGA SDK", missing)])
    program = build_program(context, path)
    if watch is not None:
        watch.begin(design, context, program)
    print("built", flush=True)
    results = [port for port in design["sinks"] if port["port"] not in on_board]
    sinks = [PortBuffer(context, program, port, count) for port in results]
    for number in range(count):
        for sink in sinks:
            sink.start(number, 1)
    ends = [
        start_link(context, cl.Kernel(program, port["kernel"]), count)
        for port in [*design["sources"], *design["sinks"]]
        if port["port"] in on_board
    ]
    feeds = [PortBuffer(context, program, port, 1) for port in design["weights"]]
    feeds += [PortBuffer(context, program, port, count) for port in sources]
    for port, data in zip(feeds, [*weights, *inputs], strict=True):
        port.fill(data)
    for port in feeds:
        port.start(count)
    feeders = [
        LinkFeeder(PortBuffer(context, program, port, 1), vectors / f"{port['port']}.bin", count)
        for port in design["sources"]
        if port["port"] in piped
    ]
    for feeder in feeders:
        feeder.start()
    if watch is not None:
        watch.ports, watch.feeders = [*sinks, *feeds], feeders
    write_results(sinks, count, vectors)
    for end in ends:
        end.wait()
    return compare_results([sink.name for sink in sinks], vectors)


def start_link(context: cl.Context, kernel: cl.Kernel, frames: int) -> cl.Event:
    """Starts the kernel at the end of a link for a number of frames."""
    queue = cl.CommandQueue(context)
    kernel.set_args(np.uint32(frames))
    event = cl.enqueue_nd_range_kernel(queue, kernel, (1,), (1,))
    queue.flush()
    return event


def write_results(sinks: list[PortBuffer], frames: int, vectors: Path) -> None:
    """Writes each frame of the results as soon as the device has computed it."""
    for sink in sinks:
        (vectors / f"{sink.name}.result.bin").write_bytes(b"")
    for number in range(frames):
        for sink in sinks:
            sink.events[number].wait()
            with (vectors / f"{sink.name}.result.bin").open("ab") as file:
                file.write(sink.frame(number))
        print(f"frame {number}", flush=True)


def compare_results(names: list[str], vectors: Path) -> int:
    """The exit status: whether the results are the expected ones, as far as there are any."""
    status = 0
    for name in names:
        golden, found = vectors / f"{name}.bin", vectors / f"{name}.result.bin"
        if not golden.exists():
            continue
        if golden.read_bytes() == found.read_bytes():
            print(f"{name}: the results are correct")
        else:
            print(f"{name}: the results are wrong", file=sys.stderr)
            status = DIFFERENT
    return status


def positive_seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise ValueError
    return number


def host_main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--strict", action="store_true", help="channels have their depths on the device"
    )
    parser.add_argument(
        "--timeout",
        type=positive_seconds,
        default=3600,
        help="time limit in seconds, without a program",
    )
    parser.add_argument(
        "--frames", type=int, help="number of frames that come over links through pipes"
    )
    parser.add_argument("--program", type=Path, help="the program compiled by aoc")
    parser.add_argument("--emulation", action="store_true", help="run the program on the emulator")
    parser.add_argument("vectors", type=Path, nargs="?", default=DESIGN_FOLDER / "vectors")
    options = parser.parse_args()
    try:
        return run_design(options)
    except OSError as error:
        exit_with(f"{error.filename}: {(error.strerror or str(error)).lower()}")
    except cl.Error as error:
        exit_with(f"OpenCL error: {error}")


if __name__ == "__main__":
    code = host_main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Kernels that run forever would keep the emulator alive.
    os._exit(code)
