"""Programs that compile and run emitted designs, as processes of the operating system.

Each program leads a process group. The group ends with this process, even if that is killed.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any

from .project import DesignSource

ERROR_LINES = 5
"""Lines from the end of a program's log that an error message quotes."""

PARENT_WATCH = Path(__file__).parent / "parent_watch.py"


@dataclass(frozen=True)
class Launch:
    """A command, and the folder in which it runs."""

    command: Sequence[str | Path]
    folder: Path


@dataclass(frozen=True)
class PartProgram:
    """The program that runs one part of a network."""

    source: DesignSource
    ports_folder: str
    """The folder of the ports' files, inside the folder that the program runs on."""
    launch: Callable[[Path, int], Launch]
    """How to start it on a folder, for a number of frames."""


@dataclass(frozen=True)
class Finished:
    """The exit status of a program, negative if a signal ended it, and what it printed."""

    status: int
    output: str
    errors: str


class Commands:
    """Runs commands, in several threads too; those that still run when the block ends are killed.

    A folder that they share is deleted if this process is killed. Their temporary files are in it.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.running: set[subprocess.Popen[bytes]] = set()
        self.lock = Lock()
        self.ended = False

    def __enter__(self) -> "Commands":
        return self

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.ended = True
            for process in self.running:
                kill_group(process)

    def run(
        self, command: Sequence[str | Path], cwd: Path, timeout: float | None = None
    ) -> Finished:
        """Runs a command to its end; raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        with TemporaryFile() as output, TemporaryFile() as errors:
            with self.lock:
                if self.ended:
                    raise InterruptedError
                process = start_watched(
                    command, self.folder, cwd=cwd, stdout=output, stderr=errors, tmpdir=self.folder
                )
                self.running.add(process)
            try:
                status = process.wait(timeout)
            finally:
                kill_group(process)
                self.running.discard(process)
            return Finished(ended_status(status), _text_of(output), _text_of(errors))


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def start_watched(
    command: Sequence[str | Path],
    folder: Path,
    *,
    cwd: Path,
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
    pass_fds: Sequence[int] = (),
    tmpdir: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Starts a command in a group that is killed with this process; then `folder` is deleted.

    The standard input of the process must stay open as long as it may run.
    """
    environment = os.environ if tmpdir is None else {**os.environ, "TMPDIR": str(tmpdir.resolve())}
    return subprocess.Popen(
        [sys.executable, "-I", "-S", PARENT_WATCH, folder.resolve(), *command],
        cwd=cwd,
        env=environment,
        pass_fds=pass_fds,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def ended_status(status: int) -> int:
    """The status of a watched command: negative if a signal ended it."""
    return 128 - status if status > 128 else status


def last_lines(log: bytes) -> list[str]:
    """The end of a program's log."""
    return log.decode(errors="replace").strip().splitlines()[-ERROR_LINES:]


def kill_group(process: "subprocess.Popen[Any]") -> None:
    """Kills a process that leads a group, and all processes that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
