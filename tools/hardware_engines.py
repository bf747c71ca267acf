"""Engines that run the hardware of a network: as HLS C++, or as OpenCL on the emulator."""

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp

from ..backends.golden_vectors import SimulationError
from ..backends.hls import HlsEngine
from ..backends.linked_engine import LinkedEngine
from ..backends.netlist.netlist import EmitError
from ..backends.opencl import OpenclEngine
from ..passes.designs import designs_of
from ..passes.tile.goal import Goal
from ..qdialect.data import Array
from ..qdialect.interpreter import run
from ..qdialect.stream.linked_designs import link_partners
from .designs import design_in, size_channels
from .errors import UserError
from .system import linked_designs_in

Runner = Callable[[Sequence[Array]], list[Array]]
"""Computes the results of a network, for any number of images."""

SIMULATION_CYCLES = 1_000_000
"""The cycles per frame of a design without a folding file: g++ simulates it about the fastest."""


def hls_runner(module: ModuleOp, folding: str | None = None, bounded: bool = False) -> Runner:
    """Runs the design as HLS C++, and the rest of the network in numpy."""
    goal = Goal(target_cycles=SIMULATION_CYCLES) if folding is None else None
    return _runner(module, goal, folding, HlsEngine(_program_cache(), bounded))


def opencl_runner(
    module: ModuleOp,
    folding: str | None = None,
    bounded: bool = False,
    timeout: float | None = None,
) -> Runner:
    """Runs the design as OpenCL on the emulator, and the rest of the network in numpy."""
    engine = OpenclEngine(bounded) if timeout is None else OpenclEngine(bounded, timeout)
    return _runner(module, None, folding, engine)


def _runner(
    module: ModuleOp, goal: Goal | None, folding: str | None, engine: HlsEngine | OpenclEngine
) -> Runner:
    if len(designs_of(module)) > 1:
        return _linked_runner(module, engine)
    design_in(module, goal, folding)

    def compute(inputs: Sequence[Array]) -> list[Array]:
        with as_user_errors():
            return run(module, inputs, engine=engine)

    return compute


def _linked_runner(module: ModuleOp, engine: HlsEngine | OpenclEngine) -> Runner:
    """Runs the designs of several devices at the same time, with the links between them."""
    size_channels(module)
    designs = linked_designs_in(module)
    joined = designs.design.parent_op()
    assert isinstance(joined, ModuleOp)
    with as_user_errors():
        linked = LinkedEngine(designs, link_partners(module), engine.program)

    def compute(inputs: Sequence[Array]) -> list[Array]:
        with as_user_errors():
            return run(joined, inputs, engine=linked)

    return compute


def _program_cache() -> Path:
    """The user's cache folder for compiled designs."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "qnn" / "hls"


@contextmanager
def as_user_errors() -> Generator[None]:
    """Turns what a backend cannot generate or run into a `UserError`."""
    try:
        yield
    except (EmitError, SimulationError) as error:
        raise UserError(str(error)) from None
