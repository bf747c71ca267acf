"""Replaces a design by one for each device, with a pair of link ends for each channel cut."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from ...hardware.estimate import name_of
from ...hardware.search.space import producer, source_before_repacks
from ...qdialect.stream import ChannelType, DesignOp, Process, RunOp, SinkOp, SourceOp
from ...qdialect.stream.design import frame_tensor
from ...qdialect.stream.flow import RepackOp
from ...qdialect.stream.types import channel_of
from ..designs import designs_of
from .device_chain import DeviceChain


def cut_design(
    design: DesignOp, parts: Sequence[Sequence[Process]], chain: DeviceChain
) -> list[DesignOp]:
    """Replaces a design by its parts, one for each device from the first on.

    `parts` are the processes of each device, without repacks. The designs are not folded yet.
    """
    stages = {process: number for number, part in enumerate(parts) for process in part}
    ports = {end.port.data for end in (*design.sources, *design.sinks)}
    cutter = Cutter(chain, [Block() for _ in parts], ports)
    for process in design.processes:
        if not isinstance(process, RepackOp):
            cutter.add(process, stages[process])
    module, name = design.parent_op(), design.sym_name.data
    assert isinstance(module, ModuleOp)
    names = {op.sym_name.data for op in designs_of(module)}
    found = [
        DesignOp(
            _reserve_name(f"{name}_{number}", names),
            Region(block),
            device.name,
            chain.clock,
            design.target,
        )
        for number, (block, device) in enumerate(zip(cutter.blocks, chain.devices, strict=False))
    ]
    runs = [op for op in module.walk() if isinstance(op, RunOp)]
    runs = [run for run in runs if run.design.string_value() == name] or [_add_run(design)]
    for run in runs:
        _replace_run(run, design, found)
    Rewriter.replace_op(design, found, [])
    return found


def _reserve_name(name: str, reserved: set[str]) -> str:
    """A name that is not reserved yet; now it is."""
    while name in reserved:
        name += "_"
    reserved.add(name)
    return name


def _add_run(design: DesignOp) -> RunOp:
    """Adds a function that runs a design which nothing runs yet."""
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


def _replace_run(run: RunOp, design: DesignOp, parts: Sequence[DesignOp]) -> None:
    """Runs the parts one after another, in place of the design."""
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
    """Builds the designs of all devices, process by process in the order of the data."""

    chain: DeviceChain
    blocks: list[Block]
    """The processes of each device so far."""
    ports: set[str]
    """Port names in use."""
    channels: list[dict[SSAValue, SSAValue]] = field(init=False)
    """For each device, the channels of the original design that reach it, and their copies."""

    def __post_init__(self) -> None:
        self.channels = [{} for _ in self.blocks]

    def add(self, process: Process, stage: int) -> None:
        """Adds a process to a device; the processes that it reads from were added before."""
        for value in process.operands:
            routed = self.route(source_before_repacks(value), stage)
            self.channels[stage][value] = self.repack(routed, channel_of(value), stage)
        self.blocks[stage].add_op(process.clone(self.channels[stage]))

    def route(self, value: SSAValue, stage: int) -> SSAValue:
        """A channel on a device, sent over every link between its writer and that device.

        A channel that is read on several devices crosses each link only once.
        """
        if value not in self.channels[stage]:
            before = self.route(value, stage - 1)
            channel, link = channel_of(value).with_depth(0), self.chain.link
            channel = channel.with_lanes(link.lanes(channel, self.chain.clock))
            port = _reserve_name(f"{name_of(producer(value))}_to_{stage}", self.ports)
            sent = self.repack(before, channel, stage - 1)
            self.blocks[stage - 1].add_op(SinkOp(port, sent, link))
            source = SourceOp(port, channel, link)
            source.output.name_hint = value.name_hint
            self.blocks[stage].add_op(source)
            self.channels[stage][value] = source.output
        return self.channels[stage][value]

    def repack(self, value: SSAValue, wanted: ChannelType, stage: int) -> SSAValue:
        """A channel with the frame and the lanes of another type."""
        channel = channel_of(value)
        if (channel.frame, channel.lanes) == (wanted.frame, wanted.lanes):
            return value
        repack = RepackOp(value, wanted.lanes.data, wanted.frame)
        repack.output.name_hint = value.name_hint
        self.blocks[stage].add_op(repack)
        return repack.output
