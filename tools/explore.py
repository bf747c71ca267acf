"""`qnn explore`: rate against resources of a network, on many devices."""

import argparse
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..frontends.summary import align_columns
from ..hardware.estimate import format_amount, reported_figures, vendor_amounts
from ..hardware.resources.device import Device, DeviceError, Use, device_named, known_devices
from ..hardware.resources.memory import LOGIC_PER_LUT
from ..hardware.resources.roofline import mean_luts_per_op, ops_by_bits, peak_gops
from ..hardware.resources.work import NetworkWork, network_work
from ..hardware.search.explore import (
    Choices,
    Curve,
    Found,
    Job,
    Point,
    alternative,
    explore,
    pareto_front,
    slower_target,
)
from ..hardware.search.tiling import cycles_of_frame
from ..passes.tile.layer_folding import FoldingError, fixed_by
from ..passes.tile.tile import open_space
from ..qdialect.stream import DesignOp
from .designs import lowered, timed
from .files import UserError, reason, write_whole
from .networks import load_network
from .plots import Line, Roof, draw_fronts, draw_roofs, rendered
from .points import POINTS, RESULT, Points
from .pools import PoolLost, pool_at

LOG = logging.getLogger(__name__)


ABOVE = (
    "A roof is that of logic as designs use it on average: DSPs and one-bit products go above it."
)
BEFORE = (
    "Channels get their depths, which take some more, in what qnn estimate and compile make of it."
)


@dataclass(frozen=True)
class Network:
    """What is told of a network."""

    work: NetworkWork
    luts_per_op: float | None
    """On average; None if nothing in it has weights."""

    def roof(self, curve: Curve) -> tuple[float, float]:
        """Billions of operations a second: what the LUTs compute at most, and what memory feeds."""
        gops = peak_gops(curve.device, curve.clock_mhz, self.luts_per_op) if self.luts_per_op else 0
        return gops, (curve.device.bandwidth_gb_s or inf) * self.work.intensity

    def roof_fps(self, curve: Curve) -> float | None:
        """The frames a second under the lower of the roofs."""
        return min(self.roof(curve)) * 1e9 / self.work.ops if self.luts_per_op else None


@dataclass(frozen=True)
class Result:
    """What was found on a device at a clock."""

    curve: Curve
    points: Sequence[Point | None]
    """For the rates that were asked for; the fastest among them, if all rates were."""
    fastest: Point | None

    @cached_property
    def front(self) -> list[Point]:
        return pareto_front(self.points)

    def fps(self, point: Point) -> float:
        return self.curve.fps(point.interval)

    def named(self, use: Use) -> dict[str, float]:
        return vendor_amounts(self.curve.device.vendor, use)

    def shares(self, point: Point) -> dict[str, float]:
        """The part of each resource of the device that a design takes."""
        held = np.maximum(self.curve.device.amounts(self.curve.clock_mhz), 1e-9)
        found = reported_figures(self.curve.device.vendor, np.array(point.use) / held)
        return {name: found[name] for name in self.named(np.array(point.use))}


def explore_command(arguments: argparse.Namespace) -> None:
    """`qnn explore`: tables, or JSON; and a folder with them, plots, and points to resume from."""
    try:
        names = dict.fromkeys(arguments.devices or known_devices())
        devices = [device_named(name) for name in names]
    except DeviceError as error:
        raise UserError(str(error)) from None
    design = lowered(load_network(arguments.network))
    network = network_of(design)
    points = None if arguments.output is None else points_in(arguments.output)
    curves = curves_of(design, devices, arguments.clocks)
    with timed("explore"):
        results = explored(curves, arguments.fps, points, arguments.scheduler)
    check(results, arguments.fps)
    told = json.dumps(as_json(network, results, arguments.fps), indent=2)
    if points is not None:
        folder = points.path.parent
        write_whole(str(folder / RESULT), writer(f"{told}\n".encode()))
        if arguments.fps is None:
            plot(folder, network, results)
    print(told if arguments.json else table(network, results, arguments.fps))


def plot(folder: Path, network: Network, results: Sequence[Result]) -> None:
    """Draws the fronts and the rooflines, if there is what draws them."""
    fronts = [
        Line(title(result.curve), [(result.fps(p), closest(result, p)[1]) for p in result.front])
        for result in results
        if result.front
    ]
    roofs = [
        Roof(
            title(result.curve),
            *network.roof(result.curve),
            network.work.intensity,
            result.fps(result.fastest) * network.work.ops / 1e9,
        )
        for result in results
        if result.fastest is not None
    ]
    try:
        figures = {"front": draw_fronts(fronts), "roofline": draw_roofs(roofs)}
    except ModuleNotFoundError as error:
        LOG.info("no plots: they need the package %s: pip install 'qnn-dialect[plots]'", error.name)
        return
    for name, figure in figures.items():
        for ending in ("svg", "png"):
            data = rendered(figure, ending)
            write_whole(str(folder / f"{name}.{ending}"), writer(data))


