"""Runs the designs of a network on an engine, and the rest of the network in numpy."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from xdsl.dialects.builtin import ModuleOp

from ..backends.engine import DesignEngine, Runner
from ..backends.golden_vectors import SimulationError
from ..backends.netlist.netlist import EmitError
from ..backends.target import EngineSettings
from ..backends.targets import design_engines
from ..passes.designs import designs_of
from ..passes.tile.goal import Goal
from ..qdialect.data import Array
from ..qdialect.interpreter import run
from ..qdialect.stream.linked_designs import link_partners
from .designs import design_in, lowered_design, size_channels
from .errors import UserError
from .system import linked_designs_in, refuse_for_cut_network


def load_design_engine(name: str, settings: EngineSettings) -> DesignEngine:
    """The engine of a target; raises if something that it needs is not installed."""
    with as_user_errors():
        return design_engines()[name].load()(settings)


def design_runner(
    module: ModuleOp, engine: DesignEngine, folding: str | None, target: str
) -> Runner:
    """Runs the design of a network, which is lowered and folded first if it has none."""
    if len(designs_of(module)) > 1:
        refuse_for_cut_network([] if folding is None else ["--folding"])
        return _linked_runner(module, engine)
    design = lowered_design(module, target)
    cycles = engine.cycles_per_frame(design) if folding is None else None
    goal = None if cycles is None else Goal(target_cycles=cycles)
    design_in(module, goal, folding, target)

    def compute(inputs: Sequence[Array]) -> list[Array]:
        with as_user_errors():
            return run(module, inputs, engine=engine)

    return compute


def _linked_runner(module: ModuleOp, engine: DesignEngine) -> Runner:
    """Runs the designs of several devices at the same time, with the links between them."""
    size_channels(module)
    designs = linked_designs_in(module)
    joined = designs.design.parent_op()
    assert isinstance(joined, ModuleOp)
    with as_user_errors():
        linked = engine.for_parts(designs, link_partners(module))

    def compute(inputs: Sequence[Array]) -> list[Array]:
        with as_user_errors():
            return run(joined, inputs, engine=linked)

    return compute


@contextmanager
def as_user_errors() -> Generator[None]:
    """Turns what a backend cannot generate or run into a `UserError`."""
    try:
        yield
    except (EmitError, SimulationError) as error:
        raise UserError(str(error)) from None
