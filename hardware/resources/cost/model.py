"""The resources of a process: its datapath, its counters and its memories."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ....qdialect.stream import Process
from ....qdialect.stream.folding import BuildOptions, Counts, Storage
from ....qdialect.stream.types import MAX_WORD_BITS
from ....qdialect.types import bit_width
from ..device import RESOURCE_KINDS, Use
from ..memory import LOGIC_PER_LUT, MemoryCost
from . import fitted

Amount: TypeAlias = npt.NDArray[Any] | float


@dataclass(frozen=True)
class Implementation:
    """One way to build a process, with the resources that it uses for each choice of widths."""

    use: Use
    """Infinite where the process cannot be built."""
    storage: Storage = Storage.BLOCK
    dsp: bool = False

    def matches(self, options: BuildOptions) -> bool:
        """Whether it has the implementation that the options require; None allows any."""
        return options.storage in (None, self.storage) and options.dsp in (None, self.dsp)


@singledispatch
def implementations(
    process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """All ways to build a process that reads and writes words of these widths."""
    shape = shape_of_widths(lanes_in, lanes_out)
    rest = usage(shape, **control(process, lanes_in, lanes_out))
    for memory in memories(process, lanes_in, lanes_out):
        logic, block = memory.luts_and_blocks(vendor)
        rest = rest + usage(shape, logic=logic, block=block)
    too_wide = np.zeros(shape, bool)
    for lanes, channels in ((lanes_in, process.inputs), (lanes_out, process.outputs)):
        for channel in channels:
            too_wide |= lanes * bit_width(channel.element_type) > MAX_WORD_BITS
    found: list[Implementation] = []
    for datapath in datapaths(process, vendor, lanes_in, lanes_out):
        use = datapath.use + rest
        use[0] *= LOGIC_PER_LUT[vendor]
        use[:, too_wide] = np.inf
        found.append(Implementation(use, datapath.storage, datapath.dsp))
    return found


def usage(shape: tuple[int, ...], **amounts: Amount) -> Use:
    """Amounts of the resource kinds that are named, and 0 of all others."""
    use = np.zeros((len(RESOURCE_KINDS), *shape))
    for kind, amount in amounts.items():
        use[RESOURCE_KINDS.index(kind)] = amount
    return use


def shape_of_widths(lanes_in: Counts, lanes_out: Counts) -> tuple[int, ...]:
    """The shape of a table of resources: that of both widths, broadcast."""
    return np.broadcast(lanes_in, lanes_out).shape


def control(process: Process, lanes_in: Counts, lanes_out: Counts) -> dict[str, Amount]:
    """The loop counters of a process, and a register for each word that it reads or writes."""
    words = sum(lanes_in * bit_width(channel.element_type) for channel in process.inputs)
    words = words + sum(lanes_out * bit_width(channel.element_type) for channel in process.outputs)
    counters = process.LOOP_COUNTERS
    return {"logic": fitted.COUNTER_LUTS * counters, "ff": fitted.COUNTER_FFS * counters + words}


@singledispatch
def memories(process: Process, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """The memories of a process for which the vendor's tool chooses between LUTs and blocks."""
    return []


@singledispatch
def datapaths(
    process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """All ways to build the datapath of a process; by default it only passes words on.

    Logic is in LUTs of Xilinx: `implementations` converts it to the vendor's.
    """
    bits = bit_width((*process.inputs, *process.outputs)[0].element_type)
    logic = np.maximum(lanes_in, lanes_out) * bits
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]
