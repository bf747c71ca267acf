"""`tile`: how parallel each layer of a design is."""

import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import FloatAttr, ModuleOp, StringAttr, f64
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from ...hardware.estimate import format_amount, reported_figures
from ...hardware.estimate import vendor_amounts as reported
from ...hardware.resources.device import (
    RESOURCE_KINDS,
    Device,
    DeviceError,
    Use,
    device_named,
    known_devices,
)
from ...hardware.search.space import CostTable, Space, space_of
from ...hardware.search.tiling import (
    PLENTY,
    Tiler,
    Tiling,
    TooSmall,
    Unbuildable,
    Unreachable,
    best_tiling,
    cycles_of_frame,
)
from ...hardware.timing.fifo_depths import MAX_FRAME_CYCLES, shortfall
from ...qdialect.packing import PackedAttr
from ...qdialect.qnn.base import describe
from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.design import check_clock
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.ports import SinkOp, SourceOp
from ...qdialect.stream.process import data_of
from ..designs import designs_for
from .folding_file import read_folding, write_folding
from .layer_folding import (
    FOLDING_ATTR,
    FoldingError,
    LayerFolding,
    apply_tiling,
    check_names,
    fixed_by,
    foldable_layers,
    folding_of,
)

LOG = logging.getLogger(__name__)

ROUNDS = 4
"""So often a design is folded again to leave room for its channels."""

MOST = 3
"""Layers that are named as those that take most."""

OUTSIDE = "bits a cycle from outside"

Fixed = Mapping[int, Collection[int]]


