"""An emitted design as source files, and as a self-contained project for the tools of a vendor."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Self

from ..hardware.resources.device import Device
from ..qdialect.data import Array
from .golden_vectors import Files, golden_vector_files
from .netlist.netlist import DesignPort, EmitError, Netlist

VERSION = f"qnn-dialect {version('qnn-dialect')}"
"""The name and version of this program, for the files that it writes."""


@dataclass(frozen=True)
class DesignSource(ABC):
    """An emitted design in any language."""

    netlist: Netlist

    @property
    def top(self) -> str:
        return self.netlist.top

    @property
    def processes(self) -> list[str]:
        """The names of the design's processes."""
        return self.netlist.processes

    @property
    def ports(self) -> list[DesignPort]:
        return self.netlist.ports

    @cached_property
    @abstractmethod
    def files(self) -> Files:
        """The contents of the files by their paths in the project's folder."""

    def word_bytes(self, port: DesignPort) -> int:
        """Bytes of a word that a port transfers in a cycle."""
        return port.word_bytes

    def tested_with(self, frames: int) -> Self:
        """The same design, with sources that depend on the number of frames of a test."""
        return self

    @property
    def inputs(self) -> list[DesignPort]:
        """The ports of the design's sources, in order."""
        return [port for port in self.ports if not port.is_output and port.weights is None]

    @property
    def outputs(self) -> list[DesignPort]:
        """The ports of the design's sinks, in order."""
        return [port for port in self.ports if port.is_output]

    @property
    def weight_ports(self) -> list[DesignPort]:
        """The ports from which the design reads weights."""
        return [port for port in self.ports if port.weights is not None]

    @property
    def weight_data(self) -> Files:
        """The files with the contents of the memories at these ports."""
        memories = [port.weights for port in self.weight_ports if port.weights is not None]
        return {memory.data_path: memory.words.tobytes() for memory in memories}


@dataclass(frozen=True)
class Project(ABC):
    """An emitted design for a device."""

    source: DesignSource
    device: Device
    clock_mhz: float
    summary: str
    """The design's speed and resources in Markdown, without any text of a model."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.device.part):
            raise EmitError(
                f"{self.device.part!r} is not a part number: use letters, digits, - and _ only"
            )

    def files(self, inputs: Sequence[Array], results: Sequence[Array]) -> Files:
        """All files by their paths; a test runs the inputs and expects the results."""
        vectors = {
            **golden_vector_files(self.source.inputs, inputs),
            **golden_vector_files(self.source.outputs, results),
        }
        frames = len(inputs[0])
        return {
            **self.source.tested_with(frames).files,
            **self.library(),
            **{f"vectors/{name}": data for name, data in vectors.items()},
            **self.scripts(),
            "README.md": f"{self.readme(frames)}\nMade by {VERSION}.\n",
        }

    @abstractmethod
    def library(self) -> Files:
        """The files that a design is built with."""

    @abstractmethod
    def scripts(self) -> Files:
        """The scripts that build it."""

    @abstractmethod
    def readme(self, frames: int) -> str:
        """The project's README, for a test with this number of frames."""


def port_row(port: DesignPort, word_bytes: int) -> str:
    """A port as a row of a Markdown table; the bytes of its words depend on the language."""
    frame = "x".join(map(str, port.frame))
    word = f"{8 * word_bytes} bits"
    return (
        f"| `{port.name}` | {port.role} | {frame} | {port.dtype} | {port.frame_bytes:,} | {word} |"
    )
