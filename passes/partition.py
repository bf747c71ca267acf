"""`partition`: a design becomes several, one for each of some devices in a row."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.exceptions import PassFailedException, VerifyException

from ..hardware.estimate import name_of
from ..hardware.resources.device import Device, DeviceError, device_named
from ..hardware.search.explore import Choices
from ..hardware.search.partition import Partitioner, PartitionPlan, Unpartitionable
from ..hardware.search.space import producer, source_before_repacks
from ..hardware.search.tiling import cycles_of_frame
from ..qdialect.stream import ChannelType, DesignOp, LinkAttr, Process, RunOp, SinkOp, SourceOp
from ..qdialect.stream.design import check_clock, frame_tensor
from ..qdialect.stream.flow import RepackOp
from ..qdialect.stream.ports import LinkEnd
from ..qdialect.stream.types import channel_of
from .designs import designs_for, designs_of
from .tile.folding_file import read_folding
from .tile.layer_folding import (
    FoldingError,
    LayerFolding,
    check_names,
    fixed_by,
    foldable_layers,
    folding_of,
)
from .tile.tile import Goal, open_space, tile_design

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class PartitionPass(ModulePass):
    """Cuts a design into a part for each of some devices in a row, and folds each part for its own.

    Before:

        %y = stream.run @design %x : (tensor<1x32x32x3xui8>) -> tensor<1x10xsi9>

    After:

        %0 = stream.run @design_0 %x : (tensor<1x32x32x3xui8>) -> tensor<1x14x14x64xui2>
        %y = stream.run @design_1 %0 : (tensor<1x14x14x64xui2>) -> tensor<1x10xsi9>

    The parts are the fastest that fit, or reach a rate; then the devices are filled evenly; then as
    little as can be crosses the links. Frames enter at the first device, and results leave at the
    last; what crosses several cuts passes the devices between.
    """

    name = "partition"

    devices: tuple[str, ...]
    """Devices in a row, by name or by their TOML files."""
    link_bits: int
    """What a link between two of them carries at a beat."""
    link_mhz: float
    """Beats of a link, in millions a second."""
    link_ns: float = 500.0
    """How long a beat is on its way: about what a transceiver at each end takes."""
    target_fps: float | None = None
    """Frames a second to reach; as many as can be, if none is given."""
    clock_mhz: float | None = None
    """The clock of all devices; that of the slowest one, if none is given."""
    folding: str | None = None
    """A folding file: what it gives is not chosen any more."""
    fewest: bool = False
    """No more of the devices, from the first on, than are needed."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        designs = designs_for(self.name, op)
        try:
            if self.target_fps is not None and self.target_fps <= 0:
                raise ValueError(f"target-fps is a number above 0, not {self.target_fps:g}")
            row = DeviceChain(
                [device_named(name) for name in self.devices],
                LinkAttr(self.link_bits, self.link_mhz, self.link_ns),
                self.target_fps,
                self.clock_mhz,
                self.fewest,
            )
            folds = read_folding(self.folding) if self.folding else {}
            check_names(designs, folds)
            for design in designs:
                own = foldable_layers(design).keys() & folds.keys()
                partition_design(design, row, {name: folds[name] for name in own})
        except (DeviceError, VerifyException, ValueError) as error:
            raise PassFailedException(f"partition: {error}") from None
        except FoldingError as error:
            raise PassFailedException(f"{self.folding or self.name}: {error}") from None


@dataclass(frozen=True)
class DeviceChain:
    """Devices in a row, what joins them, and what a design on them is to reach."""

    devices: Sequence[Device]
    link: LinkAttr
    fps: float | None = None
    clock_mhz: float | None = None
    fewest: bool = False

    @property
    def clock(self) -> float:
        """Of all devices."""
        if self.clock_mhz is None:
            return min(device.clock_mhz for device in self.devices)
        check_clock(self.clock_mhz)
        return self.clock_mhz

    @property
    def cycles(self) -> int | None:
        """Of a frame, at most."""
        return None if self.fps is None else cycles_of_frame(self.clock, self.fps)


def partition_design(
    design: DesignOp, row: DeviceChain, folds: Mapping[str, LayerFolding] | None = None
) -> list[DesignOp]:
    """Puts the parts of a design in its place; layers that are folded stay as they are."""
    if any(isinstance(p, LinkEnd) and p.over is not None for p in design.processes):
        raise PassFailedException("partition: the design has links already")
    check_names([design], folds or {})
    folds = {**_folded(design), **(folds or {})}
    vendors = dict.fromkeys(device.vendor for device in row.devices)
    spaces = {vendor: open_space(design, vendor) for vendor in vendors}
    choices = {v: Choices(s, fixed_by(design, s, folds)) for v, s in spaces.items()}
    partitioner = Partitioner(design, row.devices, row.link, row.clock, choices)
    try:
        plan = partitioner.plan(row.cycles, row.fewest)
    except Unpartitionable as error:
        asked = "" if row.fps is None else f" for {row.fps:g} frames/s"
        raise PassFailedException(f"partition: there are no parts{asked}: {error}") from None
    _tell(partitioner, plan, row)
    parts = cut(design, plan.parts, row)
    fps = row.clock * 1e6 / plan.cycles
    for part, device in zip(parts, row.devices, strict=False):
        own = foldable_layers(part).keys() & folds.keys()
        goal = Goal(device, row.clock, fps)
        tile_design(part, goal, {name: folds[name] for name in own})
    return parts


def _folded(design: DesignOp) -> dict[str, LayerFolding]:
    """The foldings of a design that somebody folded."""
    if design.clock_mhz is None and design.device is None:
        return {}
    return {name: folding_of(found[0]) for name, found in foldable_layers(design).items()}


