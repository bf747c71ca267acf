"""What keeps a design from being faster: its slowest layer, or what the device has."""

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
"""So many times as fast is worth a step."""


@dataclass(frozen=True)
class NextStep:
    """The cheapest design that is faster."""

    interval: int
    """Cycles of a frame."""
    use: Use
    """With what its channels take if they are as deep as those there are."""
    over: list[str]
    """The kinds of which it takes more than a design may."""


def next_step(design: DesignOp, device: Device, clock_mhz: float, interval: int) -> NextStep | None:
    """What is faster than a design that takes so many cycles a frame; None if nothing is.

    It is faster by a good part, if anything is.
    """
    space, budget = space_of(design, device.vendor), device.budget(clock_mhz)
    kept = np.maximum(depth_cost(device.vendor, declared_depths(design)), 0)
    wanted = product(
        (int(interval / MIN_STEP_SPEEDUP), interval - 1), (budget, UNLIMITED_BUDGET_FACTOR * budget)
    )
    for cycles, given in wanted:
        try:
            found = best_tiling(Tiler(space, given - kept, off_chip=True), cycles)
        except (BudgetExceeded, RateUnreachable):
            continue
        except Unbuildable:
            return None
        use = found.use + kept
        more = np.asarray(use > budget)
        return NextStep(
            found.interval, use, [k for k, m in zip(RESOURCE_KINDS, more, strict=True) if m]
        )
    return None
