"""Permutations of the elements of a tensor as transposed axes."""

from dataclasses import dataclass
from math import prod

import numpy as np

from .data import Array


@dataclass(frozen=True)
class Transposition:
    """A permutation of elements: a shape whose axes are written in another order.

    Moving a channel axis of 8 before 16 pixels is `Transposition((16, 8), (1, 0))`.
    """

    shape: tuple[int, ...]
    """The axes as they are read, outermost first."""
    order: tuple[int, ...]
    """Axis i of the result is axis `order[i]` of the shape."""

    @property
    def merged(self) -> "Transposition":
        """The same permutation with the fewest axes: neighbours in both orders are one axis."""
        kept = [axis for axis in self.order if self.shape[axis] > 1]
        number = {axis: rank for rank, axis in enumerate(sorted(kept))}
        groups: list[list[int]] = []
        for axis in kept:
            if groups and number[axis] == number[groups[-1][-1]] + 1:
                groups[-1].append(axis)
            else:
                groups.append([axis])
        before = sorted(groups)
        shape = [prod(self.shape[axis] for axis in group) for group in before]
        return Transposition(tuple(shape), tuple(before.index(group) for group in groups))

    @property
    def is_identity(self) -> bool:
        return len(self.merged.shape) < 2

    @property
    def blocks(self) -> int:
        """For a merged permutation: the number of blocks that the permutation does not mix."""
        return self.shape[0] if len(self.shape) > 1 and self.order[0] == 0 else 1

    @property
    def block(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """For a merged permutation: the shape of a block and the order of its axes."""
        if self.blocks == 1:
            return self.shape or (1,), self.order or (0,)
        return self.shape[1:], tuple(axis - 1 for axis in self.order[1:])

    @property
    def word_axes(self) -> tuple[int, int, int]:
        """For a merged permutation: the length of the runs that are adjacent in both orders, and
        the size of the axis just outside a run, in the input and in the output."""
        shape, order = self.block
        if order[-1] != len(shape) - 1:
            return 1, shape[-1], shape[order[-1]]
        if len(shape) == 1:
            return shape[0], 1, 1
        return shape[-1], shape[-2], shape[order[-2]]

    @property
    def indices(self) -> Array:
        """For each element of the result, its index before the permutation."""
        return np.arange(prod(self.shape)).reshape(self.shape).transpose(self.order).reshape(-1)


def transposition_of(indices: Array) -> Transposition | None:
    """The transposed axes that permute elements as the indices do; None if no axes do.

    The indices of such a permutation are a sum of one arithmetic progression for each axis of the
    result. So the innermost axis is the longest progression at the start, the next one is the
    longest progression of its starts, and so on; the strides order the axes before.
    """
    sizes, strides = list[int](), list[int]()
    rest = indices
    while len(rest) > 1:
        step = int(rest[1] - rest[0])
        breaks = np.flatnonzero(np.diff(rest) != step)
        size = int(breaks[0]) + 1 if len(breaks) else len(rest)
        if len(rest) % size or step < 1:
            return None
        sizes.insert(0, size)
        strides.insert(0, step)
        rest = rest[::size]
    before = sorted(range(len(sizes)), key=lambda axis: -strides[axis])
    order = tuple(before.index(axis) for axis in range(len(sizes)))
    found = Transposition(tuple(sizes[axis] for axis in before), order)
    return found if np.array_equal(found.indices, indices) else None
