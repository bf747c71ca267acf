"""Folding: how wide the words of a process may be, and how it may be built.

A process declares both in its own class: `Process.folding` and `Process.build_options`. The search
over foldings, the cost model, schedules and estimates read the declaration.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
from xdsl.dialects.utils import EnumAttribute
from xdsl.ir import SpacedOpaqueSyntaxAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.utils.str_enum import StrEnum

Counts = npt.NDArray[np.int64]

WidthT = TypeVar("WidthT", int, Counts)
"""One width of words, or an array of widths."""


@dataclass(frozen=True)
class Folding:
    """The possible widths of a process's words in elements, on an axis for each free choice.

    | process | input | output | kernel |
    |---|---|---|---|
    | most: one width on all sides | divisors of the channels | None: as the input | None |
    | matvec: SIMD, PE | divisors of the columns | divisors of the rows | None |
    | pool, depthwise: PE, SIMD | divisors of the channels | None | divisors of the pixels |
    """

    input: Sequence[int]
    output: Sequence[int] | None = None
    """The widths of written words; None if they are as wide as the words that are read."""
    kernel: Sequence[int] | None = None
    """For patches by channel: the possible numbers of pixels that a word holds of each channel."""
    patches: Literal["input", "output"] = "input"
    """The side whose words hold patches: its width is multiplied by the number of pixels."""

    def lanes(
        self, input: WidthT, output: WidthT, kernel: WidthT | None = None
    ) -> tuple[WidthT, WidthT]:
        """The widths of the words that are read and written, for one value of each choice."""
        if kernel is None:
            return input, output
        return (input * kernel, output) if self.patches == "input" else (input, output * kernel)


class Storage(StrEnum):
    """Where weights are stored; registers are possible only if every cycle uses all weights."""

    REGISTERS = "registers"
    LUT = "lut"
    BLOCK = "block"
    ULTRA = "ultra"
    OUTSIDE = "outside"


@irdl_attr_definition
class StorageAttr(EnumAttribute[Storage], SpacedOpaqueSyntaxAttribute):
    """A kind of memory."""

    name = "stream.storage"


@dataclass(frozen=True)
class BuildOptions:
    """How a process is built, where it can be built in several ways; None where it has no choice,
    or where the choice is open."""

    storage: Storage | None = None
    """The memory of its weights."""
    dsp: bool | None = None
    """Whether DSPs compute its products, or LUTs."""


def divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]
