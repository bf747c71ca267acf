"""Running emitted designs on the vendor's FPGA emulator, which comes in wheels.

    results = emulate(emitted, [frames])

The emulator runs in a process of its own, whose environment it needs; the program there is the
Python host that every project has. A process that ends, however it does, leaves no other behind.
"""

import os
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import numpy as np

from ...qdialect.data import Array
from ..together import Launch
from ..vectors import Files, SimulationError, check_frames, read_results, vectors_of, write
from .emitter import Emitted

HERE = Path(__file__).parent
MOST = 250
"""Kernels at once, each of which holds a thread of the emulator's while it waits."""

INSTALL = "pip install 'qnn-dialect[opencl]' brings the emulator"
STOPPED = 3
"""The status of a host whose design stops for good."""
TAIL = 5
"""Lines of the emulator's log that are told when it fails, after what its compiler can't take."""


def emulator() -> Path:
    """The library that is the emulator."""
    if find_spec("pyopencl") is None:
        raise SimulationError(f"there is no pyopencl: {INSTALL}")
    library = Path(sysconfig.get_path("data")) / "lib" / "libintelocl_emu.so"
    if not library.exists():
        raise SimulationError(f"there is no {library.name}: {INSTALL}")
    return library


def library() -> Files:
    """The headers that a design is compiled with, and the host that runs it."""
    headers = sorted(path for path in (HERE / "include").rglob("*") if path.is_file())
    files = {path.relative_to(HERE).as_posix(): path.read_text() for path in headers}
    return {**files, "host.py": (HERE / "host" / "host.py").read_text()}


@dataclass(frozen=True)
class Emulation:
    """A design in a folder."""

    emitted: Emitted
    folder: Path
    strict: bool = False
    """Whether channels hold no more words than the design gives them room for."""
    seconds: float = 3600
    """How long it may take."""

    def __post_init__(self) -> None:
        if self.kernels > MOST:
            raise SimulationError(
                f"{self.emitted.top} has {self.kernels} kernels: the emulator runs {MOST} at once"
            )

    @property
    def kernels(self) -> int:
        return len(self.emitted.parts.parts)

    def write(self) -> "Emulation":
        """Puts the design's files where they are needed."""
        write({**self.emitted.files, **library()}, self.folder)
        return self

    def launch(self, vectors: Path, frames: int) -> Launch:
        """How the host is started for so many frames, which may come through pipes."""
        arguments = ["host.py", "--frames", str(frames), vectors]
        command = [sys.executable, "-W", "ignore", *arguments]
        return Launch(command, self.folder, self._environment(vectors))

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """The results for the frames of its inputs."""
        frames = list(self.frames(inputs))
        return [np.stack(results) for results in zip(*frames, strict=True)]

    def frames(self, inputs: Sequence[Array]) -> Generator[list[Array]]:
        """The results frame by frame, each as soon as it is there."""
        with TemporaryDirectory() as folder, TemporaryFile() as log:
            check_frames(self.emitted.inputs, inputs)
            write(vectors_of(self.emitted.inputs, inputs), Path(folder))
            for line in self._lines(folder, log):
                if line.startswith("frame "):
                    number = int(line.split()[1])
                    results = read_results(self.emitted.outputs, Path(folder), number, 1)
                    yield [result[0] for result in results]

    def _lines(self, vectors: str, log: IO[bytes]) -> Generator[str]:
        """What the host prints; an error if it does not come to its end."""
        with subprocess.Popen(
            [sys.executable, "-W", "ignore", "host.py", vectors],
            cwd=self.folder,
            env=self._environment(Path(vectors)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        ) as process:
            late = threading.Event()
            timer = threading.Timer(self.seconds, lambda: (late.set(), end(process)))
            timer.start()
            try:
                assert process.stdout is not None
                yield from process.stdout
                process.wait()
            finally:
                timer.cancel()
                end(process)
        self._check(process.returncode, late.is_set(), log)

    def _check(self, status: int, late: bool, log: IO[bytes]) -> None:
        """An error that says how the emulator ended, if it was no good end."""
        if status == 0:
            return
        log.seek(0)
        lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        mistakes = [line for line in lines if " error: " in line]
        tail = "\n".join([*mistakes, *lines[-TAIL:]]) or "its log is empty"
        if late:
            raise SimulationError(f"{self.emitted.top} takes more than {self.seconds:g} s: {tail}")
        if status == STOPPED:
            raise SimulationError(tail)
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else "failed"
        raise SimulationError(f"the emulator {how}: {tail}")

    def _environment(self, folder: Path) -> dict[str, str]:
        library = emulator()
        (folder / "emulator.icd").write_text(f"{library}\n")
        found = os.environ.get("LD_LIBRARY_PATH", "").split(":")
        return {
            **os.environ,
            "OCL_ICD_VENDORS": str(folder),
            "LD_LIBRARY_PATH": ":".join(filter(None, [str(library.parent), *found])),
            "CL_CONFIG_CHANNEL_DEPTH_EMULATION_MODE": "strict" if self.strict else "default",
        }


def end(process: "subprocess.Popen[str]") -> None:
    """Ends a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def emulate(emitted: Emitted, inputs: Sequence[Array], strict: bool = False) -> list[Array]:
    """The results of one design for some frames; `strict` keeps to the depths of its channels."""
    with TemporaryDirectory() as folder:
        return Emulation(emitted, Path(folder), strict).write().run(inputs)
