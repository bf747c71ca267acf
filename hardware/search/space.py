"""All foldings of a design: the widths that each process may be given, and what comes of them.

A choice is how many elements a word has on one side of a process. Most processes have words of one
width on all sides; a layer with weights has its rows and its columns at once, a window its words of
the image and its words of the patches. Between two processes that choose differently stands a
repack. What each choice takes in time and in resources is a table with an axis for each choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import gcd, prod
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.borders import CropOp
from ...qdialect.stream.compute import DepthwiseOp, MatvecOp
from ...qdialect.stream.elements import LabelSelectOp
from ...qdialect.stream.flow import RepackOp
from ...qdialect.stream.pool import PoolOp
from ...qdialect.stream.ports import LinkEnd
from ...qdialect.stream.process import Counts
from ...qdialect.stream.types import ChannelType, channel_of
from ...qdialect.stream.window import WindowOp
from ..resources.cost import Implementation, Storage, fifo, implementations, repack_cost
from ..resources.device import Use
from ..timing.schedule import Rhythm

Widths = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CostTable:
    """A process, or the channel between two, and how it depends on some choices."""

    of: Process | SSAValue | None
    """None in a space that is apart from its design."""
    choices: tuple[int, ...]
    interval: Counts
    """Cycles of a frame, with an axis for each choice."""
    use: Use
    """What it takes, kinds first; infinitely much where it can't be built."""


@dataclass(frozen=True)
class FoldingAxes:
    """The choices that a process makes: those for its inputs, and those for its outputs."""

    input: int
    output: int
    kernel: int | None = None
    """For what works on patches by channel: how many pixels of a patch it takes at once."""
    implementation: int | None = None
    """For what can be built in several ways: the number of its way."""


@dataclass
class Space:
    """The choices of a design."""

    widths: list[Widths] = field(default_factory=list[Widths])
    """The values of each choice, rising."""
    ends: dict[Process, FoldingAxes] = field(default_factory=dict[Process, FoldingAxes])
    parts: list[CostTable] = field(default_factory=list[CostTable])
    ways: dict[Process, list[Implementation]] = field(
        default_factory=dict[Process, list[Implementation]]
    )
    inside: dict[int, npt.NDArray[np.bool_]] = field(
        default_factory=dict[int, npt.NDArray[np.bool_]]
    )
    """For the choices of ways to build: those whose weights lie on the device."""

    def apart(self) -> "Space":
        """All that a search needs, without the design: it may travel to another process."""
        parts = [replace(part, of=None) for part in self.parts]
        return Space(self.widths, parts=parts, inside=self.inside)

    @property
    def sizes(self) -> list[int]:
        return [len(widths) for widths in self.widths]

    def built(self, process: Process) -> int:
        """The choice of the way in which a process is built."""
        built = self.ends[process].implementation
        assert built is not None
        return built

    def fits(self, process: Process, choice: int) -> npt.NDArray[np.bool_]:
        """Which values of a choice a process can be built with."""
        (part,) = (part for part in self.parts if part.of is process)
        least = np.moveaxis(part.use.sum(0), part.choices.index(choice), 0)
        return np.isfinite(least.reshape(len(least), -1).min(1))

    def choice(self, widths: Sequence[int]) -> int:
        self.widths.append(np.array(sorted(set(widths)), np.int64))
        return len(self.widths) - 1


def space_of(design: DesignOp, vendor: str) -> Space:
    """The choices of a design, and what they come to on devices of a vendor."""
    space = Space()
    for process in design.processes:
        if not isinstance(process, RepackOp):
            space.ends[process] = _ends(space, process)
    for process, ends in list(space.ends.items()):
        space.parts.append(_process(space, process, ends, vendor))
        for value in process.operands:
            if not is_grouped(process):
                space.parts.append(_channel(space, value, process, vendor))
    return space


def divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]


def is_grouped(process: Process) -> bool:
    """Whether a process reads patches by channel straight from a window."""
    return isinstance(process, DepthwiseOp | PoolOp) and isinstance(process.x.owner, WindowOp)


def producer(value: SSAValue) -> Process:
    """The process that writes a channel, whatever repacks stand behind it."""
    owner = source_before_repacks(value).owner
    assert isinstance(owner, Process)
    return owner


def source_before_repacks(value: SSAValue) -> SSAValue:
    """The channel that a process writes which is no repack."""
    while isinstance(value.owner, RepackOp):
        value = value.owner.x
    return value


