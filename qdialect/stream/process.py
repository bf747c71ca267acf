"""The base class of all processes: channels, words, folding, and checks.

A process reads at most one word of each input in a cycle, and writes at most one word of each
output. The cycle model needs three facts about it, which it declares: the words of a frame, the
words that must be read before each one is written (`needs`), and the cycles of a frame
(`interval_with`).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import gcd, prod
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import DenseArrayBase, IntegerType, StringAttr, SymbolRefAttr
from xdsl.irdl import IRDLOperation, ParsePropInAttrDict, lazy_traits_def, opt_prop_def
from xdsl.traits import HasParent, MemoryReadEffect, MemoryWriteEffect, OpTrait
from xdsl.utils.exceptions import VerifyException

from ..data import Array, DataAttr
from ..packing import PackedAttr
from ..qnn.base import describe, require, text_of
from ..qnn.constants import value_named
from ..types import QuantType, bit_width, is_quant
from .folding import BuildOptions, Counts, Folding, WidthT, divisors
from .types import ChannelType, channel_of


def _traits() -> tuple[OpTrait, ...]:
    from .design import DesignOp

    return HasParent(DesignOp), MemoryReadEffect(), MemoryWriteEffect()


class Process(IRDLOperation, ABC):
    """A piece of hardware that reads and writes channels, frame after frame.

    A new kind declares what it computes (`check`, `needs`, `evaluate`) and, where it differs from
    the default, how it folds (`folding`, `interval_with`, `parallelism_with`, `build_options`) and
    where a design may be cut (`STAYS_WITH_READER`, `COMPUTES`).
    """

    layer = opt_prop_def(StringAttr)
    """The name of the operation of the source model that this process implements."""

    irdl_options = (ParsePropInAttrDict(),)
    traits = lazy_traits_def(_traits)

    LOOP_COUNTERS: ClassVar[int] = 2
    """The number of loop, position and address counters in its hardware."""
    FOLDS_BY_NAME: ClassVar[bool] = False
    """Whether a folding file can set its PE and SIMD, by the name of its layer."""
    STAYS_WITH_READER: ClassVar[bool] = False
    """Whether it is always on the device of the process that reads its words."""
    COMPUTES: ClassVar[bool] = True
    """Whether it computes; a device is not used for processes that only pass words on."""

    @property
    def kind(self) -> str:
        """The name of this kind of process in estimates and reports."""
        return self.name.removeprefix("stream.")

    @property
    def inputs(self) -> list[ChannelType]:
        return [channel_of(value) for value in self.operands]

    @property
    def outputs(self) -> list[ChannelType]:
        return [channel_of(value) for value in self.results]

    @abstractmethod
    def check(self) -> None:
        """Raises VerifyException unless the channels match and the folding is legal."""

    @abstractmethod
    def needs(self, output: int = 0) -> Sequence[Counts]:
        """For each input: how many of its words must be read before each word of an output.

        The counts are for the words of one frame, in order. They never decrease, and each is the
        smallest number that its word depends on. Words that remain when the last word is written
        are read as well. A process without outputs counts the words that it consumes.
        """

    @abstractmethod
    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        """The function of the process on whole frames; the first axis counts the frames."""

    def memories(self) -> dict[str, tuple[int, int]]:
        """The constants that it reads row by row, each with the rows and columns that it reads per
        cycle."""
        return {}

    def constant(self, key: str) -> SymbolRefAttr:
        """The name of the constant that a property refers to."""
        name = self.properties[key]
        assert isinstance(name, SymbolRefAttr)
        return name

    # Folding

    @property
    def lanes_in(self) -> int:
        """Elements of a word that it reads; a source reads words as wide as it writes."""
        return (self.inputs or self.outputs)[0].lanes.data

    @property
    def lanes_out(self) -> int:
        """Elements of a word that it writes; a sink writes words as wide as it reads."""
        return (self.outputs or self.inputs)[0].lanes.data

    def parallelism_with(self, lanes_in: WidthT, lanes_out: WidthT) -> tuple[WidthT, WidthT]:
        """PE and SIMD for these widths; by default the elements of a word on both sides."""
        return lanes_out, lanes_in

    @property
    def parallelism(self) -> tuple[int, int]:
        """PE and SIMD, with its current words."""
        return self.parallelism_with(self.lanes_in, self.lanes_out)

    def folding(self) -> Folding:
        """The widths that its words may have; by default one width that divides all channels."""
        depths = [channel.frame[-1] for channel in (*self.inputs, *self.outputs)]
        return Folding(divisors(gcd(*depths)))

    @property
    def folding_leader(self) -> "Process | None":
        """The process that determines the folding of this one, if it has no choices of its own."""
        return None

    def interval_with(self, lanes_in: Counts, lanes_out: Counts) -> Counts:
        """Cycles of a frame when no channel makes the process wait, for arrays of widths.

        By default it reads and writes at most one word per cycle, so the channel with the most
        words determines the interval.
        """
        words = [np.asarray(prod(channel.frame)) // lanes_in for channel in self.inputs]
        words += [np.asarray(prod(channel.frame)) // lanes_out for channel in self.outputs]
        return np.maximum.reduce(np.broadcast_arrays(*words))

    @property
    def interval(self) -> int:
        """Cycles of a frame when no channel makes the process wait, with its current words."""
        return int(self.interval_with(np.array(self.lanes_in), np.array(self.lanes_out)))

    @property
    def build_options(self) -> BuildOptions:
        """How it is built; empty for a process that can be built in one way only."""
        return BuildOptions()

    def set_build_options(self, options: BuildOptions) -> None:
        """Sets how it is built; ignored by a process that can be built in one way only."""

    def verify_(self) -> None:
        try:
            for value in self.results:
                readers = len(list(value.uses))
                require(
                    readers == 1,
                    f"a channel must have one reader, not {readers}"
                    + (": copy it with stream.fork" if readers > 1 else ""),
                )
            self.check()
            self._check_memories()
        except VerifyException as error:
            raise VerifyException(f"{describe(self)}: {error}") from None

    def _check_memories(self) -> None:
        """Raises unless each address of a packed constant holds what the process reads in a
        cycle."""
        for key, parallelism in self.memories().items():
            name = self.constant(key)
            data = data_of(self, name)
            if isinstance(data, PackedAttr):
                require(
                    data.parallelism == parallelism,
                    f"{name} is packed with {text_of(data.parallelism)} elements at an "
                    f"address, the process reads {text_of(parallelism)}: run pack-bits after tile",
                )


def data_of(process: Process, name: SymbolRefAttr) -> DataAttr | PackedAttr:
    """The constant that a process refers to."""
    value = value_named(process, name)
    if isinstance(value, DataAttr | PackedAttr):
        return value
    raise VerifyException(f"there is no qnn.data {name}")


def constant_integers(process: Process, name: SymbolRefAttr) -> Array:
    """The elements of the constant that a process refers to, which must be integers."""
    data = data_of(process, name)
    require(is_quant(data.element), f"{name} must hold integers, it holds {data.element}")
    return data.array


def wide_integers(values: Array, element: QuantType) -> Array:
    """The values as int64, or as Python integers if the element type has 64 bits or more."""
    return values.astype(np.int64 if bit_width(element) < 64 else object)


def counts_by_word(channel: ChannelType) -> Counts:
    """The `needs` of a process that writes a word for every word that it reads."""
    return np.arange(1, channel.words + 1)


def counts_by_group(total: int, groups: int) -> Counts:
    """The `needs` of a process that reads `total` words and writes one for each of equal groups."""
    return np.arange(1, groups + 1) * (total // groups)


def int_pair(values: DenseArrayBase[IntegerType]) -> tuple[int, int]:
    """The two numbers of a list property."""
    first, second = values.get_values()
    return first, second


def require_same_elements(*channels: ChannelType) -> None:
    _require_same("elements", [str(channel.element) for channel in channels])


def require_same_frames(*channels: ChannelType) -> None:
    _require_same("frames", [text_of(channel.frame) for channel in channels])


def require_same_lanes(*channels: ChannelType) -> None:
    _require_same("lanes", [str(channel.lanes.data) for channel in channels])


def _require_same(what: str, kinds: Sequence[str]) -> None:
    different = dict.fromkeys(kinds)
    require(len(different) == 1, f"the channels have different {what}: {', '.join(different)}")


def require_whole_pixels(channel: ChannelType) -> None:
    """Raises unless the lanes divide the channels: no word belongs to two pixels."""
    lanes, depth = channel.lanes.data, channel.frame[-1]
    require(depth % lanes == 0, f"{lanes} lanes don't divide {depth} channels")


def image_of(channel: ChannelType) -> tuple[int, int, int]:
    """The height, width and channels of a frame that is an image."""
    require(
        len(channel.frame) == 3, f"an image must have 3 axes, its frame is {text_of(channel.frame)}"
    )
    height, width, depth = channel.frame
    return height, width, depth


def require_frame(channel: ChannelType, frame: Sequence[int]) -> None:
    require(
        channel.frame == tuple(frame),
        f"the result is {text_of(frame)}, its channel carries {text_of(channel.frame)}",
    )
