"""The FIFOs of explored designs: workers have only cost tables, and no design to find depths for.

The rates of the workers are those without FIFOs. Here, each design of the front gets its FIFOs, and
is left out if it does not fit with them; the fastest design, and the one for a rate, are those that
`tile` chooses.
"""

from dataclasses import replace

import numpy as np

from ...hardware.search.explore import Point
from ...hardware.search.tiling import Tiling
from ...hardware.timing.fifo_depths import MAX_FRAME_CYCLES
from ...hardware.timing.frame_rate import cycles_per_frame
from ...passes.tile.choose import open_space
from ...passes.tile.choose_with_fifos import FifoAwareSearch, SizedFolding
from ...qdialect.stream import DesignOp
from .exploration import CurveResult


def with_fifos(design: DesignOp, result: CurveResult, fps: float | None) -> CurveResult:
    """The designs of a curve with their FIFOs; `design` is folded in passing."""
    curve = result.curve
    space = open_space(design, curve.device.vendor)
    search = FifoAwareSearch(design, curve.device, curve.budget, space, {})
    fastest = result.fastest
    if fastest is not None:
        fastest = _sized_point(fastest, search.fastest(_tiling_of(fastest)))
    if fps is not None:
        cycles = cycles_per_frame(curve.clock_mhz, fps)
        reached = [p for p in result.front if p.interval <= cycles]
        found = [_sized_point(p, search.cheapest(cycles, _tiling_of(p))) for p in reached[:1]]
        return CurveResult(curve, [*found, fastest], fastest)
    points: list[Point | None] = [fastest]
    for point in result.front:
        if fastest is None or point.interval <= fastest.interval:
            continue
        if point.interval <= MAX_FRAME_CYCLES:
            sized = search.sized(_tiling_of(point))
            fits = (sized.use <= curve.budget).all()
            points.append(_sized_point(point, sized) if fits else None)
    return CurveResult(curve, points, fastest)


def _tiling_of(point: Point) -> Tiling:
    return Tiling(list(point.widths), point.interval, np.array(point.use), 1.0, 1.0)


def _sized_point(point: Point, found: SizedFolding | None) -> Point | None:
    """The point of a folding with its FIFOs."""
    if found is None:
        return None
    use = tuple(float(amount) for amount in found.use)
    widths = tuple(found.tiling.widths)
    return replace(point, interval=found.tiling.interval, use=use, widths=widths)