def _ends(space: Space, process: Process) -> FoldingAxes:
    frames = [channel.frame for channel in (*process.inputs, *process.outputs)]
    match process:
        case MatvecOp():
            cols, rows = (divisors(frame[-1]) for frame in frames)
            return FoldingAxes(space.choice(cols), space.choice(rows))
        case LabelSelectOp():
            return FoldingAxes(space.choice(divisors(frames[0][-1])), space.choice([1]))
        case DepthwiseOp() | PoolOp():
            if is_grouped(process):
                window = space.ends[producer(process.x)]
                return FoldingAxes(window.input, window.input, window.kernel)
            given = process.outputs[0].lanes.data
            both = space.choice([given])  # the order of its patches is made for this width
            return FoldingAxes(both, both, space.choice([process.inputs[0].lanes.data // given]))
        case WindowOp():
            return _window(space, process)
        case LinkEnd() if process.over is not None:
            (lanes,) = {
                words_over(process, c).lanes.data for c in process.inputs or process.outputs
            }
            both = space.choice([lanes])
            return FoldingAxes(both, both)
        case _:
            common = gcd(*(frame[-1] for frame in frames))
            if isinstance(process, CropOp) and (last := process.spans[-1]):
                common = 1 if last.step > 1 else gcd(common, last.start, last.stop)
            both = space.choice(divisors(common))
            return FoldingAxes(both, both)


def words_over(end: LinkEnd, channel: ChannelType) -> ChannelType:
    """A channel in the words that pass a link soonest."""
    assert end.over is not None
    return channel.with_lanes(end.over.lanes(channel, end.clock))


def _window(space: Space, process: WindowOp) -> FoldingAxes:
    depth, taps = process.inputs[0].frame[-1], prod(process.window.kernel)
    (use,) = process.patches.uses
    if process.by_channel is None:
        wide = [depth * n for n in divisors(taps)]
        return FoldingAxes(space.choice(divisors(depth)), space.choice([*divisors(depth), *wide]))
    if isinstance(use.operation, DepthwiseOp | PoolOp):
        both = space.choice(divisors(depth))
        return FoldingAxes(both, both, space.choice(divisors(taps)))
    both = space.choice([process.inputs[0].lanes.data])
    return FoldingAxes(both, both, space.choice([process.pixels_at_once]))


def _process(space: Space, process: Process, ends: FoldingAxes, vendor: str) -> CostTable:
    """The part of a process, with an axis for each of its choices."""
    named = sorted({c for c in (ends.input, ends.output, ends.kernel) if c is not None})
    axes = {choice: on_axis(space.widths[choice], choice, named) for choice in named}
    lanes_in, lanes_out = axes[ends.input], axes[ends.output]
    if ends.kernel is not None:
        if isinstance(process, WindowOp):
            lanes_out = lanes_out * axes[ends.kernel]
        else:
            lanes_in = lanes_in * axes[ends.kernel]
    shape = [len(space.widths[choice]) for choice in named]
    interval = np.broadcast_to(interval_of(process, lanes_in, lanes_out), shape)
    found = implementations(process, vendor, lanes_in, lanes_out)
    if len(found) == 1:
        return CostTable(process, tuple(named), interval, found[0].use)
    built = space.choice(range(len(found)))
    space.ends[process] = replace(ends, implementation=built)
    space.ways[process] = found
    space.inside[built] = np.array([way.storage != Storage.OUTSIDE for way in found])
    use = np.stack([way.use for way in found], -1)
    interval = np.broadcast_to(interval[..., None], use.shape[1:])
    return CostTable(process, (*named, built), interval, use)


def on_axis(values: npt.NDArray[Any], choice: int, choices: Sequence[int]) -> npt.NDArray[Any]:
    """Something for each value of a choice, on its axis of a table that names these choices."""
    return values.reshape([-1 if other == choice else 1 for other in choices])


def interval_of(process: Process, lanes_in: Widths, lanes_out: Widths) -> Counts:
    """The cycles of a frame, for arrays of widths: what the schedule of the process says."""
    if isinstance(process, WindowOp):
        return Rhythm.of(process, lanes_in, lanes_out).interval
    if isinstance(process, MatvecOp):
        rows, cols = process.rows.shape
        return process.vectors * (rows // lanes_out) * (cols // lanes_in)
    if isinstance(process, LinkEnd) and process.over is not None:
        channels = [words_over(process, channel) for channel in process.channels]
        return np.asarray(process.over.cycles(channels, process.clock))
    words = [np.asarray(prod(c.frame)) // lanes_in for c in process.inputs]
    words += [np.asarray(prod(c.frame)) // lanes_out for c in process.outputs]
    return np.maximum.reduce(np.broadcast_arrays(*words))


def _channel(space: Space, value: SSAValue, reader: Process, vendor: str) -> CostTable:
    """What carries words from one process to another: a channel, and a repack with one more."""
    given, taken = space.ends[producer(value)].output, space.ends[reader].input
    channel, lanes = channel_of(value), space.widths[given]
    if given == taken:
        return CostTable(
            value, (given,), prod(channel.frame) // lanes, fifo(vendor, channel, lanes)
        )
    choices = (min(given, taken), max(given, taken))
    before, behind = (on_axis(space.widths[choice], choice, choices) for choice in (given, taken))
    return CostTable(value, choices, *channel_cost(vendor, channel, before, behind))


def channel_cost(
    vendor: str, channel: ChannelType, before: Widths, behind: Widths
) -> tuple[Counts, Use]:
    """The cycles and the use of a channel that is written and read in words of some widths."""
    before, behind = np.broadcast_arrays(before, behind)
    second = np.where(before == behind, 0, fifo(vendor, channel, behind))
    use = fifo(vendor, channel, before) + repack_cost(vendor, channel, before, behind) + second
    return prod(channel.frame) // np.minimum(before, behind), use
