"""`qnn explore`: the throughput of a network against resources, on many devices."""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from ...hardware.resources.device import Device, known_devices
from ...hardware.resources.memory import LOGIC_PER_LUT
from ...hardware.search.explore import (
    Choices,
    Curve,
    Found,
    Job,
    Point,
    explore,
    fastest_job_if_unreached,
    slower_jobs,
)
from ...hardware.timing.frame_rate import cycles_per_frame
from ...passes.tile.choose import open_space
from ...passes.tile.layer_folding import FoldingError, allowed_values
from ...qdialect.stream import DesignOp
from ..commands.explore import ExploreOptions
from ..designs import lowered_design, timed
from ..devices import check_device_clock, find_device
from ..errors import UserError
from ..files import reason, write_whole
from ..networks import load_network
from ..pools import PoolLost, pool_at
from .exploration import CurveResult, ExploredNetwork
from .explore_json import exploration_as_json
from .explore_tables import exploration_table
from .fifos import with_fifos
from .plots import FrontLine, Roof, draw_fronts, draw_roofs, rendered
from .points import EXPLORATION, POINTS, Points

LOG = logging.getLogger(__name__)


def explore_command(options: ExploreOptions) -> None:
    """Prints tables, or JSON; with a folder, writes the JSON, plots and finished points to it."""
    devices = list(map(find_device, dict.fromkeys(options.devices or known_devices())))
    design = lowered_design(load_network(options.network), max_error=options.max_error)
    network = ExploredNetwork.of(design)
    points = None if options.output is None else points_in(options.output)
    curves = curves_of(design, devices, options.clocks)
    with timed("explore"):
        results = explored(curves, options.fps, points, options.scheduler)
        results = [with_fifos(design, result, options.fps) for result in results]
    check_reached(results, options.fps)
    text = json.dumps(exploration_as_json(network, results, options.fps), indent=2)
    if points is not None:
        folder = points.path.parent
        write_whole(str(folder / EXPLORATION), _writer(f"{text}\n".encode()))
        if options.fps is None:
            write_plots(folder, network, results)
    print(text if options.json else exploration_table(network, results, options.fps))


def write_plots(folder: Path, network: ExploredNetwork, results: Sequence[CurveResult]) -> None:
    """Draws the fronts and the rooflines if matplotlib is installed."""
    fronts = [
        FrontLine(
            result.title, [(result.fps(p), result.tightest_resource(p)[1]) for p in result.front]
        )
        for result in results
        if result.front
    ]
    roofs = [
        Roof(
            result.title,
            *network.roof(result),
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
        for suffix in ("svg", "png"):
            data = rendered(figure, suffix)
            write_whole(str(folder / f"{name}.{suffix}"), _writer(data))


def _writer(data: bytes) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        file.write(data)

    return write


def points_in(output: str) -> Points:
    """The finished points in a folder, which is created if it does not exist."""
    folder = Path(output)
    try:
        folder.mkdir(exist_ok=True)
        others = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise UserError(reason(output, error)) from None
    if others and not {POINTS, EXPLORATION}.intersection(others):
        raise UserError(
            f"{output} holds {others[0]!r} and no exploration to continue: name another folder"
        )
    return Points(folder / POINTS)


def curves_of(
    design: DesignOp, devices: Iterable[Device], clocks: Sequence[float] | None
) -> list[Curve]:
    """A curve per device and clock, by default the device's own; the smallest device is first.

    Devices of the same vendor share their choices.
    """
    choices: dict[str, Choices] = {}
    curves: list[Curve] = []
    for device in devices:
        if device.vendor not in choices:
            choices[device.vendor] = _choices_of(design, device.vendor)
        for clock in clocks or [device.clock_mhz]:
            check_device_clock(device, clock)
            curves.append(Curve(device, clock, choices[device.vendor]))
    return sorted(curves, key=lambda curve: (_logic_luts(curve.device), curve.clock_mhz))


def _choices_of(design: DesignOp, vendor: str) -> Choices:
    space = open_space(design, vendor)
    try:
        fixed = allowed_values(design, space, {})
    except FoldingError as error:
        raise UserError(str(error)) from None
    return Choices(space.detached(), fixed)


def _logic_luts(device: Device) -> float:
    """The logic of a device in LUTs, by which devices of all vendors are compared."""
    return float(device.amounts(1)[0]) / LOGIC_PER_LUT[device.vendor]


def explored(
    curves: Sequence[Curve], fps: float | None, points: Points | None, scheduler: str | None
) -> list[CurveResult]:
    """Searches the points of all curves: at one rate, or over the whole range of rates."""
    jobs = [Job(c, None if fps is None else cycles_per_frame(c.clock_mhz, fps)) for c in curves]
    known = {} if points is None else points.known
    keep = points.keep if points is not None else _discard
    try:
        with pool_at(scheduler) as pool:

            def look(done: int, total: int) -> None:
                share = {"share": done / max(total, 1)}
                LOG.debug("explore: %d of %d points", done, total, extra=share)
                pool.check()

            more = slower_jobs if fps is None else fastest_job_if_unreached
            found = explore(jobs, more, pool.executor, pool.share, known, keep, look)
    except PoolLost as error:
        raise UserError(f"{error}; {_how_to_continue(points)}") from None
    except KeyboardInterrupt:
        LOG.info("explore: %s", _how_to_continue(points))
        raise
    return [_result_of(curve, found) for curve in curves]


def _how_to_continue(points: Points | None) -> str:
    """The end of a message about a search that was stopped."""
    if points is None:
        return "with -o FOLDER, finished points are saved"
    return (
        f"{points.path} has {len(points.known)} finished points: the same command continues there"
    )


def _discard(_: Job, __: Point | None) -> None:
    """Drops a finished point, if no folder is named."""


def _result_of(curve: Curve, found: Found) -> CurveResult:
    points = [point for job, point in found.items() if job.curve is curve]
    (fastest,) = [
        point for job, point in found.items() if job.curve is curve and job.cycles is None
    ] or [None]
    return CurveResult(curve, points, fastest)


def check_reached(results: Sequence[CurveResult], fps: float | None) -> None:
    """Raises if no design was found, or none that reaches the rate."""
    found = [(r.fps(point), r) for r in results for point in r.points if point is not None]
    if not found:
        raise UserError("the network fits on none of the devices: try larger ones")
    fastest, result = max(found, key=lambda item: item[0])
    if fps is not None and not any(result.at_rate(fps) for result in results):
        raise UserError(
            f"no device reaches {fps:,.10g} frames/s: the fastest is {result.title}, with "
            f"{fastest:,.1f} frames/s"
        )
