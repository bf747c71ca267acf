"""Engines: they compute the results of a network, or run the generated code of a design."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from xdsl.dialects.builtin import ModuleOp

from ..qdialect.data import Array
from ..qdialect.interpreter import run
from ..qdialect.stream import DesignOp, SinkOp, SourceOp
from ..qdialect.stream.linked_designs import LinkedDesigns

Runner = Callable[[Sequence[Array]], list[Array]]
"""Computes the results of a network, for any number of images."""


@dataclass(frozen=True)
class Engine:
    """An engine that is ready to run one network."""

    name: str
    run: Runner


class DesignEngine(Protocol):
    """Runs the generated code of designs."""

    def cycles_per_frame(self, design: DesignOp) -> int | None:
        """The folding that a design without a folding file gets; None keeps the design's own."""
        ...

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        """The results of a design for its frames."""
        ...

    def for_parts(
        self, linked: LinkedDesigns, links: Mapping[SourceOp, SinkOp]
    ) -> Callable[[DesignOp, list[Array]], list[Array]]:
        """What runs the parts of a network; called with the design that they were cut from."""
        ...


def reference_engine(module: ModuleOp) -> Engine:
    """The interpreter in numpy."""
    return Engine("reference", lambda inputs: run(module, inputs))
