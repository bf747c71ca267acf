"""Networks whose designs run as HLS C++, or as OpenCL on the emulator."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp

from ..backends.golden_vectors import SimulationError
from ..backends.hls import HlsEngine
from ..backends.linked_engine import LinkedEngine
from ..backends.netlist.netlist import EmitError
from ..backends.opencl import EMULATION_SECONDS, OpenclEngine
from ..passes.designs import designs_of
from ..qdialect.data import Array
from ..qdialect.interpreter import run
from ..qdialect.stream.linked_designs import link_partners
from .designs import Request, design_in
from .engines import Runner
from .files import UserError
from .multi_device import sized

CYCLES = 1_000_000
"""Of a frame, where nobody says how a design is folded: about the fastest to simulate with g++."""


def hls_runner(module: ModuleOp, folding: str | None = None, bounded: bool = False) -> Runner:
    """Runs a network whose design is HLS C++, all else as ever."""
    request = Request(folding=folding, cycles=None if folding else CYCLES)
    return runner(module, request, HlsEngine(programs(), bounded))


def opencl_runner(
    module: ModuleOp,
    folding: str | None = None,
    strict: bool = False,
    seconds: float | None = None,
) -> Runner:
    """Runs a network whose design is OpenCL, all else as ever."""
    return runner(
        module, Request(folding=folding), OpenclEngine(strict, seconds or EMULATION_SECONDS)
    )


def runner(module: ModuleOp, request: Request, engine: HlsEngine | OpenclEngine) -> Runner:
    """Runs a network whose design an engine computes."""
    if len(designs_of(module)) > 1:
        return runner_of_parts(module, engine)
    design_in(module, request)

    def compute(inputs: Sequence[Array]) -> list[Array]:
        with as_user_errors():
            return run(module, inputs, engine=engine)

    return compute


def runner_of_parts(module: ModuleOp, engine: HlsEngine | OpenclEngine) -> Runner:
    """Runs a network whose designs, on several devices, are run at the same time."""
    whole = sized(module)
    undivided = whole.design.parent_op()
    assert isinstance(undivided, ModuleOp)
    with as_user_errors():
        together = LinkedEngine(whole, link_partners(module), engine.program)

    def compute(inputs: Sequence[Array]) -> list[Array]:
        with as_user_errors():
            return run(undivided, inputs, engine=together)

    return compute


def programs() -> Path:
    """Where compiled designs are kept: in the user's folder for what can be made again."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "qnn" / "hls"


@contextmanager
def as_user_errors() -> Generator[None]:
    """What a backend can't do is told in one line."""
    try:
        yield
    except (EmitError, SimulationError) as error:
        raise UserError(str(error)) from None
