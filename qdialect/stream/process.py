"""What all processes share: the channels they read and write, and the schedule they follow.

A process reads and writes at most one word a cycle. Its schedule says how many words a frame takes,
and how many it must have read before it may write each one; that, and nothing else, is what a
model of time needs to know of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DenseArrayBase, StringAttr, SymbolRefAttr
from xdsl.ir import SSAValue
from xdsl.irdl import IRDLOperation, ParsePropInAttrDict, opt_prop_def, traits_def
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect, SymbolTable
from xdsl.utils.exceptions import VerifyException

from ..data import Array, DataAttr
from ..qnn.base import describe, require
from ..qnn.constants import DataOp
from .types import ChannelType, channel_of

Counts = npt.NDArray[np.int64]


class Process(IRDLOperation, ABC):
    """One piece of hardware: it reads channels and writes channels, frame after frame."""

    layer = opt_prop_def(StringAttr)
    """The name of the model's operation that this process carries out."""

    irdl_options = (ParsePropInAttrDict(),)
    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())

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

        The counts are for the words of one frame, in order, and never fall. A process without
        outputs counts the words it consumes.
        """

    @abstractmethod
    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        """What the process computes: whole frames in, whole frames out, with the images first."""

    @property
    def interval(self) -> int:
        """Cycles a frame takes when no channel ever makes the process wait."""
        return max(channel.words for channel in (*self.inputs, *self.outputs))

    def verify_(self) -> None:
        try:
            for value in (*self.operands, *self.results):
                channel_of(value)
            for value in self.results:
                readers = len(list(value.uses))
                require(
                    readers == 1,
                    f"a channel has one reader, this one has {readers}"
                    + ("; a stream.fork makes copies" if readers > 1 else ""),
                )
            self.check()
        except VerifyException as error:
            raise VerifyException(f"{describe(self)}: {error}") from None


def data_of(process: Process, name: SymbolRefAttr) -> DataAttr:
    """The constant that a process names."""
    target = SymbolTable.lookup_symbol(process, name)
    require(isinstance(target, DataOp), f"there is no qnn.data {name}")
    assert isinstance(target, DataOp)
    return target.value


def ends(total: int, groups: int) -> Counts:
    """`total` words read in `groups` equal portions: the count after each portion."""
    return (np.arange(1, groups + 1, dtype=np.int64) * total + groups - 1) // groups


def pairs(values: DenseArrayBase) -> tuple[int, int]:
    """A list property of two numbers."""
    first, second = (int(value) for value in values.get_values())
    return first, second


def same_elements(values: Sequence[SSAValue]) -> None:
    """All channels carry one element type."""
    elements = {str(channel_of(value).element) for value in values}
    require(len(elements) == 1, f"the channels carry different elements: {', '.join(elements)}")


def same_words(values: Sequence[SSAValue]) -> None:
    """All channels carry as many lanes, and as many words a frame."""
    lanes = {channel_of(value).lanes.data for value in values}
    words = {channel_of(value).words for value in values}
    require(len(lanes) == 1, f"the channels have different lanes: {sorted(lanes)}")
    require(len(words) == 1, f"the channels have different words a frame: {sorted(words)}")
