"""An engine for designs on several devices: a process for each part, and a pipe for each link.

    run(linked.design.parent_op(), [images], engine=LinkedEngine(linked, links, engine.program))

A part reads its frames from files and pipes, and writes its results to files and pipes. It works on
a frame while earlier parts work on the next.
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
from .netlist.netlist import DesignPort
from .programs import PartProgram, ended_status, kill_group, last_lines, start_watched
from .project import DesignSource
from .temporary_folders import temporary_folder

POLL_SECONDS = 0.01
"""Time between two looks at whether parts have ended."""


@dataclass(frozen=True)
class RunningPart:
    """The process of a part, and the file of its standard error."""

    name: str
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    @property
    def failed(self) -> bool:
        return self.process.poll() not in (None, 0, DIFFERENT)

    @property
    def status(self) -> int:
        """The exit status; negative if a signal ended the part."""
        return ended_status(self.process.returncode)

    @property
    def error(self) -> str:
        self.log.seek(0)
        lines = last_lines(self.log.read()) or [f"it ends with {self.status}"]
        return f"part {self.name}: " + "\n".join(lines)


class LinkedEngine:
    """Runs linked designs; called with the frames of the design that they were cut from."""

    def __init__(
        self,
        linked: LinkedDesigns,
        links: Mapping[SourceOp, SinkOp],
        program: Callable[[DesignOp], PartProgram],
    ):
        self.linked, self.links = linked, links
        self.programs = [program(part) for part in linked.parts]

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        ports = [port for _, source, port in self._sources() if source.over is None]
        check_frames(ports, inputs)
        with ExitStack() as stack:
            folder = stack.enter_context(temporary_folder("qnn-linked-"))
            self._write_inputs(folder, inputs)
            pipes = self._make_pipes(folder, stack)
            parts = [
                self._start(number, folder, len(inputs[0]), pipes[number], stack)
                for number in range(len(self.programs))
            ]
            close_all(pipes)
            pipes.clear()
            wait_for_all(parts)
            return self._results(folder, len(inputs[0]))

    def ports_folder(self, folder: Path, number: int) -> Path:
        """The folder with the files of a part's ports."""
        return folder / str(number) / self.programs[number].ports_folder

    def _parts(self) -> Iterator[tuple[int, DesignOp, DesignSource]]:
        """The number, the design and the source files of each part."""
        for number, part in enumerate(self.linked.parts):
            yield number, part, self.programs[number].source

    def _sources(self) -> Iterator[tuple[int, SourceOp, DesignPort]]:
        """The sources of all parts and their ports, with the number of the part."""
        for number, part, files in self._parts():
            for source, port in zip(part.sources, files.inputs, strict=True):
                yield number, source, port

    def _sinks(self) -> Iterator[tuple[int, SinkOp, DesignPort]]:
        """The sinks of all parts and their ports, with the number of the part."""
        for number, part, files in self._parts():
            for sink, port in zip(part.sinks, files.outputs, strict=True):
                yield number, sink, port

    def _write_inputs(self, folder: Path, inputs: Sequence[Array]) -> None:
        """Writes the files that the host's sources read."""
        frames = iter(inputs)
        for number in range(len(self.programs)):
            self.ports_folder(folder, number).mkdir(parents=True)
        for number, source, port in self._sources():
            if source.over is None:
                file = self.ports_folder(folder, number) / f"{port.name}.bin"
                file.write_bytes(bytes_of(port, next(frames)))

    def _make_pipes(self, folder: Path, stack: ExitStack) -> list[list[int]]:
        """Makes a pipe for each link, under the names of the ports at both of its ends; returns
        the descriptors that each part inherits."""
        sinks = {sink: (number, port) for number, sink, port in self._sinks()}
        pipes: list[list[int]] = [[] for _ in self.programs]
        stack.callback(close_all, pipes)
        for number, source, port in self._sources():
            if source.over is None:
                continue
            writer, written = sinks[self.links[source]]
            reading, writing = os.pipe()
            pipes[number].append(reading)
            pipes[writer].append(writing)
            file = self.ports_folder(folder, writer) / f"{written.name}.result.bin"
            file.symlink_to(f"/dev/fd/{writing}")
            file = self.ports_folder(folder, number) / f"{port.name}.bin"
            file.symlink_to(f"/dev/fd/{reading}")
        return pipes

    def _start(
        self, number: int, folder: Path, frames: int, pipes: Sequence[int], stack: ExitStack
    ) -> RunningPart:
        log = tempfile.TemporaryFile()  # noqa: SIM115
        stack.enter_context(log)
        launch = self.programs[number].launch(folder / str(number), frames)
        process = start_watched(
            launch.command,
            folder,
            cwd=launch.folder,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=pipes,
        )
        stack.callback(kill_group, process)
        return RunningPart(self.linked.parts[number].sym_name.data, process, log)

    def _results(self, folder: Path, frames: int) -> list[Array]:
        """The results that parts write for the host."""
        results: list[Array] = []
        for number, sink, port in self._sinks():
            if sink.over is None:
                with suppress(FileNotFoundError):
                    results += read_results([port], self.ports_folder(folder, number))
        if len(results) < len(self.linked.design.sinks) or any(
            len(result) != frames for result in results
        ):
            raise SimulationError("the results of the parts are incomplete")
        return results


def wait_for_all(parts: Sequence[RunningPart]) -> None:
    """Waits until all parts have ended; raises the error of the first part that fails.

    A part that writes to a broken pipe fails only because the part that reads has ended, so its
    error is raised only if no other part has one.
    """
    while any(part.process.poll() is None for part in parts):
        if any(part.failed for part in parts):
            break
        time.sleep(POLL_SECONDS)
    failed = [part for part in parts if part.failed]
    causes = [part for part in failed if part.status != -signal.SIGPIPE]
    for part in causes or failed:
        raise SimulationError(part.error)


def close_all(pipes: Sequence[Sequence[int]]) -> None:
    for descriptor in (descriptor for ends in pipes for descriptor in ends):
        os.close(descriptor)
