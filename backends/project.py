"""A design as a folder that stands alone, whoever's tools it is for."""

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
from .netlist.netlist import EmitError, Netlist, Port

VERSION = f"qnn-dialect {version('qnn-dialect')}"
"""What has made a project."""


@dataclass(frozen=True)
class DesignSource(ABC):
    """An emitted design, in any language."""

    parts: Netlist

    @property
    def top(self) -> str:
        """What the design is called."""
        return self.parts.top

    @property
    def processes(self) -> list[str]:
        """What the design's processes are called."""
        return self.parts.processes

    @property
    def ports(self) -> list[Port]:
        return self.parts.ports

    @cached_property
    @abstractmethod
    def files(self) -> Files:
        """Paths inside a folder, and what stands there."""

    def tested_with(self, frames: int) -> Self:
        """The same, and what a test with so many frames has to know."""
        return self

    @property
    def inputs(self) -> list[Port]:
        """The ports of the sources, in order."""
        return [port for port in self.ports if not port.written and port.weights is None]

    @property
    def outputs(self) -> list[Port]:
        return [port for port in self.ports if port.written]

    @property
    def outside(self) -> list[Port]:
        """The ports through which weights come."""
        return [port for port in self.ports if port.weights is not None]

    @property
    def outside_data(self) -> Files:
        """What the host puts into the memories at these ports."""
        memories = [port.weights for port in self.outside if port.weights is not None]
        return {memory.data_path: memory.words.tobytes() for memory in memories}


@dataclass(frozen=True)
class Project(ABC):
    """An emitted design for a device."""

    emitted: DesignSource
    device: Device
    clock_mhz: float
    summary: str
    """What the design comes to, in Markdown, with no text of a model's."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.device.part):
            raise EmitError(f"{self.device.part!r} is not the name of a part")

    def files(self, inputs: Sequence[Array], results: Sequence[Array]) -> Files:
        """Paths and what stands there; the host runs the inputs, and expects the results."""
        vectors = {
            **golden_vector_files(self.emitted.inputs, inputs),
            **golden_vector_files(self.emitted.outputs, results),
        }
        frames = len(inputs[0])
        return {
            **self.emitted.tested_with(frames).files,
            **self.library(),
            **{f"vectors/{name}": data for name, data in vectors.items()},
            **self.scripts(),
            "README.md": f"{self.readme(frames)}\nMade by {VERSION}.\n",
        }

    @abstractmethod
    def library(self) -> Files:
        """What a design is built with."""

    @abstractmethod
    def scripts(self) -> Files:
        """How it is built."""

    @abstractmethod
    def readme(self, frames: int) -> str: ...
