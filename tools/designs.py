"""Designs that commands build: from a network at any level, folded and with sized channels."""

import logging
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from ..hardware.resources.device import Device
from ..passes.designs import designs_of
from ..passes.driver.pipeline import Pipeline, PipelineHook
from ..passes.fold_bn.fold_bn import FoldBnPass
from ..passes.minimize_accumulators import MinimizeAccumulatorsPass
from ..passes.scale_thresholds.scale_thresholds import ScaleThresholdsPass
from ..passes.size_fifos import SizeFifosPass
from ..passes.stream_lower.stream_lower import StreamLowerPass
from ..passes.tile.folding_file import read_folding
from ..passes.tile.layer_folding import FoldingError, LayerFolding
from ..passes.tile.tile import Goal, tile_design
from ..qdialect.stream import DesignOp
from ..qdialect.stream.memory import MemoryOp
from ..qdialect.stream.types import ChannelType
from ..qdialect.text import verify
from .files import UserError

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What a design is to be like; nothing at all leaves it as it is lowered."""

    device: Device | None = None
    clock_mhz: float | None = None
    fps: float | None = None
    folding: str | None = None
    """A folding file."""
    cycles: int | None = None
    """About so many cycles a frame; as few as possible, where that is more."""
    estimate: bool = False
    """Whether the design is only looked at: then it may be too large for the device."""

    @property
    def folds(self) -> bool:
        return self != Request()


def design_in(module: ModuleOp, request: Request) -> DesignOp:
    """The design of a network: what is not yet lowered, folded or sized is by now."""
    design = lowered(module)
    again = request.fps is not None or request.folding is not None
    if request.folds and (again or not is_folded(design)):
        fold(design, request)
        verify(module)
    if not all(channel.depth.data for channel in channels_of(design)):
        Pipeline(SizeFifosPass(), hooks=[Progress()]).apply(module)
    return design


def lowered(module: ModuleOp) -> DesignOp:
    """The design of a network, which may be a design already."""
    if not designs_of(module):
        integers = FoldBnPass(), MinimizeAccumulatorsPass()
        design = StreamLowerPass(), ScaleThresholdsPass()
        Pipeline(*integers, *design, hooks=[Progress()]).apply(module)
    designs = designs_of(module)
    if len(designs) != 1:
        raise UserError(f"the network has {len(designs)} designs, not one")
    (design,) = designs
    return design


def fold(design: DesignOp, request: Request) -> None:
    device = request.device
    clock = request.clock_mhz or (device.clock_mhz if device is not None else None)
    goal = Goal(device, clock, request.fps, request.cycles)
    folds: Mapping[str, LayerFolding] = (
        {} if request.folding is None else read_folding(request.folding)
    )
    with timed("tile"):
        try:
            tile_for(design, goal, folds, request.estimate)
        except FoldingError as error:
            raise UserError(f"{request.folding}: {error}") from None


def tile_for(
    design: DesignOp, goal: Goal, folds: Mapping[str, LayerFolding], too_large: bool
) -> None:
    """Folds a design; one with a folding of its own may be too large, which is said."""
    try:
        tile_design(design, goal, folds)
    except PassFailedException as error:
        if not (too_large and folds):
            raise
        tile_design(design, replace(goal, fits=False), folds)
        LOG.info("%s", error)


def channels_of(design: DesignOp) -> list[ChannelType]:
    return [channel for process in design.processes for channel in process.outputs]


def is_folded(design: DesignOp) -> bool:
    """Whether somebody chose how parallel a design is."""
    wide = any(channel.lanes.data > 1 for channel in channels_of(design))
    module = design.parent_op()
    packed = isinstance(module, ModuleOp) and any(isinstance(op, MemoryOp) for op in module.ops)
    return wide or packed or design.device is not None or design.clock_mhz is not None


def clock_of(design: DesignOp, device: Device, given: float | None) -> float:
    """The clock that is given, or that of the design, or of the device."""
    if given is not None:
        return given
    if design.clock_mhz is None:
        return device.clock_mhz
    clock = design.clock_mhz.value.data
    if clock != device.clock_mhz:
        LOG.info(
            "clock: %g MHz, the design's; %s has %g by default",
            clock,
            device.name,
            device.clock_mhz,
        )
    return clock


@contextmanager
def timed(step: str) -> Generator[None]:
    """Says how long a step took."""
    LOG.debug("%s", step)
    start = time.perf_counter()
    yield
    LOG.info("%s: %.1f s", step, time.perf_counter() - start)


class Progress(PipelineHook):
    """A line for each pass."""

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        LOG.debug("%s", step.name)
        self.started = time.perf_counter()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        LOG.info("%s: %.1f s", step.name, time.perf_counter() - self.started)
