"""The result of an exploration: the designs of a network that were found on each device."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np

from ...hardware.estimate import reported_figures, vendor_amounts
from ...hardware.resources.device import Use
from ...hardware.resources.roofline import mean_luts_per_op, ops_by_bits, peak_gops
from ...hardware.resources.work import NetworkWork, network_work
from ...hardware.search.explore import Curve, Point, pareto_front
from ...qdialect.stream import DesignOp


@dataclass(frozen=True)
class ExploredNetwork:
    """The work of a network, from which its rooflines follow."""

    work: NetworkWork
    luts_per_op: float | None
    """The average over its operations; None if no layer has weights."""

    @staticmethod
    def of(design: DesignOp) -> "ExploredNetwork":
        ops = ops_by_bits(design)
        return ExploredNetwork(network_work(design), mean_luts_per_op(ops) if ops else None)

    def roof(self, curve: Curve) -> tuple[float, float]:
        """The roofs in Gop/s: of the device's logic, and of its off-chip memory."""
        gops = peak_gops(curve.device, curve.clock_mhz, self.luts_per_op) if self.luts_per_op else 0
        return gops, (curve.device.bandwidth_gb_s or inf) * self.work.intensity

    def roof_fps(self, curve: Curve) -> float | None:
        """Frames per second under the lower of the roofs."""
        return min(self.roof(curve)) * 1e9 / self.work.ops if self.luts_per_op else None


@dataclass(frozen=True)
class CurveResult:
    """The designs that were found on a device at a clock."""

    curve: Curve
    points: Sequence[Point | None]
    """One per rate that was tried; None where no design reaches the rate."""
    fastest: Point | None
    """None if no design fits, or if a single rate was asked for and reached."""

    @property
    def title(self) -> str:
        return f"{self.curve.device.name} at {self.curve.clock_mhz:g} MHz"

    @cached_property
    def front(self) -> list[Point]:
        return pareto_front(self.points)

    def fps(self, point: Point) -> float:
        return self.curve.fps(point.interval)

    def named(self, use: Use) -> dict[str, float]:
        return vendor_amounts(self.curve.device.vendor, use)

    def shares(self, point: Point) -> dict[str, float]:
        """The share of each resource of the device that a design uses."""
        held = np.maximum(self.curve.device.amounts(self.curve.clock_mhz), 1e-9)
        found = reported_figures(self.curve.device.vendor, np.array(point.use) / held)
        return {name: found[name] for name in self.named(np.array(point.use))}

    def tightest_resource(self, point: Point) -> tuple[str, float]:
        """The resource that is closest to its budget, and the share of the budget that is used."""
        budget = np.maximum(self.curve.budget, 1e-9)
        shares = reported_figures(self.curve.device.vendor, np.array(point.use) / budget)
        return max(shares.items(), key=lambda item: item[1])

    def at_rate(self, fps: float) -> Point | None:
        """The first design that reaches a rate; None if there is none."""
        reached = [p for p in self.points if p is not None and self.fps(p) >= fps * (1 - 1e-9)]
        return reached[0] if reached else None


def smallest_reaching(results: Iterable[CurveResult], fps: float) -> CurveResult:
    """The smallest device that reaches a rate, at the lowest of its clocks."""
    return next(result for result in results if result.at_rate(fps) is not None)
