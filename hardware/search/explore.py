"""Pareto fronts of rate against resources: the cheapest designs of a network on many devices.

A job asks for the cheapest design at one rate on one device. It depends on three things only: the
cost tables of the network, which all devices of a vendor share, the budget, and the rate. So jobs
run in other processes or on other machines, and a hash of the three identifies a finished job.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from ..resources.device import Device, Use
from ..timing.frame_rate import frames_per_second
from .space import Space
from .tiling import Infeasible, Tiler, best_tiling

CURVE_POINTS = 50
"""Rates that are searched for each device, the fastest included."""

WORKER_CHECK_SECONDS = 1.0
"""Seconds without a finished job after which the caller checks that workers are left."""


@dataclass(frozen=True)
class Point:
    """The cheapest design at a rate, or the fastest. Files of points have these field names."""

    interval: int
    """Cycles per frame."""
    use: tuple[float, ...]
    """The amount of each resource kind."""
    dearer: float
    """Upper bound on the excess over the lowest cost, as a fraction of it."""
    least: int
    """No design on the device takes fewer cycles per frame; 0 where the job had a rate."""
    widths: tuple[int, ...]
    """The value of each choice of the space."""


@dataclass(frozen=True, eq=False)
class Choices:
    """The cost tables of a network for the devices of one vendor, and the values that are fixed."""

    space: Space
    fixed: Mapping[int, Collection[int]]

    @cached_property
    def digest(self) -> bytes:
        """A hash of all tables and fixed values."""
        found = sha256(repr(sorted((c, sorted(v)) for c, v in self.fixed.items())).encode())
        for array in (*self.space.widths, *self.space.on_device.values()):
            found.update(array.tobytes())
        for table in self.space.tables:
            found.update(repr((table.choices, table.interval.shape)).encode())
            found.update(np.ascontiguousarray(table.interval).tobytes())
            found.update(np.ascontiguousarray(table.use).tobytes())
        return found.digest()

    @cached_property
    def max_cycles(self) -> int:
        """Cycles per frame of the slowest design."""
        return max(int(table.interval.max()) for table in self.space.tables)


@dataclass(frozen=True, eq=False)
class Curve:
    """A network on a device at a clock: one Pareto front."""

    device: Device
    clock_mhz: float
    choices: Choices

    @property
    def budget(self) -> Use:
        return self.device.budget(self.clock_mhz)

    def fps(self, interval: int) -> float:
        return frames_per_second(self.clock_mhz, interval)


@dataclass(frozen=True)
class Job:
    """A search for the cheapest design at some cycles per frame, or for the fastest with None."""

    curve: Curve
    cycles: int | None = None

    @cached_property
    def key(self) -> str:
        """A hash of all that the point depends on."""
        found = sha256(self.curve.choices.digest)
        found.update(self.curve.budget.tobytes())
        found.update(repr(self.cycles).encode())
        return found.hexdigest()[:32]


Found = dict[Job, Point | None]
"""The points of jobs; None where no design is fast enough and within the budget."""


def solve_job(choices: Choices, budget: Use, cycles: int | None) -> Point | None:
    """Runs a job, from what identifies it; this is what workers execute."""
    try:
        tiler = Tiler(choices.space, budget, choices.fixed, off_chip=True)
        tiling = best_tiling(tiler, cycles)
    except Infeasible:
        return None
    use = tuple(float(amount) for amount in tiling.use)
    least = 0 if cycles is not None else min(tiler.proven_min_cycles, tiling.interval)
    dearer = max(0.0, tiling.cost / tiling.bound - 1)
    return Point(tiling.interval, use, dearer, least, tuple(tiling.widths))


def target_cycles(curve: Curve, fastest: Point) -> list[int]:
    """Cycles per frame from the fastest design to the slowest, spaced geometrically."""
    spaced = np.geomspace(
        fastest.interval, max(curve.choices.max_cycles, fastest.interval), CURVE_POINTS
    )
    return sorted({round(cycles) for cycles in spaced[1:].tolist()})


def slower_jobs(job: Job, point: Point | None) -> list[Job]:
    """Once the fastest design of a curve is known, jobs for all slower rates."""
    if point is None or job.cycles is not None:
        return []
    return [Job(job.curve, cycles) for cycles in target_cycles(job.curve, point)]


def fastest_job_if_unreached(job: Job, point: Point | None) -> list[Job]:
    """If no design reaches a rate, a job for the fastest design."""
    return [Job(job.curve)] if point is None and job.cycles is not None else []


def explore(
    jobs: Iterable[Job],
    follow_up: Callable[[Job, Point | None], list[Job]],
    pool: Executor,
    send_to_workers: Callable[[Choices], Any],
    known: Mapping[str, Point | None],
    save: Callable[[Job, Point | None], None],
    report_progress: Callable[[int, int], None],
) -> Found:
    """Runs jobs in a pool, and then the jobs that `follow_up` makes of each result.

    `send_to_workers` turns tables into what a job passes to a worker. Jobs in `known` do not run,
    and every new point is saved as soon as it is found. `report_progress` gets the numbers of
    finished jobs and of all jobs, at least every `WORKER_CHECK_SECONDS`; it raises if no worker is
    left.
    """
    found: Found = {}
    queue, running = deque(jobs), dict[Future[Point | None], Job]()

    def finish(job: Job, point: Point | None) -> None:
        found[job] = point
        queue.extend(follow_up(job, point))

    while queue or running:
        while queue:
            job = queue.popleft()
            if job.key in known:
                finish(job, known[job.key])
            else:
                task = send_to_workers(job.curve.choices), job.curve.budget, job.cycles
                running[pool.submit(solve_job, *task)] = job
        done = wait(running, WORKER_CHECK_SECONDS, FIRST_COMPLETED).done
        for future in sorted(done, key=has_failed):
            job, point = running.pop(future), future.result()
            save(job, point)
            finish(job, point)
        report_progress(len(found), len(found) + len(queue) + len(running))
    return found


def has_failed(future: Future[Any]) -> bool:
    """Whether a job raised or was cancelled; sorting by this saves all other points first."""
    return future.cancelled() or future.exception() is not None


def pareto_front(points: Iterable[Point | None]) -> list[Point]:
    """The points that no other dominates in rate and every resource, from the fastest on."""
    different = {(point.interval, *point.use): point for point in points if point is not None}
    costs = np.array(list(different))
    best = [
        point
        for cost, point in zip(costs, different.values(), strict=True)
        if not ((costs <= cost).all(1) & (costs < cost).any(1)).any()
    ]
    return sorted(best, key=lambda point: point.interval)
