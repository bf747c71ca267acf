"""Simulates emitted designs on the vendor's FPGA emulator, which is a Python package.

    results = emulate(source, [frames])

The emulator reads its settings from environment variables, so it runs in a process of its own: the
Python host of the project. When that process ends, for whatever reason, all processes that it
started end with it.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np

from ...qdialect.data import Array
from ..golden_vectors import (
    SimulationError,
    check_frames,
    golden_vector_files,
    read_results,
    write,
)
from ..programs import Launch, kill_group, last_lines, start_watched
from ..temporary_folders import temporary_folder
from .library import library
from .source_files import OpenclSource

MAX_KERNELS = 250
"""The maximum number of kernels in the emulator: each occupies one of its threads while it
waits."""
DEFAULT_TIMEOUT = 3600.0
"""The time limit of an emulation, in seconds."""
REPORT_SECONDS = 10
"""Time after the limit in which the host can report the state of the channels."""

USAGE_ERROR, STOPPED = 2, 3
"""The exit status of a host that cannot start, and of one whose design does not end."""


@dataclass(frozen=True)
class Emulation:
    """A design on the emulator."""

    source: OpenclSource
    bounded: bool = False
    """Whether channels have the depths of the design; otherwise the emulator chooses them."""
    timeout: float = DEFAULT_TIMEOUT
    """The time limit in seconds, which includes the compilation."""

    def __post_init__(self) -> None:
        if self.kernels > MAX_KERNELS:
            raise SimulationError(
                f"{self.source.top} has {self.kernels} kernels, the emulator runs at most "
                f"{MAX_KERNELS}: use --engine hls, or partition the network"
            )

    @property
    def kernels(self) -> int:
        return len(self.source.kernels)

    def launch(self, folder: Path, frames: int) -> Launch:
        """The command that runs the host program on a number of frames, from files or pipes."""
        home = folder / "design"
        write({**self.source.files, **library()}, home)
        options = ["--frames", str(frames), "--timeout", str(self.timeout)]
        options += ["--strict"] * self.bounded
        return Launch([sys.executable, "host.py", *options, folder], home)

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """The results for the frames of its inputs."""
        frames = list(self.frames(inputs))
        return [np.stack(results) for results in zip(*frames, strict=True)]

    def frames(self, inputs: Sequence[Array]) -> Generator[list[Array]]:
        """The results frame by frame, each as soon as the host has written it."""
        check_frames(self.source.inputs, inputs)
        with temporary_folder("qnn-opencl-") as folder, TemporaryFile() as log:
            vectors = folder / "vectors"
            write({**self.source.files, **library()}, folder)
            write(golden_vector_files(self.source.inputs, inputs), vectors)
            for line in self._lines(folder, log):
                if line.startswith("frame "):
                    number = int(line.split()[1])
                    results = read_results(self.source.outputs, vectors, number, 1)
                    yield [result[0] for result in results]

    def _lines(self, folder: Path, log: IO[bytes]) -> Generator[str]:
        """The lines that the host prints; raises an error if it fails."""
        host = [sys.executable, "host.py", "--timeout", str(self.timeout)]
        command = [*host, *["--strict"] * self.bounded]
        with start_watched(
            command, folder, cwd=folder, stdout=subprocess.PIPE, stderr=log
        ) as process:
            timer = threading.Timer(self.timeout + REPORT_SECONDS, kill_group, [process])
            timer.start()
            try:
                assert process.stdout is not None
                yield from (line.decode(errors="replace") for line in process.stdout)
                process.wait()
            finally:
                timer.cancel()
                kill_group(process)
        self._check(process.returncode, log)

    def _check(self, status: int, log: IO[bytes]) -> None:
        """Raises an error if the host failed, with the compiler's errors and the end of its log."""
        if status == 0:
            return
        log.seek(0)
        text = log.read()
        errors = [line for line in text.decode(errors="replace").splitlines() if " error: " in line]
        tail = "\n".join([*errors, *last_lines(text)]) or "its log is empty"
        if status in (USAGE_ERROR, STOPPED) and not errors:
            raise SimulationError(tail)
        if status < 0:
            raise SimulationError(f"the emulator was killed after {self.timeout:g} s: {tail}")
        how = f"was ended by {signal.Signals(status - 128).name}" if status > 128 else "failed"
        raise SimulationError(f"the emulator {how}: {tail}")


def emulate(source: OpenclSource, inputs: Sequence[Array], bounded: bool = False) -> list[Array]:
    """The results of one design for some frames; `bounded` gives channels their depths."""
    return Emulation(source, bounded).run(inputs)
