"""What each process takes: its datapath, its counters, and its memories."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ....qdialect.stream import Process
from ....qdialect.stream.compute import Storage, WeightedProcess
from ....qdialect.stream.flow import RepackOp
from ....qdialect.stream.process import Counts
from ....qdialect.stream.types import MAX_WORD_BITS
from ....qdialect.stream.window import WindowOp
from ....qdialect.types import bit_width
from ..device import RESOURCE_KINDS, Use
from ..memory import LOGIC, MemoryCost
from . import fitted

Amount: TypeAlias = npt.NDArray[Any] | float


@dataclass(frozen=True)
class Implementation:
    """One way to build a process, and what it takes for each choice of widths."""

    use: Use
    storage: Storage = Storage.BLOCK
    dsp: bool = False


def implementations(
    process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """What a process takes with words of these widths; infinitely much where that can't be."""
    shape = shape_of_widths(lanes_in, lanes_out)
    rest = usage(shape, **control(process, lanes_in, lanes_out))
    for memory in memories(process, lanes_in, lanes_out):
        logic, block = memory.held(vendor)
        rest = rest + usage(shape, logic=logic, block=block)
    too_wide = np.zeros(shape, bool)
    for lanes, channels in ((lanes_in, process.inputs), (lanes_out, process.outputs)):
        for channel in channels:
            too_wide |= lanes * bit_width(channel.element_type) > MAX_WORD_BITS
    found: list[Implementation] = []
    for way in datapaths(process, vendor, lanes_in, lanes_out):
        use = way.use + rest
        use[0] *= LOGIC[vendor]
        use[:, too_wide] = np.inf
        found.append(Implementation(use, way.storage, way.dsp))
    return found


def usage(shape: tuple[int, ...], **amounts: Amount) -> Use:
    """Amounts of some kinds, and nothing of all others."""
    use = np.zeros((len(RESOURCE_KINDS), *shape))
    for kind, amount in amounts.items():
        use[RESOURCE_KINDS.index(kind)] = amount
    return use


def shape_of_widths(lanes_in: Counts, lanes_out: Counts) -> tuple[int, ...]:
    return np.broadcast(lanes_in, lanes_out).shape


def control(process: Process, lanes_in: Counts, lanes_out: Counts) -> dict[str, Amount]:
    """The counters of a process, and a register for each word that comes or goes."""
    words = sum(lanes_in * bit_width(channel.element_type) for channel in process.inputs)
    words = words + sum(lanes_out * bit_width(channel.element_type) for channel in process.outputs)
    counters = counters_of(process)
    return {"logic": fitted.COUNTER_LUTS * counters, "ff": fitted.COUNTER_FFS * counters + words}


def counters_of(process: Process) -> int:
    """Loops, places and addresses that a process counts."""
    match process:
        case WindowOp():
            return 11
        case WeightedProcess():
            return 4
        case RepackOp():
            return 3
        case _:
            return 2


@singledispatch
def memories(process: Process, lanes_in: Counts, lanes_out: Counts) -> list[MemoryCost]:
    """The memories of a process that lie where the vendor's tool puts them."""
    return []


@singledispatch
def datapaths(
    process: Process, vendor: str, lanes_in: Counts, lanes_out: Counts
) -> list[Implementation]:
    """A process that passes words on."""
    bits = bit_width((*process.inputs, *process.outputs)[0].element_type)
    logic = np.maximum(lanes_in, lanes_out) * bits
    return [Implementation(usage(shape_of_widths(lanes_in, lanes_out), logic=logic))]
