"""Declarations of targets and engines, without the code that does the work.

The command line reads them at every start, so they import nothing heavy. The code of a declaration
is named as "module:object", and imported when it is first used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from .needs import Need

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from .backend import Backend
    from .engine import DesignEngine, Engine


@dataclass(frozen=True)
class EngineSettings:
    """The options of `qnn run` that only some engines accept."""

    bounded: bool = False
    """Whether the channels have the FIFO depths of the device."""
    timeout: float | None = None
    """In seconds."""
    stalls: int | None = None
    """The seed of random waits at the ports."""
    timing: str | None = None
    """The path of the file to which the cycles of the simulation are written."""
    frames: int = 1
    """The number of images that will be computed."""


DEFAULT_SETTINGS = EngineSettings()


@dataclass(frozen=True)
class EngineDeclaration:
    """An engine that computes the results of networks, for `qnn run` and `qnn eval`."""

    name: str
    summary: str
    """The help text that completes "NAME is ..."."""
    code: str
    """The function that makes the engine, as "module:function"."""
    needs: tuple[Need, ...] = ()
    options: tuple[str, ...] = ()
    """The options of `qnn run` that it accepts, of those that only some engines accept."""


class NetworkEngineDeclaration(EngineDeclaration):
    """An engine that computes a whole network."""

    def load(self) -> "Callable[[ModuleOp], Engine]":
        """The function that prepares the engine for a network."""
        return resolve_name(self.code)


class DesignEngineDeclaration(EngineDeclaration):
    """An engine that runs the generated code of designs; the rest of a network runs in numpy."""

    def load(self) -> "Callable[[EngineSettings], DesignEngine]":
        """The function that makes the engine; it raises if something is not installed."""
        return resolve_name(self.code)


@dataclass(frozen=True)
class Target:
    """A language that `qnn compile` generates, for the devices of one vendor."""

    name: str
    language: str
    summary: str
    """The help text that completes "NAME is ..."."""
    vendor: str
    example: str
    """The name of one of the vendor's devices."""
    code: str
    """The `Backend`, as "module:object"."""
    engines: tuple[DesignEngineDeclaration, ...] = ()
    """The engines that run its code."""
    needs: tuple[Need, ...] = ()
    """The vendor's tools that build its projects."""
    options: tuple[str, ...] = ()
    """The options of `qnn compile` that it accepts, of those that only some targets accept; they
    are keyword arguments of `Backend.emit`."""

    def load(self) -> "Backend":
        """The code of the target."""
        return resolve_name(self.code)