@dataclass(frozen=True)
class TilePass(ModulePass):
    """Chooses PE, SIMD and memories of all layers, and the words of all channels.

    With a device, the fastest folding that fits on it; with a rate, the cheapest that reaches it.
    A folding file gives some layers their choices, or all of them; without a device or a rate,
    what is open is as cheap as it can be without slowing down the layers of the file.
    """

    name = "tile"

    folding: str | None = None
    """A folding file: `{"Conv_0": {"pe": 16, "simd": 3}, ...}`, by names of the source model."""
    device: str | None = None
    """A device by name, or its TOML file."""
    target_fps: float | None = None
    """Frames a second to reach."""
    clock_mhz: float | None = None
    """The clock; that of the device if none is given."""
    save: str | None = None
    """A folding file to write."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        designs = designs_for(self.name, op)
        try:
            goal, folds = self._goal(designs), read_folding(self.folding) if self.folding else {}
        except DeviceError as error:
            raise PassFailedException(f"tile: {error}") from None
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

    def _goal(self, designs: Collection[DesignOp]) -> "Goal":
        device = None if self.device is None else device_named(self.device)
        clock = self.clock_mhz
        if clock is None and device is not None:
            clock = device.clock_mhz
        if self.target_fps is not None and not 0 < self.target_fps < np.inf:
            raise PassFailedException(
                f"tile: target-fps is a number above 0, not {self.target_fps:g}"
            )
        if clock is not None:
            try:
                check_clock(clock)
            except ValueError as error:
                raise PassFailedException(f"tile: {error}") from None
        if self.target_fps is not None and clock is None:
            raise PassFailedException("tile: a target-fps needs a device, or a clock-mhz")
        given = any(FOLDING_ATTR in process.attributes for d in designs for process in d.processes)
        if self.folding is None and device is None and self.target_fps is None and not given:
            raise PassFailedException("tile: it needs a folding, a device or a target-fps")
        return Goal(device, clock, self.target_fps)


@dataclass(frozen=True)
class Goal:
    """What a design is to reach: a rate, a device, or both; or about so many cycles a frame."""

    device: Device | None = None
    clock_mhz: float | None = None
    target_fps: float | None = None
    cycles: int | None = None
    """Where no folding takes so few, the fastest will do."""
    fits: bool = True
    """Whether the design must fit on the device."""

    @property
    def budget(self) -> Use | None:
        """What a design may take."""
        if self.device is None:
            return None
        return self.device.budget(self.clock_mhz or 1) * (1 if self.fits else PLENTY)

    def reached(self, space: Space, fixed: Fixed) -> tuple[Tiling, int]:
        """The best folding of a space, and the cycles that no folding can be faster than.

        Raises where there is none, and says what would do.
        """
        try:
            return self.search(Tiler(space, self.budget, fixed, outside=True))
        except TooSmall:
            raise self._too_small(space, fixed) from None
        except Unbuildable as error:
            raise self._unbuildable(space, error.part) from None

    def _unbuildable(self, space: Space, part: CostTable) -> PassFailedException:
        """A memory that the device, or a folding, does not allow."""
        missing = self._missing(space, part)
        if missing:
            return PassFailedException(f"tile: {named(part)} needs {missing}")
        where = f" on {self.device.name}" if self.device else ""
        ways = space.implementations.get(part.of, []) if isinstance(part.of, Process) else []
        there = np.isfinite(part.use.sum(0)).reshape(-1, len(ways) or 1).any(0)
        known = [way.storage for way, possible in zip(ways, there, strict=False) if possible]
        return PassFailedException(
            f"tile: {named(part)} can't be built as its folding says{where}: its weights may be in "
            f"{', '.join(dict.fromkeys(known)) or 'no memory'}"
            + (" (registers if all are taken at once)" if Storage.REGISTERS in known else "")
        )

    def _missing(self, space: Space, part: CostTable) -> str:
        """What every way to build a part takes, and the device does not have."""
        if self.device is None:
            return ""
        (whole,) = (each for each in space.parts if each.of is part.of)
        least = amounts(self.device, whole.use.reshape(len(whole.use), -1).min(1))
        held = amounts(self.device, self.device.amounts(1))
        lacking = [name for name, use in least.items() if use and not held.get(name)]
        return f"{', '.join(lacking)}, which {self.device.name} has not" if lacking else ""

    def search(self, tiler: Tiler) -> tuple[Tiling, int]:
        """The folding, and the cycles that no folding can be faster than."""
        if self.target_fps is None and self.device is not None and self.fits:
            return best_tiling(tiler, None), tiler.least
        cycles = self._cycles(tiler)
        try:
            return best_tiling(tiler, cycles), cycles
        except Unreachable:
            raise self._too_fast(tiler, cycles) from None

    def _cycles(self, tiler: Tiler) -> int:
        """The cycles that a frame may take: those of the rate, or of the layers that are fixed."""
        if self.target_fps is not None:
            assert self.clock_mhz is not None
            return cycles_of_frame(self.clock_mhz, self.target_fps)
        if self.cycles is not None:
            return max(self.cycles, tiler.fewest())
        given = [
            shortest
            for shortest, part in zip(tiler.shortest(), tiler.parts, strict=True)
            if all(choice in tiler.fixed for choice in part.choices)
        ]
        return max(tiler.fewest(), *given) if given else int(tiler.speeds()[-1])

    def _rate(self, cycles: float) -> str:
        if self.clock_mhz is None:
            return f"{cycles:,.0f} cycles a frame"
        rate = self.clock_mhz * 1e6 / cycles
        return f"{cycles:,.0f} cycles a frame, {rate:,.1f} frames/s at {self.clock_mhz:g} MHz"

    def _too_fast(self, tiler: Tiler, cycles: int) -> PassFailedException:
        if self.target_fps is None:
            return PassFailedException("tile: what the folding gives can't be built together")
        shortest = tiler.shortest()
        slowest = int(np.argmax(shortest))
        why = f"{named(tiler.parts[slowest])} takes {shortest[slowest]:,} at least"
        why = why if shortest[slowest] > cycles else "words are too narrow"
        return PassFailedException(
            f"tile: {self.target_fps:,.10g} frames/s leave {cycles:,} cycles for a frame, and no "
            f"folding takes so few: {why}; "
            f"the fastest takes {self._rate(tiler.fewest())}"
        )

    def _too_small(self, space: Space, fixed: Fixed) -> PassFailedException:
        """What the cheapest folding takes, and what else would do."""
        assert self.device is not None
        device, clock = self.device, self.clock_mhz or 1
        free = Tiler(space, PLENTY * device.budget(clock), fixed, outside=True)
        least = free.at(self._cycles(free) if self.target_fps else int(free.speeds()[-1]))
        goal = f" for {self.target_fps:,.10g} frames/s at {clock:g} MHz" if self.target_fps else ""
        budget = device.budget(clock)
        taken, may = amounts(device, least.use), amounts(device, budget)
        held = amounts(device, device.amounts(clock))
        over = [
            f"{format_amount(use)} of {format_amount(may.get(name, 0))} {name} "
            f"({share(may, held, name)})"
            for name, use in taken.items()
            if use > may.get(name, 0)
        ]
        scarcest = int(np.argmax(least.use / np.maximum(budget, 1e-9)))
        return PassFailedException(
            f"tile: {device.name} is too small{goal}: the cheapest folding takes "
            f"{', '.join(over) or 'more of all together'} that a design may take; "
            f"{self._instead(space, fixed)}; {largest(device, space, least, scarcest)}"
        )

    def _instead(self, space: Space, fixed: Fixed) -> str:
        """A rate that fits, and a device that does."""
        assert self.device is not None
        told = self._larger(space, fixed)
        if self.target_fps is not None:
            with suppress(TooSmall):
                budget = self.device.budget(self.clock_mhz or 1)
                fits = Tiler(space, budget, fixed, outside=True).fastest()
                told = f"what fits on {self.device.name} takes {self._rate(fits.interval)}; {told}"
        return told

    def _larger(self, space: Space, fixed: Fixed) -> str:
        """The smallest device that does, at its usual clock."""
        assert self.device is not None
        devices = [device_named(name) for name in known_devices()]
        for other in sorted(devices, key=lambda d: d.amounts(1)[0]):
            if other.vendor != self.device.vendor:
                continue
            goal = replace(self, device=other, clock_mhz=other.clock_mhz)
            with suppress(TooSmall, Unbuildable, Unreachable):
                tiler = Tiler(space, goal.budget, fixed, outside=True)
                tiler.at(goal._cycles(tiler) if self.target_fps else int(tiler.speeds()[-1]))
                return f"{other.name} would do, at {other.clock_mhz:g} MHz"
        return "no known device would do"

    def tell(self, tiling: Tiling, least: int) -> None:
        """Says what was reached, and what might have been missed."""
        if self.device is None:
            LOG.info("tile: %s", self._rate(tiling.interval))
            return
        held = amounts(self.device, self.device.amounts(self.clock_mhz or 1))
        taken = ", ".join(
            f"{format_amount(use)} {name} ({use / held[name]:.0%})"
            for name, use in amounts(self.device, tiling.use).items()
            if use
        )
        missed = f"; fewer than {least:,} are impossible" if least < tiling.interval else ""
        dearer = tiling.cost / tiling.bound - 1
        near = f", within {dearer:.1%} of the cheapest" if dearer > 1e-9 else ", the cheapest"
        outside = f"; with weights outside, {self._rate(tiling.outside)}" if tiling.outside else ""
        LOG.info(
            "tile: %s%s%s; before channels get their depths, %s%s",
            *(self._rate(tiling.interval), missed, outside, taken, near),
        )


def tile_design(
    design: DesignOp, goal: Goal = Goal(), folds: Mapping[str, LayerFolding] | None = None
) -> Tiling:
    """Folds a design; some layers may have been given their folding."""
    check_names([design], folds or {})
    vendor = goal.device.vendor if goal.device else "xilinx"
    space = open_space(design, vendor)
    tiling, least = goal.reached(space, fixed_by(design, space, folds or {}))
    apply_tiling(design, space, tiling)
    if goal.device is not None and goal.fits and tiling.interval <= MAX_FRAME_CYCLES:
        tiling, least = with_room(design, goal, folds or {}, tiling, least)
    goal.tell(tiling, least)
    design.device = StringAttr(goal.device.name) if goal.device else None
    design.clock_mhz = FloatAttr(goal.clock_mhz, f64) if goal.clock_mhz else None
    return tiling


def with_room(
    design: DesignOp, goal: Goal, folds: Mapping[str, LayerFolding], tiling: Tiling, least: int
) -> tuple[Tiling, int]:
    """Folds a design again as long as there is no room for channels of the depths it needs."""
    assert goal.device is not None and goal.budget is not None
    vendor, kept = goal.device.vendor, np.zeros(len(RESOURCE_KINDS))
    for _ in range(ROUNDS):
        more = shortfall(design, vendor, goal.budget - tiling.use)
        if more is None:
            break
        kept = np.maximum(kept, more)
        space = open_space(design, vendor)
        fixed = fixed_by(design, space, folds)
        try:
            tiling, least = goal.search(Tiler(space, goal.budget - kept, fixed, outside=True))
        except TooSmall:
            taken = amounts(goal.device, kept).items()
            told = ", ".join(f"{format_amount(use)} {name}" for name, use in taken if use)
            LOG.info("tile: its channels take %s besides, for which no folding leaves room", told)
            break
        apply_tiling(design, space, tiling)
    return tiling, least


def open_space(design: DesignOp, vendor: str) -> Space:
    """The choices of a design; raises if its memories are packed for those it has."""
    for process in design.processes:
        for key in process.memories():
            name = process.constant(key)
            if isinstance(data_of(process, name), PackedAttr):
                raise PassFailedException(
                    f"tile: {name} is packed for the words that are: tile comes before pack-bits"
                )
    return space_of(design, vendor)


def amounts(device: Device, use: Use) -> dict[str, float]:
    """Amounts by the names that tables have for them, and in the units of those."""
    found = reported(device.vendor, use)
    return {OUTSIDE if name == "port" else name: amount for name, amount in found.items()}


def share(part: Mapping[str, float], whole: Mapping[str, float], name: str) -> str:
    """Which part of a resource a design may take."""
    there = whole.get(name, 0)
    return f"{part[name] / there:.0%} of {format_amount(there)}" if there else "there are none"


def largest(device: Device, space: Space, tiling: Tiling, kind: int) -> str:
    """Where most of a kind of resource goes."""
    (name,) = (
        name
        for name, one in reported_figures(device.vendor, np.eye(len(RESOURCE_KINDS))[kind]).items()
        if one
    )
    parts: list[tuple[float, str]] = []
    for part in space.parts:
        chosen = ((space.widths[choice], tiling.widths[choice]) for choice in part.choices)
        at = [int(np.searchsorted(widths, width)) for widths, width in chosen]
        parts.append((part.use[(kind, *at)] / tiling.use[kind], named(part)))
    most = sorted(parts, reverse=True)[:MOST]
    layers = ", ".join(f"{layer} ({taken:.0%})" for taken, layer in most if round(taken, 2))
    return f"most {OUTSIDE if name == 'port' else name} in {layers}"


def named(part: CostTable) -> str:
    """A process, or the one behind a channel, by its layer."""
    if isinstance(part.of, SourceOp | SinkOp):
        return f"the network's {'input' if isinstance(part.of, SourceOp) else 'output'}"
    if isinstance(part.of, Process):
        return describe(part.of)
    assert part.of is not None
    (use,) = part.of.uses
    return f"the channel before {describe(use.operation)}"
