"""The result of an exploration: the designs of a network that were found on each device."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np

from ...hardware.estimate import reported_figures, vendor_amounts
from ...hardware.resources.device import Use
from ...hardware.resources.work import NetworkWork, network_work
from ...hardware.search.explore import Curve, Point, pareto_front
from ...qdialect.stream import DesignOp


@dataclass(frozen=True)
class ExploredNetwork:
    """The work of a network, from which its roofs follow."""

    work: NetworkWork

    @staticmethod
    def of(design: DesignOp) -> "ExploredNetwork":
        return ExploredNetwork(network_work(design))

    def roof(self, result: "CurveResult") -> tuple[float, float]:
        """The roofs in Gop/s: of the device's resources, and of its off-chip memory; infinite if
        not known.

        The search proved that no design within the budget takes fewer cycles. Each frame and its
        results cross the off-chip memory's interface at least once.
        """
        if not self.work.ops:
            return inf, inf
        least = result.least
        gops = result.curve.fps(least) * self.work.ops / 1e9 if least else inf
        return gops, (result.curve.device.bandwidth_gb_s or inf) * self.work.intensity

    def roof_fps(self, result: "CurveResult") -> float | None:
        """The rate that no design on the device exceeds; None if it is not known."""
        roof = min(self.roof(result))
        return roof * 1e9 / self.work.ops if roof < inf else None


@dataclass(frozen=True)
class CurveResult:
    """The designs that were found on a device at a clock."""

    curve: Curve
    points: Sequence[Point | None]
    """One per rate that was tried; None where no design reaches the rate."""
    fastest: Point | None
    """None if no design fits, or if a single rate was asked for and reached."""

    @property
    def least(self) -> int:
        """Cycles per frame below which no design is on this device; 0 if that is not known."""
        return self.fastest.least if self.fastest is not None else 0

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
