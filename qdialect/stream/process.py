"""What all processes share: the channels they read and write, and the schedule they follow.

A process reads and writes at most one word a cycle. Its schedule says how many words a frame takes,
and how many it must have read before it may write each one; that, and nothing else, is what a
model of time needs to know of it.
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
    """One piece of hardware: it reads channels and writes channels, frame after frame."""

    layer = opt_prop_def(StringAttr)
    """The name of the model's operation that this process carries out."""

    irdl_options = (ParsePropInAttrDict(),)
    traits = lazy_traits_def(_traits)

    LOOP_COUNTERS: ClassVar[int] = 2
    """Counters of loops, places and addresses that its hardware has."""
    FOLDS_BY_NAME: ClassVar[bool] = False
    """Whether a folding file may give its PE and SIMD by the name of its layer."""

    @property
    def kind(self) -> str:
        """What estimates and reports call this kind of process."""
        return self.name.removeprefix("stream.")

    @property
    def inputs(self) -> list[ChannelType]:
        return [channel_of(value) for value in self.operands]

    @property
    def outputs(self) -> list[ChannelType]:
        return [channel_of(value) for value in self.results]

    @abstractmethod
    def check(self) -> None:
        """Raises VerifyException unless the channels fit each other and the folding is legal."""

    @abstractmethod
    def needs(self, output: int = 0) -> Sequence[Counts]:
        """For each input: how many of its words must be read before each word of an output.

        The counts are for the words of one frame, in order; they never fall, and are the least
        that the words depend on. What is left of a frame when its last word is written is read all
        the same. A process without outputs counts the words it consumes.
        """

    @abstractmethod
    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        """What the process computes: whole frames in, whole frames out, with the images first."""

    def memories(self) -> dict[str, tuple[int, int]]:
        """The constants that it reads row by row: how many rows and columns it takes at once."""
        return {}

    def constant(self, key: str) -> SymbolRefAttr:
        """The name of one of its constants."""
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

    def at_once_with(self, lanes_in: WidthT, lanes_out: WidthT) -> tuple[WidthT, WidthT]:
        """PE and SIMD for these widths; by default the elements of a word on both sides."""
        return lanes_out, lanes_in

    @property
    def at_once(self) -> tuple[int, int]:
        """PE and SIMD, with the words that it has."""
        return self.at_once_with(self.lanes_in, self.lanes_out)

    def folding(self) -> Folding:
        """The widths that its words may have; by default one width that divides all channels."""
        depths = [channel.frame[-1] for channel in (*self.inputs, *self.outputs)]
        return Folding(divisors(gcd(*depths)))

    @property
    def folding_leader(self) -> "Process | None":
        """The process whose choices of a folding it shares, if it has none of its own."""
        return None

    def interval_with(self, lanes_in: Counts, lanes_out: Counts) -> Counts:
        """Cycles of a frame when no channel makes the process wait, for arrays of widths.

        By default it reads and writes a word in each cycle, as long as there is one.
        """
        words = [np.asarray(prod(channel.frame)) // lanes_in for channel in self.inputs]
        words += [np.asarray(prod(channel.frame)) // lanes_out for channel in self.outputs]
        return np.maximum.reduce(np.broadcast_arrays(*words))

    @property
    def interval(self) -> int:
        """Cycles of a frame when no channel makes the process wait, with the words that it has."""
        return int(self.interval_with(np.array(self.lanes_in), np.array(self.lanes_out)))

    @property
    def build_options(self) -> BuildOptions:
        """How it is built, where it can be built in several ways."""
        return BuildOptions()

    def set_build_options(self, options: BuildOptions) -> None:
        """Changes how it is built, where it can be built in several ways."""

    def verify_(self) -> None:
        try:
            for value in self.results:
                readers = len(list(value.uses))
                require(
                    readers == 1,
                    f"a channel has one reader, this one has {readers}"
                    + ("; a stream.fork makes copies" if readers > 1 else ""),
                )
            self.check()
            self._check_memories()
        except VerifyException as error:
            raise VerifyException(f"{describe(self)}: {error}") from None

    def _check_memories(self) -> None:
        """Constants that are packed hold at an address what is taken at once."""
        for key, at_once in self.memories().items():
            name = self.constant(key)
            data = data_of(self, name)
            if isinstance(data, PackedAttr):
                require(
                    data.at_once == at_once,
                    f"{name} holds {text_of(data.at_once)} at an address, {text_of(at_once)} are "
                    "taken at once: pack-bits comes after tile",
                )


def data_of(process: Process, name: SymbolRefAttr) -> DataAttr | PackedAttr:
    """The constant that a process names."""
    value = value_named(process, name)
    if isinstance(value, DataAttr | PackedAttr):
        return value
    raise VerifyException(f"there is no qnn.data {name}")


def constant_integers(process: Process, name: SymbolRefAttr) -> Array:
    """The elements of the constant that a process names, where it computes with integers."""
    data = data_of(process, name)
    require(is_quant(data.element), f"{name} must hold integers, it holds {data.element}")
    return data.array


def wide_integers(values: Array, element: QuantType) -> Array:
    """Integers made wide enough for sums that the element type holds; int64 does for most."""
    return values.astype(np.int64 if bit_width(element) < 64 else object)


def counts_by_word(channel: ChannelType) -> Counts:
    """The counts of a process that writes a word for every word it reads."""
    return np.arange(1, channel.words + 1)


def counts_by_group(total: int, groups: int) -> Counts:
    """The counts of a process that writes a word for every group of `total` words."""
    return np.arange(1, groups + 1) * (total // groups)


def int_pair(values: DenseArrayBase[IntegerType]) -> tuple[int, int]:
    """A list property of two numbers."""
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
    """No word of a channel belongs to two pixels."""
    lanes, depth = channel.lanes.data, channel.frame[-1]
    require(depth % lanes == 0, f"{lanes} lanes don't divide {depth} channels")


def image_of(channel: ChannelType) -> tuple[int, int, int]:
    """The height, width and channels of a frame that is an image."""
    require(len(channel.frame) == 3, f"an image has 3 axes, {text_of(channel.frame)} has not")
    height, width, depth = channel.frame
    return height, width, depth


def require_frame(channel: ChannelType, frame: Sequence[int]) -> None:
    require(
        channel.frame == tuple(frame),
        f"the result is {text_of(frame)}, its channel carries {text_of(channel.frame)}",
    )
