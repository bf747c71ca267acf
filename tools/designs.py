"""Designs that commands build: from a network at any level, folded and with sized channels."""

import logging
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from ..hardware.device import Device
from ..hardware.tiling import Tiling
from ..passes.fold_bn import FoldBnPass
from ..passes.folding import Fold, FoldingError
from ..passes.folding_file import read_folding
from ..passes.minimize_accumulators import MinimizeAccumulatorsPass
from ..passes.pipeline import Hook, Pipeline
from ..passes.size_fifos import SizeFifosPass
from ..passes.stream_lower import StreamLowerPass
from ..passes.tile import Goal, tile_design
from ..qdialect.stream import DesignOp
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
    estimate: bool = False
    """Whether the design is only looked at: then it may be too large for the device."""

    @property
    def folds(self) -> bool:
        return not (self.device is None and self.fps is None and self.folding is None)


def design_in(module: ModuleOp, request: Request) -> tuple[DesignOp, Tiling | None]:
    """The design of a network, and how it was folded, unless it came folded.

    What is not yet lowered, folded or sized is by now.
    """
    if not designs_of(module):
        steps = FoldBnPass(), MinimizeAccumulatorsPass(), StreamLowerPass()
        Pipeline(*steps, hooks=[Progress()]).apply(module)
    designs = designs_of(module)
    if len(designs) != 1:
        raise UserError(f"the network has {len(designs)} designs, not one")
    (design,) = designs
    tiling = None
    again = request.fps is not None or request.folding is not None
    if request.folds and (again or not is_folded(design)):
        tiling = fold(design, request)
        verify(module)
    if not all(channel.depth.data for channel in channels_of(design)):
        Pipeline(SizeFifosPass(), hooks=[Progress()]).apply(module)
    return design, tiling


def fold(design: DesignOp, request: Request) -> Tiling:
    device = request.device
    clock = request.clock_mhz or (device.clock_mhz if device is not None else None)
    goal = Goal(device, clock, request.fps)
    folds: Mapping[str, Fold] = {} if request.folding is None else read_folding(request.folding)
    with timed("tile"):
        try:
            return tile_for(design, goal, folds, request.estimate)
        except FoldingError as error:
            raise UserError(f"{request.folding}: {error}") from None


def tile_for(design: DesignOp, goal: Goal, folds: Mapping[str, Fold], too_large: bool) -> Tiling:
    """Folds a design; one with a folding of its own may be too large, which is said."""
    try:
        return tile_design(design, goal, folds)
    except PassFailedException as error:
        if not (too_large and folds):
            raise
        tiling = tile_design(design, replace(goal, fits=False), folds)
        LOG.info("%s", error)
        return tiling


def designs_of(module: ModuleOp) -> list[DesignOp]:
    return [op for op in module.ops if isinstance(op, DesignOp)]


def channels_of(design: DesignOp) -> list[ChannelType]:
    return [channel for process in design.processes for channel in process.outputs]


def is_folded(design: DesignOp) -> bool:
    """Whether somebody chose how parallel a design is."""
    wide = any(channel.lanes.data > 1 for channel in channels_of(design))
    return wide or design.device is not None or design.clock_mhz is not None


def clock_of(design: DesignOp, device: Device, given: float | None) -> float:
    """The clock that is given, or that of the design, or of the device."""
    if given is not None:
        return given
    return device.clock_mhz if design.clock_mhz is None else design.clock_mhz.value.data


@contextmanager
def timed(step: str) -> Generator[None]:
    """Says how long a step took."""
    start = time.perf_counter()
    yield
    LOG.info("%s: %.1f s", step, time.perf_counter() - start)


class Progress(Hook):
    """A line for each pass."""

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self.started = time.perf_counter()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        LOG.info("%s: %.1f s", step.name, time.perf_counter() - self.started)
