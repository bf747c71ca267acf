"""Explorations as text: a table per device, and a summary of all devices."""

from collections.abc import Iterable, Sequence

import numpy as np

from ...hardware.estimate import format_amount
from ...hardware.search.explore import Point
from ..tables import align_columns
from .exploration import CurveResult, ExploredNetwork, smallest_reaching

QUICK_DEPTHS = "FIFO depths are those of a quick search; qnn estimate and qnn compile reduce them."
CALIBRATION = "qnn estimate prints for each design whether its resources are calibrated."


def exploration_table(
    network: ExploredNetwork, results: Sequence[CurveResult], fps: float | None
) -> str:
    """The fronts of all devices and a summary; for a rate, each device at this rate."""
    if fps is None:
        fronts = [text for result in results if result.front for text in (_front(result), "")]
        return "\n".join([*fronts, _summary(network, results)])
    best = smallest_reaching(results, fps)
    point = best.at_rate(fps)
    assert point is not None
    answer = (
        f"{fps:,.10g} frames/s: {best.title} is the smallest: {best.fps(point):,.1f} "
        f"frames/s with {', '.join(_amounts(best, point))}"
    )
    return "\n".join([_rate_table(results, fps), "", answer, QUICK_DEPTHS, CALIBRATION])


def _front(result: CurveResult) -> str:
    """A line for each design of the Pareto front."""
    amounts = [result.named(np.array(point.use)) for point in result.front]
    names = list(dict.fromkeys(name for each in amounts for name in each if each[name]))
    rows = [["frames/s", "cycles", *names]]
    for point, used in zip(result.front, amounts, strict=True):
        shares = result.shares(point)
        cells = {name: f"{format_amount(n)} {shares[name]:4.0%}" for name, n in used.items()}
        speed = [f"{result.fps(point):,.1f}", f"{point.interval:,}"]
        rows.append([*speed, *(cells.get(name, "") for name in names)])
    return f"{result.title}\n{align_columns(rows, 0)}"


def _amounts(result: CurveResult, point: Point) -> list[str]:
    """The resources that a design uses, with their shares of the device."""
    shares = result.shares(point)
    amounts = result.named(np.array(point.use)).items()
    return [f"{format_amount(use)} {name} ({shares[name]:.0%})" for name, use in amounts if use]


def _summary(network: ExploredNetwork, results: Iterable[CurveResult]) -> str:
    """A line for each device: its fastest design beside the roof, and the size of its front."""
    rows = [
        [
            "device",
            "MHz",
            "fastest, frames/s",
            "roof, frames/s",
            "designs",
            "tightest resource (share of budget)",
        ]
    ]
    for result in results:
        roof, fastest = network.roof_fps(result), result.fastest
        row = [result.curve.device.name, f"{result.curve.clock_mhz:g}"]
        row.append("none fits" if fastest is None else f"{result.fps(fastest):,.1f}")
        row.append("" if roof is None else f"{roof:,.1f}")
        row.append(f"{len(result.front)}")
        row.append(
            "" if fastest is None else "{}, {:.0%}".format(*result.tightest_resource(fastest))
        )
        rows.append(row)
    return "\n".join([align_columns(rows, 1), QUICK_DEPTHS, CALIBRATION])


def _rate_table(results: Iterable[CurveResult], fps: float) -> str:
    """A line for each device, the smallest first: its design at a rate, or the fastest it has."""
    rows = [["device", "MHz", "", "frames/s"]]
    for result in results:
        curve, point = result.curve, result.at_rate(fps)
        shown = point or result.fastest
        head = [curve.device.name, f"{curve.clock_mhz:g}"]
        if shown is None:
            rows.append([*head, "no design fits", ""])
            continue
        text = "fastest" if point is None else ", ".join(_amounts(result, shown))
        rows.append([*head, text, f"{result.fps(shown):,.1f}"])
    return align_columns(rows, 3)
