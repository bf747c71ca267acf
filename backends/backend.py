"""The code of a target: how a design becomes a project, for one device or as part of several."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .project import DesignSource, Project


@dataclass(frozen=True)
class CodePiece:
    """A piece of generated code that belongs to one process."""

    text: str
    words: Sequence[str]
    """Identifiers, the most certain first: the process is the first that one of them begins with,
    as in `conv1_matvec_weights`."""


@dataclass(frozen=True)
class LinkedProjectTexts:
    """The texts beside the projects of several devices that differ by target."""

    makefile: str
    """The Makefile that tests all parts; `{parts}` are the names of their folders."""
    link_ends: str
    """How the board connects the two ends of a link, in Markdown."""
    joint_simulation: str | None = None
    """A script that simulates all parts at the same time, which `make together` runs: `{names}` are
    their folders, `{pipes}` the commands that make the links."""


@dataclass(frozen=True)
class Backend:
    """The code of a target."""

    emit: Callable[..., DesignSource]
    """The source files of a design, from the design, a name, and the target's own options."""
    project: type[Project]
    linked: LinkedProjectTexts
    code_pieces: Callable[[Callable[[str], str]], Iterable[CodePiece]]
    """The pieces of code in a project, from a function that reads one of its files."""
