"""Designs on several devices, run together: a process for each, and a pipe for each link.

    run(whole.design.parent_op(), [images], engine=Together(whole, links, engine.program))

A part reads frames from files and from pipes, and writes them so: it works on a frame while the
next is on its way to it.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..qdialect.data import Array
from ..qdialect.stream import DesignOp, SinkOp, SourceOp
from ..qdialect.stream.linked_designs import LinkedDesigns
from .golden_vectors import DIFFERENT, SimulationError, bytes_of, check_frames, read_results
from .netlist.netlist import Port
from .project import DesignSource

NAP = 0.01
"""Seconds after which somebody looks whether parts have ended."""


TAIL = 5
"""Lines that are told of what a part has to say when it fails."""


@dataclass(frozen=True)
class Launch:
    """How a program is started."""

    command: Sequence[str | Path]
    home: Path
    environment: Mapping[str, str] | None = None
    """Ours, if there is none."""


@dataclass(frozen=True)
class Program:
    """What runs a part."""

    emitted: DesignSource
    inside: str
    """Where in its folder it looks for what stands at its ports."""
    launch: Callable[[Path, int], Launch]
    """For a folder of its own, and so many frames."""


@dataclass(frozen=True)
class Running:
    """A part at work."""

    name: str
    process: subprocess.Popen[bytes]
    complaints: IO[bytes]

    @property
    def failed(self) -> bool:
        return self.process.poll() not in (None, 0, DIFFERENT)

    @property
    def error(self) -> str:
        self.complaints.seek(0)
        lines = self.complaints.read().decode(errors="replace").strip().splitlines()[-TAIL:]
        return f"part {self.name}: " + (
            "\n".join(lines) or f"it ends with {self.process.returncode}"
        )


class LinkedEngine:
    """An engine for a whole."""

    def __init__(
        self,
        whole: LinkedDesigns,
        links: Mapping[SourceOp, SinkOp],
        program: Callable[[DesignOp], Program],
    ):
        self.whole, self.links = whole, links
        self.programs = [program(part) for part in whole.parts]

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        both = list(zip(self.whole.parts, self.programs, strict=True))
        ends = [port for part, its in both for end, port in inlets(part, its) if not end.over]
        check_frames(ends, inputs)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self._give(folder, inputs)
            pipes = self._lay_pipes(folder, stack)
            parts = [
                self._start(number, folder, len(inputs[0]), pipes[number], stack)
                for number in range(len(both))
            ]
            for descriptor in (d for own in pipes for d in own):
                os.close(descriptor)
            pipes.clear()
            wait(parts)
            return self._results(folder, len(inputs[0]))

    def place(self, folder: Path, number: int) -> Path:
        """Where the files of a part's ports are."""
        return folder / str(number) / self.programs[number].inside

    def _give(self, folder: Path, inputs: Sequence[Array]) -> None:
        """Writes what the host sends."""
        frames = iter(inputs)
        for number, (part, its) in enumerate(zip(self.whole.parts, self.programs, strict=True)):
            self.place(folder, number).mkdir(parents=True)
            for source, port in inlets(part, its):
                if source.over is None:
                    file = self.place(folder, number) / f"{port.name}.bin"
                    file.write_bytes(bytes_of(port, next(frames)))

    def _lay_pipes(self, folder: Path, stack: ExitStack) -> list[list[int]]:
        """A pipe for each link, under the names of both its ends; what each part is to inherit."""
        ends: dict[SinkOp, tuple[int, Port]] = {}
        pipes: list[list[int]] = [[] for _ in self.programs]
        stack.callback(close_all, pipes)
        for number, (part, its) in enumerate(zip(self.whole.parts, self.programs, strict=True)):
            ends |= {s: (number, p) for s, p in zip(part.sinks, its.emitted.outputs, strict=True)}
        for number, (part, its) in enumerate(zip(self.whole.parts, self.programs, strict=True)):
            for source, port in inlets(part, its):
                if source.over is None:
                    continue
                before, sent = ends[self.links[source]]
                reading, writing = os.pipe()
                pipes[number].append(reading)
                pipes[before].append(writing)
                file = self.place(folder, before) / f"{sent.name}.result.bin"
                file.symlink_to(f"/dev/fd/{writing}")
                (self.place(folder, number) / f"{port.name}.bin").symlink_to(f"/dev/fd/{reading}")
        return pipes

    def _start(
        self, number: int, folder: Path, frames: int, pipes: Sequence[int], stack: ExitStack
    ) -> Running:
        complaints = tempfile.TemporaryFile()  # noqa: SIM115
        stack.enter_context(complaints)
        launch = self.programs[number].launch(folder / str(number), frames)
        process = subprocess.Popen(
            launch.command,
            cwd=launch.home,
            env=launch.environment,
            pass_fds=pipes,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
        )
        stack.callback(end, process)
        return Running(self.whole.parts[number].sym_name.data, process, complaints)

    def _results(self, folder: Path, frames: int) -> list[Array]:
        """What the host is sent."""
        results: list[Array] = []
        for number, (part, its) in enumerate(zip(self.whole.parts, self.programs, strict=True)):
            both = zip(part.sinks, its.emitted.outputs, strict=True)
            ports = [port for sink, port in both if sink.over is None]
            with suppress(FileNotFoundError):
                results += read_results(ports, self.place(folder, number))
        if len(results) < len(self.whole.design.sinks) or any(
            len(result) != frames for result in results
        ):
            raise SimulationError("the results of the parts are incomplete")
        return results


def inlets(part: DesignOp, program: Program) -> Iterator[tuple[SourceOp, Port]]:
    return zip(part.sources, program.emitted.inputs, strict=True)


def wait(parts: Sequence[Running]) -> None:
    """Waits until all parts have ended; raises what the first that failed has to say.

    A part whose pipe breaks has not failed by itself.
    """
    while any(part.process.poll() is None for part in parts):
        if any(part.failed for part in parts):
            break
        time.sleep(NAP)
    failed = [part for part in parts if part.failed]
    causes = [part for part in failed if part.process.returncode != -signal.SIGPIPE]
    for part in causes or failed:
        raise SimulationError(part.error)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def close_all(pipes: Sequence[Sequence[int]]) -> None:
    for descriptor in (d for own in pipes for d in own):
        os.close(descriptor)