def _tell(partitioner: Partitioner, plan: PartitionPlan, row: DeviceChain) -> None:
    """Says what the parts come to, and how good they are known to be."""
    sent, link = sum(plan.bits), row.link
    rate = partitioner.clock_mhz * 1e6 / plan.cycles
    gbit_s = [f"{bits * rate / 1e9:.3g}" for bits in plan.bits]
    used = f"{len(plan.parts)} of {len(row.devices)} devices"
    over = f"; {', '.join(gbit_s)} of {link.gbit_s:.3g} Gbit/s over the links" if gbit_s else ""
    best = ""
    if row.fps is None and 0 < plan.least_cycles < plan.cycles:
        best += f"; fewer than {plan.least_cycles:,} cycles are impossible"
    if sent > plan.least_bits:
        best += f"; at most {sent / plan.least_bits - 1:.0%} more than the least bits"
    LOG.info("partition: %s: %s%s%s", used, partitioner.rate(plan.cycles), over, best)


def cut(design: DesignOp, parts: Sequence[Sequence[Process]], row: DeviceChain) -> list[DesignOp]:
    """Puts the parts of a design, none of which is folded yet, in its place."""
    stages = {process: number for number, part in enumerate(parts) for process in part}
    cutting = Cutter(row, [Block() for _ in parts], {end.port.data for end in _ends(design)})
    for process in design.processes:
        if not isinstance(process, RepackOp):
            cutting.add(process, stages[process])
    module, name = design.parent_op(), design.sym_name.data
    assert isinstance(module, ModuleOp)
    names = {op.sym_name.data for op in designs_of(module)}
    found = [
        DesignOp(_unique(f"{name}_{number}", names), Region(block), device.name, row.clock)
        for number, (block, device) in enumerate(zip(cutting.blocks, row.devices, strict=False))
    ]
    runs = [op for op in module.walk() if isinstance(op, RunOp)]
    runs = [run for run in runs if run.design.string_value() == name] or [_run_alone(design)]
    for run in runs:
        _run_parts(run, design, found)
    Rewriter.replace_op(design, found, [])
    return found


def _ends(design: DesignOp) -> list[SourceOp | SinkOp]:
    return [*design.sources, *design.sinks]


def _unique(name: str, taken: set[str]) -> str:
    """A name that is not taken; from now on it is."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _run_alone(design: DesignOp) -> RunOp:
    """A run of a design that nothing runs, in a function of its name."""
    inputs, outputs = (
        [frame_tensor(channel_of(value)) for value in values]
        for values in ([s.output for s in design.sources], [s.x for s in design.sinks])
    )
    function = FuncOp(design.sym_name.data, (inputs, outputs))
    for arg, source in zip(function.args, design.sources, strict=True):
        arg.name_hint = source.output.name_hint
    run = RunOp(design.sym_name.data, function.args, outputs)
    function.body.block.add_ops([run, ReturnOp(*run.results)])
    Rewriter.insert_op(function, InsertPoint.before(design))
    return run


def _run_parts(run: RunOp, design: DesignOp, parts: Sequence[DesignOp]) -> None:
    """Runs part after part where the whole was run."""
    ports = [source.port.data for source in design.sources]
    values = dict[str, SSAValue](zip(ports, run.frames, strict=True))
    new: list[RunOp] = []
    for part in parts:
        frames = [values[source.port.data] for source in part.sources]
        types = [frame_tensor(channel_of(sink.x)) for sink in part.sinks]
        new.append(RunOp(part.sym_name.data, frames, types))
        for sink, result in zip(part.sinks, new[-1].results, strict=True):
            result.name_hint = sink.x.name_hint
            values[sink.port.data] = result
    Rewriter.replace_op(run, new, [values[sink.port.data] for sink in design.sinks])


@dataclass
class Cutter:
    """Parts that grow process by process."""

    row: DeviceChain
    blocks: list[Block]
    ports: set[str]
    """Names that are taken."""
    here: list[dict[SSAValue, SSAValue]] = field(init=False)
    """On each device the channels that were brought there."""

    def __post_init__(self) -> None:
        self.here = [{} for _ in self.blocks]

    def add(self, process: Process, stage: int) -> None:
        """Adds a process behind all that it reads from."""
        for value in process.operands:
            brought = self.route(source_before_repacks(value), stage)
            self.here[stage][value] = self.repacked(brought, channel_of(value), stage)
        self.blocks[stage].add_op(process.clone(self.here[stage]))

    def route(self, value: SSAValue, stage: int) -> SSAValue:
        """A channel on a device, over as many links as lie between."""
        if value not in self.here[stage]:
            before = self.route(value, stage - 1)
            channel, link = channel_of(value).with_depth(0), self.row.link
            channel = channel.with_lanes(link.lanes(channel, self.row.clock))
            port = _unique(f"{name_of(producer(value))}_to_{stage}", self.ports)
            sent = self.repacked(before, channel, stage - 1)
            self.blocks[stage - 1].add_op(SinkOp(port, sent, link))
            source = SourceOp(port, channel, link)
            source.output.name_hint = value.name_hint
            self.blocks[stage].add_op(source)
            self.here[stage][value] = source.output
        return self.here[stage][value]

    def repacked(self, value: SSAValue, wanted: ChannelType, stage: int) -> SSAValue:
        """A channel in the words, and the frames, of another."""
        channel = channel_of(value)
        if (channel.frame, channel.lanes) == (wanted.frame, wanted.lanes):
            return value
        repack = RepackOp(value, wanted.lanes.data, wanted.frame)
        repack.output.name_hint = value.name_hint
        self.blocks[stage].add_op(repack)
        return repack.output
