"""What keeps a design from being faster: its slowest layer, or what the device has."""

from dataclasses import dataclass

import numpy as np

from ..qdialect.stream import DesignOp
from .device import KINDS, Device, Use
from .space import space_of
from .tiling import Tiler, TooSmall, Unbuildable, Unreachable


@dataclass(frozen=True)
class Step:
    """The cheapest design that is faster."""

    interval: int
    """Cycles of a frame."""
    use: Use
    over: list[str]
    """The kinds of which it takes more than a design may."""


def next_step(design: DesignOp, device: Device, clock_mhz: float, interval: int) -> Step | None:
    """What is faster than a design that takes so many cycles a frame; None if nothing is."""
    budget = device.budget(clock_mhz)
    try:
        tiler = Tiler(space_of(design, device.vendor), 1e3 * budget)
        found = tiler.at(interval - 1)
    except (TooSmall, Unbuildable, Unreachable):
        return None
    over = [kind for kind, more in zip(KINDS, np.asarray(found.use > budget), strict=True) if more]
    return Step(found.interval, found.use, over)