def writer(data: bytes) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        file.write(data)

    return write


def network_of(design: DesignOp) -> Network:
    ops = ops_by_bits(design)
    return Network(network_work(design), mean_luts_per_op(ops) if ops else None)


def points_in(output: str) -> Points:
    """The points of a folder, which is made if there is none."""
    folder = Path(output)
    try:
        folder.mkdir(exist_ok=True)
        others = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise UserError(reason(output, error)) from None
    if others and not {POINTS, RESULT}.intersection(others):
        raise UserError(
            f"{output} holds {others[0]!r}, and no exploration to go on with: name another folder"
        )
    return Points(folder / POINTS)


def curves_of(
    design: DesignOp, devices: Iterable[Device], clocks: Sequence[float] | None
) -> list[Curve]:
    """Each device at each clock, or at its own; those of a vendor share their choices."""
    choices: dict[str, Choices] = {}
    curves: list[Curve] = []
    for device in devices:
        if device.vendor not in choices:
            choices[device.vendor] = choices_of(design, device.vendor)
        for clock in clocks or [device.clock_mhz]:
            curves.append(Curve(device, clock, choices[device.vendor]))
    return sorted(curves, key=lambda curve: (size(curve.device), curve.clock_mhz))


def choices_of(design: DesignOp, vendor: str) -> Choices:
    space = open_space(design, vendor)
    try:
        fixed = fixed_by(design, space, {})
    except FoldingError as error:
        raise UserError(str(error)) from None
    return Choices(space.detached(), fixed)


def size(device: Device) -> float:
    """What devices are compared by: their logic, in LUTs."""
    return float(device.amounts(1)[0]) / LOGIC_PER_LUT[device.vendor]


def explored(
    curves: Sequence[Curve], fps: float | None, points: Points | None, scheduler: str | None
) -> list[Result]:
    """The points of all curves: at one rate, or at many."""
    jobs = [Job(c, None if fps is None else cycles_of_frame(c.clock_mhz, fps)) for c in curves]
    known = {} if points is None else points.known
    keep = points.keep if points is not None else forget
    try:
        with pool_at(scheduler) as pool:

            def look(done: int, total: int) -> None:
                share = {"share": done / max(total, 1)}
                LOG.debug("explore: %d of %d points", done, total, extra=share)
                pool.check()

            more = slower_target if fps is None else alternative
            found = explore(jobs, more, pool.executor, pool.carried, known, keep, look)
    except PoolLost as error:
        raise UserError(f"{error}; {kept(points)}") from None
    except KeyboardInterrupt:
        LOG.info("explore: %s", kept(points))
        raise
    return [result_of(curve, found) for curve in curves]


def kept(points: Points | None) -> str:
    """What is left of a search that did not end."""
    if points is None:
        return "-o FOLDER would keep finished points"
    return f"{points.path} has {len(points.known)} finished points: the same command goes on"


def forget(_: Job, __: Point | None) -> None:
    """What becomes of points that there is no folder for."""


def result_of(curve: Curve, found: Found) -> Result:
    points = [point for job, point in found.items() if job.curve is curve]
    (fastest,) = [
        point for job, point in found.items() if job.curve is curve and job.cycles is None
    ] or [None]
    return Result(curve, points, fastest)


def at_rate(result: Result, fps: float) -> Point | None:
    """The design of a device at the rate that was asked for."""
    reached = [p for p in result.points if p is not None and result.fps(p) >= fps * (1 - 1e-9)]
    return reached[0] if reached else None


def smallest(results: Iterable[Result], fps: float) -> Result:
    """The smallest device that reaches a rate, at the lowest of its clocks."""
    return next(result for result in results if at_rate(result, fps) is not None)


def check(results: Sequence[Result], fps: float | None) -> None:
    """Raises if there is nothing to tell: no design at all, or none at the rate."""
    held = [(r.fps(p), r.curve) for r in results for p in r.points if p is not None]
    if not held:
        raise UserError("the network fits on none of the devices")
    fastest, curve = max(held, key=lambda item: item[0])
    if fps is not None and not any(at_rate(result, fps) for result in results):
        raise UserError(
            f"no device reaches {fps:,.10g} frames/s: the fastest is {title(curve)}, with "
            f"{fastest:,.1f}"
        )


def as_json(network: Network, results: Sequence[Result], fps: float | None) -> dict[str, Any]:
    """The fields that scripts rely on."""
    found: dict[str, Any] = {
        "ops": network.work.ops,
        "luts_per_op": network.luts_per_op,
        "arithmetic_intensity": network.work.intensity,
        "curves": [curve_as_json(network, result, fps) for result in results],
    }
    if fps is not None:
        best = smallest(results, fps).curve
        found["smallest"] = {"device": best.device.name, "clock_mhz": best.clock_mhz}
    return found


