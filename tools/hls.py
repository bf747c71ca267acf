"""HLS C++ behind the commands: an engine that runs networks, and projects to synthesise."""

import logging
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp

from ..backends.hls import HlsEngine
from ..backends.parts import EmitError
from ..backends.vectors import SimulationError
from ..qdialect.data import Array
from ..qdialect.interpreter import run
from .designs import Request, design_in
from .files import UserError

CYCLES = 1_000_000
"""Of a frame, where nobody says how a design is folded: about the fastest to simulate."""


def hls_runner(
    module: ModuleOp, folding: str | None = None, bounded: bool = False
) -> Callable[[Sequence[Array]], list[Array]]:
    """Runs a network whose design is HLS C++, all else as ever."""
    if not sys.stderr.isatty():
        logging.getLogger("qnn").setLevel(logging.WARNING)
    design_in(module, Request(folding=folding, cycles=None if folding else CYCLES))
    engine = HlsEngine(programs(), bounded)

    def compute(inputs: Sequence[Array]) -> list[Array]:
        with mistakes_told():
            return run(module, inputs, engine=engine)

    return compute


def programs() -> Path:
    """Where compiled designs are kept: in the user's folder for what can be made again."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "qnn" / "hls"


@contextmanager
def mistakes_told() -> Generator[None]:
    """What the backend can't do is told in one line."""
    try:
        yield
    except (EmitError, SimulationError) as error:
        raise UserError(str(error)) from None
