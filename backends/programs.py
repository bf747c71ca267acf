"""Programs that run emitted designs, as processes of the operating system."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .project import DesignSource

ERROR_LINES = 5
"""Lines from the end of a program's log that an error message quotes."""


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


def last_lines(log: bytes) -> list[str]:
    """The end of a program's log."""
    return log.decode(errors="replace").strip().splitlines()[-ERROR_LINES:]


def kill_group(process: "subprocess.Popen[Any]") -> None:
    """Kills a process that leads a group, and all processes that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
