"""`tile`: chooses how parallel each layer of a design is."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import FloatAttr, ModuleOp, StringAttr, f64
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from ...hardware.resources.device import DeviceError, device_named
from ...hardware.search.space import Space
from ...hardware.search.tiling import BudgetExceeded, Infeasible, Tiling
from ...qdialect.stream import DesignOp
from ..designs import designs_for
from .choose import (
    ChosenFolding,
    FixedValues,
    choose_folding,
    choose_oversized_folding,
    open_space,
)
from .choose_with_fifos import leave_room_for_fifos
from .explain import explain_infeasible, summarize_tiling
from .folding_file import read_folding, write_folding
from .goal import Goal
from .layer_folding import (
    FOLDING_ATTR,
    FoldingError,
    LayerFolding,
    allowed_values,
    apply_tiling,
    check_names,
    foldable_layers,
    folding_of,
)

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class TilePass(ModulePass):
    """Chooses PE, SIMD and storage of every layer, and the word width of every channel.

    With a device, the fastest folding within its budget; with a rate, the cheapest that reaches it.
    A folding file fixes the choices of some or all layers. Without a device or a rate, the other
    layers get the cheapest folding that does not slow down those of the file.

    Before `tile{target-fps=500000 clock-mhz=100}`:

        %x = stream.source "x" : !stream.channel<8xui2>

    After:

        %x = stream.source "x" : !stream.channel<8xui2, lanes = 4>
    """

    name = "tile"

    folding: str | None = None
    """A folding file: `{"Conv_0": {"pe": 16, "simd": 3}, ...}`, by layers of the source model."""
    device: str | None = None
    """A device by name, or its TOML file."""
    target_fps: float | None = None
    """Frames per second to reach."""
    clock_mhz: float | None = None
    """The clock; by default the device's."""
    save: str | None = None
    """A folding file to write."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        designs = designs_for(self.name, op)
        folded = any(FOLDING_ATTR in p.attributes for design in designs for p in design.processes)
        try:
            device = None if self.device is None else device_named(self.device)
            goal = Goal(device, self.clock_mhz, self.target_fps)
        except (DeviceError, ValueError) as error:
            raise PassFailedException(f"tile: {error}") from None
        if not folded and self.folding is None and device is None and self.target_fps is None:
            raise PassFailedException("tile: set a folding, a device or a target-fps")
        folds = {} if self.folding is None else read_folding(self.folding)
        try:
            check_names(designs, folds)
            for design in designs:
                own = foldable_layers(design).keys() & folds.keys()
                tile_design(design, goal, {name: folds[name] for name in own})
        except FoldingError as error:
            raise PassFailedException(f"{self.folding or self.name}: {error}") from None
        if self.save is not None:
            layers = (item for design in designs for item in foldable_layers(design).items())
            write_folding(self.save, {name: folding_of(found[0]) for name, found in layers})


def tile_design(
    design: DesignOp,
    goal: Goal | None = None,
    folds: Mapping[str, LayerFolding] | None = None,
) -> Tiling:
    """Folds a design to meet a goal; `folds` fixes the folding of some layers by name."""
    goal, folds = goal or Goal(), folds or {}
    check_names([design], folds)
    space = open_space(design, goal.device.vendor if goal.device else "xilinx")
    fixed = allowed_values(design, space, folds)
    try:
        chosen = choose_folding(goal, space, fixed)
        apply_tiling(design, space, chosen.tiling)
        if goal.device is not None:
            chosen = leave_room_for_fifos(design, goal, space, fixed, chosen)
    except Infeasible as error:
        chosen = _handle_infeasible(goal, space, fixed, error)
        apply_tiling(design, space, chosen.tiling)
    LOG.info("tile: %s", summarize_tiling(goal, chosen.tiling, chosen.min_cycles))
    design.device = StringAttr(goal.device.name) if goal.device else None
    design.clock_mhz = FloatAttr(goal.clock, f64) if goal.clock else None
    return chosen.tiling


def _handle_infeasible(
    goal: Goal, space: Space, fixed: FixedValues, error: Infeasible
) -> ChosenFolding:
    """An oversized folding, if the goal allows one; otherwise raises the refusal."""
    refusal = explain_infeasible(goal, space, error).message("tile")
    if goal.must_fit or not isinstance(error, BudgetExceeded):
        raise PassFailedException(refusal) from None
    try:
        chosen = choose_oversized_folding(goal, space, fixed)
    except Infeasible as oversized_error:
        refusal = explain_infeasible(goal, space, oversized_error).message("tile")
        raise PassFailedException(refusal) from None
    LOG.info("%s", refusal)
    return chosen
