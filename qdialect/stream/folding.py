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
    """None: the words written are as wide as those read."""
    kernel: Sequence[int] | None = None
    """For patches by channel: how many pixels of a patch a word may hold, for each channel."""
    patches: Literal["input", "output"] = "input"
    """The side that has patches in its words: there the width is multiplied by the pixels."""

    def lanes(
        self, input: WidthT, output: WidthT, kernel: WidthT | None = None
    ) -> tuple[WidthT, WidthT]:
        """The widths of the words read and written, for values of the choices."""
        if kernel is None:
            return input, output
        return (input * kernel, output) if self.patches == "input" else (input, output * kernel)


class Storage(StrEnum):
    """The memory of weights; registers only if all weights are used in each cycle: constants."""

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
