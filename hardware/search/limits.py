"""The next faster design, and the resources that it lacks on a device."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from ...qdialect.stream import DesignOp
from ..resources.device import RESOURCE_KINDS, Device, Use
from ..timing.fifo_depths import depth_cost
from ..timing.simulate import declared_depths
from .space import space_of
from .tiling import (
    UNLIMITED_BUDGET_FACTOR,
    BudgetExceeded,
    RateUnreachable,
    Tiler,
    Unbuildable,
    best_tiling,
)

MIN_STEP_SPEEDUP = 1.1
"""A faster design is of interest at this speedup; smaller steps are shown only without one."""


@dataclass(frozen=True)
class NextStep:
    """The cheapest design that is faster than another one."""

    interval: int
    """Cycles per frame."""
    use: Use
    """Its resources, with FIFOs of the depths that the slower design has."""
    over: list[str]
    """The resource kinds whose budget it exceeds."""


def next_step(design: DesignOp, device: Device, clock_mhz: float, interval: int) -> NextStep | None:
    """The next step from a design of `interval` cycles per frame; None if no folding is faster.

    In order of preference: a design faster by `MIN_STEP_SPEEDUP` that fits, one that does not fit,
    and then the same for designs that are faster at all.
    """
    space, budget = space_of(design, device.vendor), device.budget(clock_mhz)
    fifo_use = np.maximum(depth_cost(device.vendor, declared_depths(design)), 0)
    attempts = product(
        (int(interval / MIN_STEP_SPEEDUP), interval - 1), (budget, UNLIMITED_BUDGET_FACTOR * budget)
    )
    for cycles, allowed in attempts:
        try:
            found = best_tiling(Tiler(space, allowed - fifo_use, off_chip=True), cycles)
        except (BudgetExceeded, RateUnreachable):
            continue
        except Unbuildable:
            return None
        use = found.use + fifo_use
        over = [RESOURCE_KINDS[kind] for kind in np.flatnonzero(use > budget)]
        return NextStep(found.interval, use, over)
    return None
