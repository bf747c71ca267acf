"""What all processes share: the channels they read and write, and the schedule they follow.

A process reads and writes at most one word a cycle. Its schedule says how many words a frame takes,
and how many it must have read before it may write each one; that, and nothing else, is what a
model of time needs to know of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DenseArrayBase, IntegerType, StringAttr, SymbolRefAttr
from xdsl.irdl import IRDLOperation, ParsePropInAttrDict, lazy_traits_def, opt_prop_def
from xdsl.traits import HasParent, MemoryReadEffect, MemoryWriteEffect, OpTrait
from xdsl.utils.exceptions import VerifyException

from ..data import Array, DataAttr
from ..packing import PackedAttr
from ..qnn.base import describe, require, text_of
from ..qnn.constants import value_named
from ..types import QuantType, bit_width, is_quant
from .types import ChannelType, channel_of

Counts = npt.NDArray[np.int64]


def _traits() -> tuple[OpTrait, ...]:
    from .design import DesignOp

    return HasParent(DesignOp), MemoryReadEffect(), MemoryWriteEffect()


class Process(IRDLOperation, ABC):
    """One piece of hardware: it reads channels and writes channels, frame after frame."""

    layer = opt_prop_def(StringAttr)
    """The name of the model's operation that this process carries out."""

    irdl_options = (ParsePropInAttrDict(),)
    traits = lazy_traits_def(_traits)

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

    @property
    def interval(self) -> int:
        """Cycles a frame takes when no channel ever makes the process wait."""
        return max(channel.words for channel in (*self.inputs, *self.outputs))

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


def integers_of(process: Process, name: SymbolRefAttr) -> Array:
    """The elements of the constant that a process names, where it computes with integers."""
    data = data_of(process, name)
    require(is_quant(data.element), f"{name} must hold integers, it holds {data.element}")
    return data.array


def exact(values: Array, element: QuantType) -> Array:
    """Integers made wide enough for sums that the element type holds; int64 does for most."""
    return values.astype(np.int64 if bit_width(element) < 64 else object)


def each_word(channel: ChannelType) -> Counts:
    """The counts of a process that writes a word for every word it reads."""
    return np.arange(1, channel.words + 1)


def each_group(total: int, groups: int) -> Counts:
    """The counts of a process that writes a word for every group of `total` words."""
    return np.arange(1, groups + 1) * (total // groups)


def pairs(values: DenseArrayBase[IntegerType]) -> tuple[int, int]:
    """A list property of two numbers."""
    first, second = values.get_values()
    return first, second


def same_elements(*channels: ChannelType) -> None:
    _same("elements", [str(channel.element) for channel in channels])


def same_frames(*channels: ChannelType) -> None:
    _same("frames", [text_of(channel.frame) for channel in channels])


def same_lanes(*channels: ChannelType) -> None:
    _same("lanes", [str(channel.lanes.data) for channel in channels])


def _same(what: str, kinds: Sequence[str]) -> None:
    different = dict.fromkeys(kinds)
    require(len(different) == 1, f"the channels have different {what}: {', '.join(different)}")


def whole_pixels(channel: ChannelType) -> None:
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
