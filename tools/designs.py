"""The design of a network: runs whichever of lowering, folding and FIFO sizing is missing."""

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager

from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.passes import ModulePass

from ..hardware.timing.design_schedules import TARGET_SCHEDULES
from ..passes.designs import designs_of
from ..passes.driver.pipeline import Pipeline, PipelineHook
from ..passes.fold_bn.fold_bn import FoldBnPass
from ..passes.minimize_accumulators import MinimizeAccumulatorsPass
from ..passes.scale_thresholds.scale_thresholds import ScaleThresholdsPass
from ..passes.size_fifos import SizeFifosPass
from ..passes.stream_lower.stream_lower import StreamLowerPass
from ..passes.tile.folding_file import read_folding
from ..passes.tile.goal import Goal
from ..passes.tile.layer_folding import FoldingError
from ..passes.tile.tile import tile_design
from ..qdialect.stream import DesignOp
from ..qdialect.stream.memory import MemoryOp
from ..qdialect.stream.types import ChannelType
from ..qdialect.text import verify
from .errors import UserError
from .network_summary import FLOAT_NETWORK, is_float

LOG = logging.getLogger(__name__)


def design_in(
    module: ModuleOp,
    goal: Goal | None = None,
    folding: str | None = None,
    target: str | None = None,
    max_error: int = 0,
) -> DesignOp:
    """The only design of a network; runs whichever of lowering, folding and sizing is missing.

    A design that is folded already is folded again only for a rate or a folding file. Without a
    goal and a folding file, it keeps the folding that it has.
    """
    design = lowered_design(module, target, max_error)
    replaces = folding is not None or (goal is not None and goal.fps is not None)
    if replaces or (goal is not None and not is_folded(design)):
        fold_design(design, goal or Goal(), folding)
        verify(module)
    size_channels(module)
    return design


def lowered_design(module: ModuleOp, target: str | None = None, max_error: int = 0) -> DesignOp:
    """The only design of a network, for a target; the network is lowered first if it has none.

    `max_error` is that of `fold-bn`.
    """
    if not designs_of(module):
        if is_float(module):
            raise UserError(FLOAT_NETWORK)
        integers = FoldBnPass(max_error), MinimizeAccumulatorsPass()
        design = StreamLowerPass(), ScaleThresholdsPass()
        Pipeline(*integers, *design, hooks=[StepLog()]).apply(module)
    elif max_error:
        raise UserError(
            "the network is a design already: --max-error can only be used on a network that "
            "fold-bn has not lowered yet"
        )
    designs = designs_of(module)
    if len(designs) != 1:
        raise UserError(f"the network has {len(designs)} designs; exactly one is required here")
    set_target(designs[0], target)
    return designs[0]


def set_target(design: DesignOp, target: str | None) -> None:
    """Names the target of a design if its cycles are not those of HLS."""
    if target is not None:
        design.target = StringAttr(target) if target in TARGET_SCHEDULES else None


def size_channels(module: ModuleOp) -> None:
    """Chooses the FIFO depths unless all channels have theirs."""
    if not all(channel.depth.data for d in designs_of(module) for channel in channels_of(d)):
        Pipeline(SizeFifosPass(), hooks=[StepLog()]).apply(module)


def fold_design(design: DesignOp, goal: Goal, path: str | None) -> None:
    """Folds a design for a goal, with the layers of a folding file as the file has them."""
    folds = {} if path is None else read_folding(path)
    with timed("tile"), folding_errors(path):
        tile_design(design, goal, folds)


@contextmanager
def folding_errors(path: str | None) -> Generator[None]:
    """Turns an error in a folding file into a `UserError` that names the file."""
    try:
        yield
    except FoldingError as error:
        raise UserError(f"{path}: {error}") from None


def channels_of(design: DesignOp) -> list[ChannelType]:
    return [channel for process in design.processes for channel in process.outputs]


def is_folded(design: DesignOp) -> bool:
    """Whether the folding of a design was chosen, by a pass or in its text."""
    wide = any(channel.lanes.data > 1 for channel in channels_of(design))
    module = design.parent_op()
    packed = isinstance(module, ModuleOp) and any(isinstance(op, MemoryOp) for op in module.ops)
    return wide or packed or design.device is not None or design.clock_mhz is not None


@contextmanager
def timed(step: str) -> Generator[None]:
    """Logs a step when it starts, and its duration when it is done."""
    LOG.debug("%s", step)
    start = time.perf_counter()
    yield
    LOG.info("%s: %.1f s", step, time.perf_counter() - start)


class StepLog(PipelineHook):
    """Logs each pass when it starts, and its duration when it is done."""

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        LOG.debug("%s", step.name)
        self.started = time.perf_counter()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        LOG.info("%s: %.1f s", step.name, time.perf_counter() - self.started)
