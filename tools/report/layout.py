"""The places of processes in a drawing of a design: in rows, with a lane for each branch."""

from collections.abc import Sequence
from math import ceil, sqrt

GridPlace = tuple[int, int]
"""A column and a row."""

ROWS_PER_COLUMN = 4.0
"""A drawing has four times as many rows as columns, because boxes are wider than high."""


def places(count: int, edges: Sequence[tuple[int, int]]) -> list[GridPlace]:
    """The column and row of each process; edges lead from earlier ones to later ones.

    A process is below all processes that feed it, in the lane of the first of them if that lane is
    free. Long designs continue at the top of further columns.
    """
    ranks = _longest_paths(count, edges)
    lanes = _without_overlaps(ranks, _branch_lanes(count, edges))
    height = max(1, ceil(sqrt((max(ranks, default=0) + 1) * ROWS_PER_COLUMN)))
    widths = [0] * (max(ranks, default=0) // height + 1)
    for rank, lane in zip(ranks, lanes, strict=True):
        widths[rank // height] = max(widths[rank // height], lane + 1)
    starts = [sum(widths[:column]) for column in range(len(widths))]
    return [
        (starts[rank // height] + lane, rank % height)
        for rank, lane in zip(ranks, lanes, strict=True)
    ]


def _longest_paths(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The number of channels on the longest path to each process."""
    ranks = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        ranks[target] = max(ranks[target], ranks[source] + 1)
    return ranks


def _branch_lanes(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """A lane for each process in which no other channel passes it."""
    readers: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        readers[source].append(target)
    waiting: list[int | None] = []
    """For each lane, the process to which its channel leads; None in a free lane."""
    lanes = [0] * count
    for process in range(count):
        arriving = [lane for lane, target in enumerate(waiting) if target == process]
        lane_here = arriving[0] if arriving else _free_lane(waiting)
        for lane in arriving:
            waiting[lane] = None
        lanes[process] = lane_here
        for number, reader in enumerate(readers[process]):
            lane = lane_here if number == 0 else _free_lane(waiting)
            _occupy(waiting, lane, reader)
    return lanes


def _without_overlaps(ranks: Sequence[int], lanes: Sequence[int]) -> list[int]:
    """The lanes, but of two processes in the same place one moves to the next free lane."""
    occupied = set[GridPlace]()
    moved: list[int] = []
    for rank, lane in zip(ranks, lanes, strict=True):
        while (rank, lane) in occupied:
            lane += 1
        occupied.add((rank, lane))
        moved.append(lane)
    return moved


def _free_lane(waiting: Sequence[int | None]) -> int:
    """The first lane without a channel."""
    return next((lane for lane, target in enumerate(waiting) if target is None), len(waiting))


def _occupy(waiting: list[int | None], lane: int, reader: int) -> None:
    if lane == len(waiting):
        waiting.append(reader)
    else:
        waiting[lane] = reader
