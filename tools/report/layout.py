"""Where the processes of a design stand in a drawing: in rows, with a lane for each branch."""

from collections.abc import Sequence
from math import ceil, sqrt

Place = tuple[int, int]

TALLER = 4.0
"""A drawing has so many more rows than columns, since boxes are wider than high."""


def places(count: int, edges: Sequence[tuple[int, int]]) -> list[Place]:
    """The column and row of each process; edges lead from earlier ones to later ones.

    A process stands below all that feed it, in the lane of the first that does, unless another has
    taken it already. Long designs go on at the top of further columns.
    """
    ranks = rows(count, edges)
    lanes = apart(ranks, lanes_of(count, edges))
    height = max(1, ceil(sqrt((max(ranks, default=0) + 1) * TALLER)))
    widths = [0] * (max(ranks, default=0) // height + 1)
    for rank, lane in zip(ranks, lanes, strict=True):
        widths[rank // height] = max(widths[rank // height], lane + 1)
    starts = [sum(widths[:column]) for column in range(len(widths))]
    return [
        (starts[rank // height] + lane, rank % height)
        for rank, lane in zip(ranks, lanes, strict=True)
    ]


def rows(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The longest way to each process."""
    ranks = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        ranks[target] = max(ranks[target], ranks[source] + 1)
    return ranks


def lanes_of(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """A lane for each process, that no channel passing by has taken."""
    readers: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        readers[source].append(target)
    waiting: list[int | None] = []
    """For each lane, the process to which its channel leads."""
    lanes = [0] * count
    for process in range(count):
        arriving = [lane for lane, target in enumerate(waiting) if target == process]
        own = arriving[0] if arriving else free(waiting)
        for lane in arriving:
            waiting[lane] = None
        lanes[process] = own
        for number, reader in enumerate(readers[process]):
            lane = own if number == 0 else free(waiting)
            occupy(waiting, lane, reader)
    return lanes


def apart(ranks: Sequence[int], lanes: Sequence[int]) -> list[int]:
    """The lanes, or the next ones where two processes of a row would stand in one place."""
    taken = set[Place]()
    moved: list[int] = []
    for rank, lane in zip(ranks, lanes, strict=True):
        while (rank, lane) in taken:
            lane += 1
        taken.add((rank, lane))
        moved.append(lane)
    return moved


def free(waiting: Sequence[int | None]) -> int:
    """The first lane that no channel is in."""
    return next((lane for lane, target in enumerate(waiting) if target is None), len(waiting))


def occupy(waiting: list[int | None], lane: int, reader: int) -> None:
    if lane == len(waiting):
        waiting.append(reader)
    else:
        waiting[lane] = reader
