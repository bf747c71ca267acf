"""Finds where the level of a chain changes, without evaluating every integer.

The chain may rise and fall, and read its input more than once. Blocks of consecutive integers are
halved until the level is the same for all integers of each. Bounds of the level of a block follow
from the ends of the block, op by op: a monotone op takes its extremes at the ends, a sum or product
where each operand takes one of its extremes. Rounding is monotone, so the bounds hold for the
rounded results as well. A block with equal bounds has one level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn.activations import LeakyReluOp, PReluOp
from ...qdialect.qnn.base import QnnOp
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.elementwise import AddOp, DivOp, MulOp, SubOp
from ...qdialect.qnn.smooth import SmoothOp
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.values import Dequantized, Value, as_array
from ..arrays import Ints
from .chains import Chain
from .monotone import is_monotone

MAX_SEGMENTS = 1 << 12
"""Maximum number of segments of a channel; each is a threshold."""

MAX_BLOCKS = 1 << 22
"""Maximum number of blocks of all channels that are examined at once."""

TURN_ACCURACY = 1e-6
"""The error of the turning points of smooth functions; there the function is flat, so that it
changes by less than a unit in the last place within it."""

Ends = tuple[Value, Value]
"""Two values with all values of a block between them, the smaller one first or second."""


@dataclass(frozen=True)
class Segments:
    """For each channel, the segments of its integers, and the level of each segment."""

    starts: Ints
    """A row for each channel: the first integer of each segment but the first, ascending."""
    levels: Ints
    """A row for each channel: the level of each segment."""

    @property
    def are_monotone(self) -> bool:
        """Whether no channel both rises and falls."""
        change = np.diff(self.levels, axis=1)
        return not ((change > 0).any(1) & (change < 0).any(1)).any()


@dataclass(frozen=True)
class Blocks:
    """Blocks of consecutive integers, each of one channel."""

    channel: Ints
    low: Ints
    high: Ints

    def __len__(self) -> int:
        return len(self.channel)

    def rows(self, values: Ints, width: int) -> tuple[Ints, tuple[Ints, Ints]]:
        """A number of each block in rows with one number per channel, and where each stands."""
        counts = np.bincount(self.channel, minlength=width)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        order = np.argsort(self.channel, kind="stable")
        position = np.empty(len(self), np.int64)
        position[order] = np.arange(len(self)) - first[self.channel[order]]
        rows = np.full((int(counts.max()), width), values[0])
        rows[position, self.channel] = values
        return rows, (position, self.channel)

    def select(self, chosen: Array) -> "Blocks":
        return Blocks(self.channel[chosen], self.low[chosen], self.high[chosen])

    def halves(self) -> "Blocks":
        middle = self.low + (self.high - self.low) // 2
        return Blocks(
            np.concatenate([self.channel, self.channel]),
            np.concatenate([self.low, middle + 1]),
            np.concatenate([middle, self.high]),
        )


def find_segments(chain: Chain, low: Ints, high: Ints) -> Segments | None:
    """The segments of a chain of one input, whose channels have these bounds.

    None if there are too many.
    """
    width = len(low)
    pending = Blocks(np.arange(width), low, high)
    found: list[tuple[Ints, Ints, Ints]] = []
    while len(pending):
        if len(pending) > MAX_BLOCKS:
            return None
        single = pending.low == pending.high
        numbers = pending.select(single)
        if len(numbers):
            rows, place = numbers.rows(numbers.low, width)
            found.append((numbers.channel, numbers.low, chain.levels(rows)[place]))
        pending = pending.select(~single)
        if len(pending):
            lows, place = pending.rows(pending.low, width)
            highs, _ = pending.rows(pending.high, width)
            first, last = (ends[place] for ends in level_bounds(chain, lows, highs))
            same = first == last
            found.append((pending.channel[same], pending.low[same], first[same]))
            pending = pending.select(~same).halves()
    channel, start, level = map(np.concatenate, zip(*found, strict=True))
    order = np.lexsort((start, channel))
    return _merge(channel[order], start[order], level[order], high)


def _merge(channel: Ints, start: Ints, level: Ints, high: Ints) -> Segments | None:
    """Sorted blocks as segments; neighbours with the same level become one."""
    new = np.diff(channel, prepend=-1) != 0
    first = np.flatnonzero(new | (np.diff(level, prepend=level[0] - 1) != 0))
    channel, start, level = channel[first], start[first], level[first]
    counts = np.bincount(channel)
    if counts.max() > MAX_SEGMENTS:
        return None
    position = np.arange(len(channel)) - np.repeat(np.cumsum(counts) - counts, counts)
    # A channel with fewer segments than others has more that begin after its last integer.
    starts = np.repeat(high[:, None] + 1, counts.max(), axis=1)
    levels = np.repeat(level[np.cumsum(counts) - 1][:, None], counts.max(), axis=1)
    starts[channel, position], levels[channel, position] = start, level
    return Segments(starts[:, 1:], levels)


def level_bounds(chain: Chain, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """The lowest and the highest level that a chain may have between pairs of integers."""
    ends: dict[SSAValue, Ends] = {chain.inputs[0]: (chain.as_image(low), chain.as_image(high))}
    with np.errstate(all="ignore"):
        for op in (*chain.ops, chain.quantizer):
            known = [ends.get(value) or _constant_ends(value) for value in op.operands]
            ends[op.results[0]] = _without_nan(bounds_of(op, known))
    a, b = (chain.as_levels(end).reshape(low.shape) for end in ends[chain.quantizer.output])
    return np.minimum(a, b), np.maximum(a, b)


def _without_nan(ends: Ends) -> Ends:
    """Ends that may be any float where one of them is NaN: unknown ends, such as those of the
    difference of two infinite ones."""
    first, last = map(as_array, ends)
    nan = np.isnan(first) | np.isnan(last) if first.dtype.kind == "f" else np.False_
    if not nan.any():
        return ends
    low = np.where(nan, -np.inf, first).astype(first.dtype)
    high = np.where(nan, np.inf, last).astype(last.dtype)
    return low, high


def _constant_ends(value: SSAValue) -> Ends:
    constant = constant_of(value)
    assert constant is not None
    return constant, constant


def evaluate_at(op: QnnOp, operands: Sequence[Ends], choice: Sequence[int]) -> Value:
    """The result of an op for one end of each operand."""
    return op.evaluate(*(ends[n] for ends, n in zip(operands, choice, strict=True)))[0]


@singledispatch
def bounds_of(op: QnnOp, operands: Sequence[Ends]) -> Ends:
    """Ends of the result of an op whose operands have these ends.

    Nothing is known of an op without a rule, so that every integer is evaluated.
    """
    return _monotone_ends(op, operands) if is_monotone(op) else _unknown_ends(operands)


def _monotone_ends(op: QnnOp, operands: Sequence[Ends]) -> Ends:
    count = len(operands)
    return evaluate_at(op, operands, [0] * count), evaluate_at(op, operands, [1] * count)


def _unknown_ends(operands: Sequence[Ends]) -> Ends:
    shape = np.broadcast_shapes(*(as_array(first).shape for first, _ in operands))
    return np.full(shape, -np.inf, np.float32), np.full(shape, np.inf, np.float32)


@bounds_of.register
def _(op: AddOp | SubOp | MulOp, operands: Sequence[Ends]) -> Ends:
    if any(first is last for first, last in operands):  # a constant
        return _monotone_ends(op, operands)
    corners = [evaluate_at(op, operands, (a, b)) for a in (0, 1) for b in (0, 1)]
    exact = [corner for corner in corners if isinstance(corner, Dequantized)]
    if len(exact) == len(corners) and exact[0].has_single_scale:
        ints = [corner.ints for corner in exact]
        low, high = np.minimum.reduce(ints), np.maximum.reduce(ints)
        return Dequantized(low, exact[0].scale), Dequantized(high, exact[0].scale)
    arrays = list(map(as_array, corners))
    return np.minimum.reduce(arrays), np.maximum.reduce(arrays)


@bounds_of.register
def _(op: LeakyReluOp | PReluOp, operands: Sequence[Ends]) -> Ends:
    """With a negative slope the function turns at 0, where it is 0."""
    a, b = map(as_array, operands[0])
    first, last = map(as_array, _monotone_ends(op, operands))
    turns = (np.minimum(a, b) <= 0) & (np.maximum(a, b) >= 0)
    low, high = np.minimum(first, last), np.maximum(first, last)
    return np.where(turns, np.minimum(low, 0), low), np.where(turns, np.maximum(high, 0), high)


@bounds_of.register
def _(op: DivOp, operands: Sequence[Ends]) -> Ends:
    """A quotient takes its extremes where both operands do, unless the divisor may be 0."""
    divisor = list(map(as_array, operands[1]))
    apart = (np.minimum(*divisor) > 0) | (np.maximum(*divisor) < 0)
    corners = [as_array(evaluate_at(op, operands, (a, b))) for a in (0, 1) for b in (0, 1)]
    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
    bottom, top = map(as_array, _unknown_ends(operands))
    return np.where(apart, low, bottom), np.where(apart, high, top)


@bounds_of.register
def _(op: SmoothOp, operands: Sequence[Ends]) -> Ends:
    if is_monotone(op):
        return _monotone_ends(op, operands)
    x, turn = [as_array(end) for end in operands[0]], op.turning_point
    if turn is None or x[0].itemsize > 4:
        return _unknown_ends(operands)
    y = [op.compute(end) for end in x]
    near = (np.minimum(*x) <= turn + TURN_ACCURACY) & (np.maximum(*x) >= turn - TURN_ACCURACY)
    bottom = np.nextafter(op.compute(x[0].dtype.type(turn)), x[0].dtype.type(-np.inf))
    return np.where(near, np.minimum(bottom, np.minimum(*y)), np.minimum(*y)), np.maximum(*y)


@bounds_of.register
def _(op: LookupOp, operands: Sequence[Ends]) -> Ends:
    (x, _), (table, _) = operands
    entries, shape = as_array(table), as_array(x).shape
    return np.full(shape, entries.min()), np.full(shape, entries.max())
