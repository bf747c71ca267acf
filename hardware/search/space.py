"""All foldings of a design: the choices of its processes, with cycles and resources of each.

A choice is the width of the words on one side of a process, the number of pixels in a word of
patches, or the implementation; `Process.folding` declares the values. Where two neighbours choose
different widths, a repack is put between them. Each process and each channel has a table of cycles
and resources with an axis for each of its choices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.flow import RepackOp
from ...qdialect.stream.folding import Counts, Storage
from ...qdialect.stream.types import ChannelType, channel_of
from ..resources.cost import Implementation, fifo_cost, implementations, repack_cost
from ..resources.device import Use


@dataclass(frozen=True)
class CostTable:
    """The cycles and resources of a process, or of a channel, for all values of its choices."""

    of: Process | SSAValue | None
    """None in a space that is detached from its design."""
    choices: tuple[int, ...]
    interval: Counts
    """Cycles of a frame, with an axis for each choice."""
    use: Use
    """Resources, with an axis for the kinds before those of the choices; infinite where the process
    cannot be built."""


@dataclass(frozen=True)
class FoldingAxes:
    """The choices of a process, by their numbers in the space."""

    input: int
    output: int
    """The same choice as `input`, if words have the same width on both sides."""
    kernel: int | None = None
    """Pixels of a patch in a word, for patches by channel."""
    implementation: int | None = None
    """The number of the implementation, if there are several."""


@dataclass
class Space:
    """The choices of a design."""

    widths: list[Counts] = field(default_factory=list[Counts])
    """The values of each choice, ascending."""
    axes: dict[Process, FoldingAxes] = field(default_factory=dict[Process, FoldingAxes])
    tables: list[CostTable] = field(default_factory=list[CostTable])
    implementations: dict[Process, list[Implementation]] = field(
        default_factory=dict[Process, list[Implementation]]
    )
    on_device: dict[int, npt.NDArray[np.bool_]] = field(
        default_factory=dict[int, npt.NDArray[np.bool_]]
    )
    """For each choice of an implementation: which of them keep the weights on the device."""

    def detached(self) -> "Space":
        """All that a search needs, detached from the design: it can be sent to another process."""
        tables = [replace(table, of=None) for table in self.tables]
        return Space(self.widths, tables=tables, on_device=self.on_device)

    @property
    def sizes(self) -> list[int]:
        """The number of values of each choice."""
        return [len(widths) for widths in self.widths]

    def fits(self, process: Process, choice: int) -> npt.NDArray[np.bool_]:
        """For each value of a choice: whether the process can be built with it."""
        (table,) = (table for table in self.tables if table.of is process)
        least = np.moveaxis(table.use.sum(0), table.choices.index(choice), 0)
        return np.isfinite(least.reshape(len(least), -1).min(1))

    def add_choice(self, widths: Sequence[int]) -> int:
        """Adds a choice between widths; returns its number."""
        self.widths.append(np.array(sorted(set(widths)), np.int64))
        return len(self.widths) - 1


def space_of(design: DesignOp, vendor: str) -> Space:
    """The choices of a design, with their cycles and resources on devices of a vendor."""
    space = Space()
    for process in design.processes:
        if not isinstance(process, RepackOp):
            space.axes[process] = _folding_axes(space, process)
    for process, axes in list(space.axes.items()):
        space.tables.append(_process_table(space, process, axes, vendor))
        for value in process.operands:
            if process.folding_leader is None:
                space.tables.append(_channel_table(space, value, process, vendor))
    return space


def producer(value: SSAValue) -> Process:
    """The process that writes a channel, or its source before all repacks."""
    owner = source_before_repacks(value).owner
    assert isinstance(owner, Process)
    return owner


def source_before_repacks(value: SSAValue) -> SSAValue:
    """The last channel before this one that is not the output of a repack."""
    while isinstance(value.owner, RepackOp):
        value = value.owner.x
    return value


def _folding_axes(space: Space, process: Process) -> FoldingAxes:
    """The choices of a process; one that follows another shares its choices."""
    if process.folding_leader is not None:
        leader = space.axes[process.folding_leader]
        return FoldingAxes(leader.input, leader.input, leader.kernel)
    folding = process.folding()
    input = space.add_choice(folding.input)
    output = input if folding.output is None else space.add_choice(folding.output)
    kernel = None if folding.kernel is None else space.add_choice(folding.kernel)
    return FoldingAxes(input, output, kernel)


def _process_table(space: Space, process: Process, axes: FoldingAxes, vendor: str) -> CostTable:
    """The table of a process; adds a choice if it has several implementations."""
    named = sorted({c for c in (axes.input, axes.output, axes.kernel) if c is not None})
    widths = {choice: on_axis(space.widths[choice], choice, named) for choice in named}
    kernel = None if axes.kernel is None else widths[axes.kernel]
    lanes_in, lanes_out = process.folding().lanes(widths[axes.input], widths[axes.output], kernel)
    shape = [len(space.widths[choice]) for choice in named]
    interval = np.broadcast_to(process.interval_with(lanes_in, lanes_out), shape)
    found = implementations(process, vendor, lanes_in, lanes_out)
    if len(found) == 1:
        return CostTable(process, tuple(named), interval, found[0].use)
    number = space.add_choice(range(len(found)))
    space.axes[process] = replace(axes, implementation=number)
    space.implementations[process] = found
    space.on_device[number] = np.array([each.storage != Storage.OUTSIDE for each in found])
    use = np.stack([each.use for each in found], -1)
    interval = np.broadcast_to(interval[..., None], use.shape[1:])
    return CostTable(process, (*named, number), interval, use)


def on_axis(values: npt.NDArray[Any], choice: int, choices: Sequence[int]) -> npt.NDArray[Any]:
    """An array with an element for each value of a choice, as the axis of that choice in a table
    with these choices."""
    return values.reshape([-1 if other == choice else 1 for other in choices])


def _channel_table(space: Space, value: SSAValue, reader: Process, vendor: str) -> CostTable:
    """The table of a channel between two processes; where their widths differ, with a repack."""
    written, read = space.axes[producer(value)].output, space.axes[reader].input
    channel, lanes = channel_of(value), space.widths[written]
    if written == read:
        use = fifo_cost(vendor, channel, lanes)
        return CostTable(value, (written,), prod(channel.frame) // lanes, use)
    choices = (min(written, read), max(written, read))
    before, after = (on_axis(space.widths[choice], choice, choices) for choice in (written, read))
    return CostTable(value, choices, *channel_cost(vendor, channel, before, after))


def channel_cost(
    vendor: str, channel: ChannelType, before: Counts, after: Counts
) -> tuple[Counts, Use]:
    """The cycles and resources of a channel that is written and read with these widths."""
    before, after = np.broadcast_arrays(before, after)
    second = np.where(before == after, 0, fifo_cost(vendor, channel, after))
    repack = repack_cost(vendor, channel, before, after)
    use = fifo_cost(vendor, channel, before) + repack + second
    return prod(channel.frame) // np.minimum(before, after), use
