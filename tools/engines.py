"""Backends behind the commands: networks whose designs run as HLS C++, or as OpenCL."""

import logging
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp

from ..backends.hls import HlsEngine
from ..backends.opencl import OpenclEngine
from ..backends.parts import EmitError
from ..backends.together import Together
from ..backends.vectors import SimulationError
from ..hardware.whole import feeding
from ..passes.designs import designs_of
from ..qdialect.data import Array
from ..qdialect.interpreter import run
from .designs import Request, design_in
from .files import UserError
from .parts import whole_in

CYCLES = 1_000_000
"""Of a frame, where nobody says how a design is folded: about the fastest to simulate with g++."""


def run_hls(
    module: ModuleOp, inputs: Sequence[Array], folding: str | None, bounded: bool
) -> list[Array]:
    """The results of a network whose design is run as HLS C++, all else as ever."""
    request = Request(folding=folding, cycles=None if folding else CYCLES)
    return run_design(module, inputs, request, HlsEngine(programs(), bounded))


def run_opencl(
    module: ModuleOp, inputs: Sequence[Array], folding: str | None, strict: bool
) -> list[Array]:
    """The results of a network whose design is run as OpenCL, all else as ever."""
    return run_design(module, inputs, Request(folding=folding), OpenclEngine(strict))


def run_design(
    module: ModuleOp, inputs: Sequence[Array], request: Request, engine: HlsEngine | OpenclEngine
) -> list[Array]:
    """The results of a network whose design an engine runs; only a terminal sees the steps."""
    if not sys.stderr.isatty():
        logging.getLogger("qnn").setLevel(logging.WARNING)
    if len(designs_of(module)) > 1:
        return run_parts(module, inputs, engine)
    design_in(module, request)
    with mistakes_told():
        return run(module, inputs, engine=engine)


def run_parts(
    module: ModuleOp, inputs: Sequence[Array], engine: HlsEngine | OpenclEngine
) -> list[Array]:
    """The results of a network whose designs, on several devices, are run at the same time."""
    whole = whole_in(module, None, None)
    undivided = whole.design.parent_op()
    assert isinstance(undivided, ModuleOp)
    with mistakes_told():
        together = Together(whole, feeding(module), engine.program)
        return run(undivided, inputs, engine=together)


def programs() -> Path:
    """Where compiled designs are kept: in the user's folder for what can be made again."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "qnn" / "hls"


@contextmanager
def mistakes_told() -> Generator[None]:
    """What a backend can't do is told in one line."""
    try:
        yield
    except (EmitError, SimulationError) as error:
        raise UserError(str(error)) from None
