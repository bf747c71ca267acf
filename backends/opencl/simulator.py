"""Running emitted designs on the vendor's FPGA emulator, which comes in wheels.

    results = emulate(emitted, [frames])

The emulator runs in a process of its own, whose environment it needs; the program there is the
Python host that every project has. A process that ends, however it does, leaves no other behind.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import numpy as np

from ...qdialect.data import Array
from ..golden_vectors import (
    Files,
    SimulationError,
    check_frames,
    golden_vector_files,
    read_results,
    write,
)
from ..linked_engine import Launch
from .printer import Emitted

HERE = Path(__file__).parent
MOST = 250
"""Kernels at once, each of which holds a thread of the emulator's while it waits."""
SECONDS = 3600.0
"""How long an emulation may take, if nobody says so."""
GRACE = 10
"""Seconds that the host has to tell what held it up, after its time."""

MISTAKE, STOPPED = 2, 3
"""The status of a host that can't begin, and of one whose design does not come to its end."""
TAIL = 5
"""Lines of the emulator's log that are told when it fails, after what its compiler can't take."""


def library() -> Files:
    """The headers that a design is compiled with, and the host that runs it."""
    headers = sorted(path for path in (HERE / "include").rglob("*") if path.is_file())
    files = {path.relative_to(HERE).as_posix(): path.read_text() for path in headers}
    return {**files, "host.py": (HERE / "host" / "host.py").read_text()}


@dataclass(frozen=True)
class Emulation:
    """A design on the emulator."""

    emitted: Emitted
    strict: bool = False
    """Whether channels hold no more words than the design gives them room for."""
    seconds: float = SECONDS
    """How long it may take, compilation included."""

    def __post_init__(self) -> None:
        if self.kernels > MOST:
            raise SimulationError(
                f"{self.emitted.top} has {self.kernels} kernels: the emulator runs {MOST} at once"
            )

    @property
    def kernels(self) -> int:
        return len(self.emitted.parts.parts)

    def launch(self, folder: Path, frames: int) -> Launch:
        """How the host is started for so many frames, some of which come through pipes."""
        home = folder / "design"
        write({**self.emitted.files, **library()}, home)
        options = ["--frames", str(frames), "--timeout", str(self.seconds)]
        options += ["--strict"] * self.strict
        return Launch([sys.executable, "host.py", *options, folder], home)

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """The results for the frames of its inputs."""
        frames = list(self.frames(inputs))
        return [np.stack(results) for results in zip(*frames, strict=True)]

    def frames(self, inputs: Sequence[Array]) -> Generator[list[Array]]:
        """The results frame by frame, each as soon as it is there."""
        check_frames(self.emitted.inputs, inputs)
        with TemporaryDirectory(prefix="qnn-opencl-") as name, TemporaryFile() as log:
            folder, vectors = Path(name), Path(name) / "vectors"
            write({**self.emitted.files, **library()}, folder)
            write(golden_vector_files(self.emitted.inputs, inputs), vectors)
            for line in self._lines(folder, log):
                if line.startswith("frame "):
                    number = int(line.split()[1])
                    results = read_results(self.emitted.outputs, vectors, number, 1)
                    yield [result[0] for result in results]

    def _lines(self, folder: Path, log: IO[bytes]) -> Generator[str]:
        """What the host prints; an error if it does not come to its end."""
        host = [sys.executable, "host.py", "--timeout", str(self.seconds)]
        with subprocess.Popen(
            [sys.executable, HERE / "parent_watch.py", folder, *host, *["--strict"] * self.strict],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        ) as process:
            timer = threading.Timer(self.seconds + GRACE, end, [process])
            timer.start()
            try:
                assert process.stdout is not None
                yield from process.stdout
                process.wait()
            finally:
                timer.cancel()
                end(process)
        self._check(process.returncode, log)

    def _check(self, status: int, log: IO[bytes]) -> None:
        """An error that says how the emulator ended, if it was no good end."""
        if status == 0:
            return
        log.seek(0)
        lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        mistakes = [line for line in lines if " error: " in line]
        tail = "\n".join([*mistakes, *lines[-TAIL:]]) or "its log is empty"
        if status in (MISTAKE, STOPPED) and not mistakes:
            raise SimulationError(tail)
        if status < 0:
            raise SimulationError(f"the emulator is killed after {self.seconds:g} s: {tail}")
        how = f"is ended by {signal.Signals(status - 128).name}" if status > 128 else "fails"
        raise SimulationError(f"the emulator {how}: {tail}")


def end(process: "subprocess.Popen[str]") -> None:
    """Ends a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def emulate(emitted: Emitted, inputs: Sequence[Array], strict: bool = False) -> list[Array]:
    """The results of one design for some frames; `strict` keeps to the depths of its channels."""
    return Emulation(emitted, strict).run(inputs)
