"""Rate against resources: the designs of a network on many devices, each the cheapest at its rate.

A network comes as the tables of its choices, one space for all devices of a vendor, so that points
may be worked out in other processes, or on other machines. A point is known by what it depends on:
tables, budget and rate; one that was worked out before, of the same, need not be again.
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
from .space import Space
from .tiling import Tiler, TooSmall, Unbuildable, Unreachable, best_tiling

CURVE_POINTS = 50
"""Rates of a device that are looked at, the fastest included."""

MAX_FAILED_TARGETS = 1.0
"""After so many seconds without a point somebody looks whether there are workers left."""


@dataclass(frozen=True)
class Point:
    """The cheapest design at a rate, or the fastest."""

    interval: int
    """Cycles of a frame."""
    use: tuple[float, ...]
    """Of each kind."""
    dearer: float
    """By this part of the cost, at most, a cheaper one may have been missed."""
    least: int
    """Fewer cycles than these are impossible on the device; 0 if nobody asked."""


@dataclass(frozen=True, eq=False)
class Choices:
    """What a search has to know of a network, for the devices of a vendor."""

    space: Space
    fixed: Mapping[int, Collection[int]]

    @cached_property
    def digest(self) -> bytes:
        """Stands for all that points depend on."""
        found = sha256(repr(sorted((c, sorted(v)) for c, v in self.fixed.items())).encode())
        for array in (*self.space.widths, *self.space.on_device.values()):
            found.update(array.tobytes())
        for part in self.space.parts:
            found.update(repr((part.choices, part.interval.shape)).encode())
            found.update(np.ascontiguousarray(part.interval).tobytes())
            found.update(np.ascontiguousarray(part.use).tobytes())
        return found.digest()

    @cached_property
    def most(self) -> int:
        """The cycles of the slowest design."""
        return max(int(part.interval.max()) for part in self.space.parts)


@dataclass(frozen=True, eq=False)
class Curve:
    """A device at a clock, and the network that is to be on it."""

    device: Device
    clock_mhz: float
    choices: Choices

    @property
    def budget(self) -> Use:
        return self.device.budget(self.clock_mhz)

    def fps(self, interval: int) -> float:
        return self.clock_mhz * 1e6 / interval


@dataclass(frozen=True)
class Job:
    """A point to be found: the cheapest design for so many cycles, or the fastest for None."""

    curve: Curve
    cycles: int | None = None

    @cached_property
    def key(self) -> str:
        """What the point depends on."""
        found = sha256(self.curve.choices.digest)
        found.update(self.curve.budget.tobytes())
        found.update(repr(self.cycles).encode())
        return found.hexdigest()[:32]


Found = dict[Job, Point | None]
"""The points of jobs; None where no design is as fast, or as small."""


def solve(choices: Choices, budget: Use, cycles: int | None) -> Point | None:
    """The point of a job."""
    try:
        tiler = Tiler(choices.space, budget, choices.fixed, outside=True)
        tiling = best_tiling(tiler, cycles)
    except (TooSmall, Unreachable, Unbuildable):
        return None
    use = tuple(float(amount) for amount in tiling.use)
    least = 0 if cycles is not None else min(tiler.least, tiling.interval)
    return Point(tiling.interval, use, max(0.0, tiling.cost / tiling.bound - 1), least)


def targets(curve: Curve, fastest: Point) -> list[int]:
    """Cycles between those of the fastest design and of the slowest, the same factor apart."""
    spaced = np.geomspace(fastest.interval, max(curve.choices.most, fastest.interval), CURVE_POINTS)
    return sorted({round(cycles) for cycles in spaced[1:].tolist()})


def slower_target(job: Job, point: Point | None) -> list[Job]:
    """Behind the fastest design of a curve come all others."""
    if point is None or job.cycles is not None:
        return []
    return [Job(job.curve, cycles) for cycles in targets(job.curve, point)]


def alternative(job: Job, point: Point | None) -> list[Job]:
    """Where a rate is not reached, the fastest design says which one is."""
    return [Job(job.curve)] if point is None and job.cycles is not None else []


def explore(
    jobs: Iterable[Job],
    more: Callable[[Job, Point | None], list[Job]],
    pool: Executor,
    carried: Callable[[Choices], Any],
    known: Mapping[str, Point | None],
    keep: Callable[[Job, Point | None], None],
    look: Callable[[int, int], None],
) -> Found:
    """Works out jobs, and those that follow from their points.

    `carried` is how choices get to a worker. What is known is not worked out again, and what is new
    is kept as soon as it is there. `look` is called now and then, with how many points of how many
    are there; it raises if nobody works on the others any more.
    """
    found: Found = {}
    queue, running = deque(jobs), dict[Future[Point | None], Job]()

    def answer(job: Job, point: Point | None) -> None:
        found[job] = point
        queue.extend(more(job, point))

    while queue or running:
        while queue:
            job = queue.popleft()
            if job.key in known:
                answer(job, known[job.key])
            else:
                sent = carried(job.curve.choices), job.curve.budget, job.cycles
                running[pool.submit(solve, *sent)] = job
        for future in sorted(wait(running, MAX_FAILED_TARGETS, FIRST_COMPLETED).done, key=failed):
            job, point = running.pop(future), future.result()
            keep(job, point)
            answer(job, point)
        look(len(found), len(found) + len(queue) + len(running))
    return found


def failed(future: Future[Any]) -> bool:
    """Whether a point never came: those that did are kept first."""
    return future.cancelled() or future.exception() is not None


def pareto_front(points: Iterable[Point | None]) -> list[Point]:
    """The points that none is better than, in rate and each resource, from the fastest on."""
    different = {(point.interval, *point.use): point for point in points if point is not None}
    costs = np.array(list(different))
    best = [
        point
        for cost, point in zip(costs, different.values(), strict=True)
        if not ((costs <= cost).all(1) & (costs < cost).any(1)).any()
    ]
    return sorted(best, key=lambda point: point.interval)