def curve_as_json(network: Network, result: Result, fps: float | None) -> dict[str, Any]:
    curve, fastest = result.curve, result.fastest
    gops, fed = network.roof(curve)
    found: dict[str, Any] = {
        "device": curve.device.name,
        "clock_mhz": curve.clock_mhz,
        "roofline": {
            "gops": gops or None,
            "external_gops": fed if fed < inf else None,
            "fps": network.roof_fps(curve),
        },
    }
    if fps is not None:
        point = at_rate(result, fps)
        found["at_rate"] = None if point is None else point_as_json(result, point)
    if fps is None or fastest is not None:
        found["fastest"] = None if fastest is None else point_as_json(result, fastest)
    if fps is None:
        found["impossible_below_cycles"] = None if fastest is None else fastest.least
        found["front"] = [point_as_json(result, point) for point in result.front]
    return found


def point_as_json(result: Result, point: Point) -> dict[str, Any]:
    return {
        "fps": result.fps(point),
        "interval_cycles": point.interval,
        "resources": result.named(np.array(point.use)),
        "utilisation": result.shares(point),
        "within": point.dearer,
    }


def table(network: Network, results: Sequence[Result], fps: float | None) -> str:
    """The fronts of all devices, and a summary; or how each device does at one rate."""
    if fps is None:
        fronts = [text for result in results if result.front for text in (front_table(result), "")]
        return "\n".join([*fronts, summary(network, results)])
    best = smallest(results, fps)
    point = at_rate(best, fps)
    assert point is not None
    answer = (
        f"{fps:,.10g} frames/s: {title(best.curve)} is the smallest: {best.fps(point):,.1f} "
        f"frames/s with {', '.join(uses(best, point))}"
    )
    return "\n".join([rate_table(results, fps), "", answer, BEFORE])


def title(curve: Curve) -> str:
    return f"{curve.device.name} at {curve.clock_mhz:g} MHz"


def front_table(result: Result) -> str:
    """A line for each design that no other is better than."""
    amounts = [result.named(np.array(point.use)) for point in result.front]
    names = list(dict.fromkeys(name for each in amounts for name in each if each[name]))
    rows = [["frames/s", "cycles", *names]]
    for point in result.front:
        cells = cells_of(result, point)
        speed = [f"{result.fps(point):,.1f}", f"{point.interval:,}"]
        rows.append([*speed, *(cells.get(name, "") for name in names)])
    return f"{title(result.curve)}\n{align_columns(rows, 0)}"


def cells_of(result: Result, point: Point) -> Mapping[str, str]:
    """Amounts with their shares of the device."""
    shares = result.shares(point)
    return {
        name: f"{format_amount(amount)} {shares[name]:4.0%}"
        for name, amount in result.named(np.array(point.use)).items()
    }


def uses(result: Result, point: Point) -> list[str]:
    """What a design takes, and what part of the device that is."""
    shares = result.shares(point)
    amounts = result.named(np.array(point.use)).items()
    return [f"{format_amount(use)} {name} ({shares[name]:.0%})" for name, use in amounts if use]


def summary(network: Network, results: Iterable[Result]) -> str:
    """A line for each device: its fastest design, and how far that is from the roof."""
    above = False
    rows = [
        ["device", "MHz", "fastest, frames/s", "roof, frames/s", "designs", "of what it may take"]
    ]
    for result in results:
        roof, fastest = network.roof_fps(result.curve), result.fastest
        row = [result.curve.device.name, f"{result.curve.clock_mhz:g}"]
        row.append("none fits" if fastest is None else f"{result.fps(fastest):,.1f}")
        row.append("" if roof is None else f"{roof:,.1f}")
        row.append(f"{len(result.front)}")
        row.append("" if fastest is None else "{}, {:.0%}".format(*closest(result, fastest)))
        rows.append(row)
        above = above or bool(fastest and roof and result.fps(fastest) > roof)
    return "\n".join([align_columns(rows, 1), BEFORE, *([ABOVE] if above else [])])


def closest(result: Result, point: Point) -> tuple[str, float]:
    """The resource that comes closest to what a design may take, and the part of that it takes."""
    budget = np.maximum(result.curve.budget, 1e-9)
    parts = reported_figures(result.curve.device.vendor, np.array(point.use) / budget)
    return max(parts.items(), key=lambda item: item[1])


def rate_table(results: Iterable[Result], fps: float) -> str:
    """A line for each device, the smallest first: what the rate takes, or why it can't be had."""
    rows = [["device", "MHz", "", "frames/s"]]
    for result in results:
        curve, point = result.curve, at_rate(result, fps)
        told = point or result.fastest
        head = [curve.device.name, f"{curve.clock_mhz:g}"]
        if told is None:
            rows.append([*head, "no design fits", ""])
            continue
        text = "the fastest" if point is None else ", ".join(uses(result, told))
        rows.append([*head, text, f"{result.fps(told):,.1f}"])
    return align_columns(rows, 3)
