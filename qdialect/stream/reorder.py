"""`stream.reorder`: writes the elements of a frame in another order."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, prod
from typing import ClassVar

import numpy as np
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def

from ..data import Array
from ..permutation import Transposition
from ..qnn.base import IntsProperty, ints_attr, require, require_sizes, text_of
from .folding import Folding, divisors
from .process import Counts, Process, require_same_elements, require_same_lanes
from .types import ChannelType, channel_of

MAX_AXES = 5
"""Maximum axes of a block that a reorder permutes."""

MAX_LOOPS = MAX_AXES + 1
"""Maximum nested loops that generate read addresses; the parts of a word need one more."""


@dataclass(frozen=True)
class ReadLoops:
    """The nested loops that read the words of a block in their new order, outermost first.

    The buffer has a bank for each part of a word. Part j of the word at address w is in bank
    `(j + s) mod parts`, where s is the coordinate of w on the axis whose elements become the parts
    of a written word. So the parts of a read word go to different banks, and so do those of a
    written word: their addresses are `part_step` apart.
    """

    sizes: tuple[int, ...]
    steps: tuple[int, ...]
    """Addresses from one iteration of a loop to the next. The loop with step 0 goes through the
    parts of the words at the same addresses."""
    parts: int
    """Parts of a word that move separately."""
    part_step: int
    """Addresses from one part of a written word to the next."""

    @property
    def delay(self) -> int:
        """Words that must be read, beyond the number of words written, before any word is written.

        Both the address that a word is read from and its number are sums over the loops, so their
        difference is largest where each loop is at the end that makes its term larger.
        """
        terms = [(self.parts, self.part_step)]
        within = 1
        for size, step in reversed(list(zip(self.sizes, self.steps, strict=True))):
            terms.append((size, step - within))
            within *= size
        return sum(max(0, (size - 1) * step) for size, step in terms)

    @property
    def last_addresses(self) -> Counts:
        """For each written word of a block: the address of its part that is read last."""
        found = np.full(1, (self.parts - 1) * self.part_step)
        for size, step in zip(self.sizes, self.steps, strict=True):
            found = np.add.outer(found, np.arange(size) * step)
        return found.reshape(-1)


@irdl_op_definition
class ReorderOp(Process):
    """Transposes the axes of a frame, after reshaping it to `shape`.

    A buffer holds one block, or two: the smallest parts of a frame that the permutation does not
    mix. A word moves as a whole if its elements are adjacent in both orders. A wider word holds
    several such runs, which move separately.

        %y = stream.reorder %x shape = [16, 8] order = [1, 0]
            : (!stream.channel<4x4x8xui2, lanes = 8>) -> !stream.channel<128xui2, lanes = 8>
    """

    name = "stream.reorder"

    LOOP_COUNTERS: ClassVar = MAX_LOOPS + 5

    x = operand_def(ChannelType)
    shape = prop_def(IntsProperty)
    """The axes of a frame that is read, outermost first."""
    order = prop_def(IntsProperty)
    """The axes of a frame that is written: axis i is axis `order[i]` of `shape`."""
    output = result_def(ChannelType)

    assembly_format = (
        "$x `shape` `=` $shape `order` `=` $order attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        moved: Transposition,
        frame: Sequence[int],
        lanes: int | None = None,
    ):
        channel = channel_of(SSAValue.get(x))
        super().__init__(
            operands=[x],
            properties={"shape": ints_attr(moved.shape), "order": ints_attr(moved.order)},
            result_types=[ChannelType(frame, channel.element, lanes or channel.lanes.data)],
        )

    @property
    def transposition(self) -> Transposition:
        """The permutation, with axes merged that stay adjacent."""
        shape, order = self.shape.get_values(), self.order.get_values()
        return Transposition(tuple(shape), tuple(order)).merged

    @property
    def blocks(self) -> int:
        """The number of blocks in a frame; all have the same permutation."""
        return self.transposition.blocks

    @property
    def block_words(self) -> int:
        return self.inputs[0].words // self.blocks

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        shape, order = self.shape.get_values(), self.order.get_values()
        require_sizes(shape, len(shape), 1, "shape")
        require(
            sorted(order) == list(range(len(shape))),
            f"order {list(order)} is not a permutation of the {len(shape)} axes",
        )
        for channel in (x, y):
            require(
                prod(channel.frame) == prod(shape),
                f"frame {text_of(channel.frame)} and shape {text_of(shape)} differ in size",
            )
        require_same_elements(x, y)
        require_same_lanes(x, y)
        axes = len(self.transposition.block[0])
        require(axes <= MAX_AXES, f"it permutes {axes} axes, at most {MAX_AXES} are possible")
        lanes, widths = x.lanes.data, self.folding().input
        require(
            lanes in widths,
            f"words of {lanes} elements cannot be reordered, only of {', '.join(map(str, widths))}",
        )

    def folding(self) -> Folding:
        """Words hold part of a run of elements, adjacent in both orders, or several runs."""
        last, read, written = self.transposition.word_axes
        wider = divisors(gcd(read, written))[1:]
        return Folding([*divisors(last), *(last * number for number in wider)])

    def loops(self, lanes: int) -> ReadLoops:
        """The loops over the words of a block, for words of a width."""
        return _read_loops(self.transposition, lanes)

    def interval_with(self, lanes_in: Counts, lanes_out: Counts) -> Counts:
        """Cycles of a frame: each word is written `delay` iterations after a word is read."""
        words = prod(self.inputs[0].frame)
        widths, place = np.unique(lanes_in, return_inverse=True)
        cycles = np.array([words // w + self.loops(int(w)).delay for w in widths])
        found = cycles[place].reshape(np.shape(lanes_in))
        return np.broadcast_to(found, np.broadcast(lanes_in, lanes_out).shape)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        addresses = self.loops(self.lanes_in).last_addresses
        starts = np.arange(self.blocks) * self.block_words
        return [np.maximum.accumulate(np.add.outer(starts, addresses + 1).reshape(-1))]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        count = len(frames[0])
        shape, order = self.shape.get_values(), self.order.get_values()
        moved = frames[0].reshape(count, *shape).transpose(0, *(axis + 1 for axis in order))
        return (moved.reshape(count, *self.outputs[0].frame),)


def _read_loops(moved: Transposition, lanes: int) -> ReadLoops:
    """The loops over the words of a block; those of a single iteration are left out."""
    sizes, order = moved.block
    together, _, _ = moved.word_axes
    parts = max(1, lanes // together)
    strides = [prod(sizes[axis + 1 :]) for axis in range(len(sizes))]
    *outer, last = order
    if last != len(sizes) - 1:
        outer = order
    read = len(sizes) - 1 if last != len(sizes) - 1 else len(sizes) - 2
    loops: list[tuple[int, int]] = []
    for axis in outer:
        size, step = sizes[axis], strides[axis] // lanes
        if axis == read and parts > 1:
            loops += [(size // parts, 1), (parts, 0)]
        elif axis == outer[-1] and parts > 1:
            loops.append((size // parts, step * parts))
        else:
            loops.append((size, step))
    loops.append((max(1, together // lanes), 1))
    kept = [loop for loop in loops if loop[0] > 1] or [(1, 1)]
    found, steps = zip(*kept, strict=True)
    part_step = strides[outer[-1]] // lanes if parts > 1 else 1
    return ReadLoops(found, steps, parts, part_step)
