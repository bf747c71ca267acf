"""Processes that carry data, and the design around them: source, sink, fork, concat, split,
repack, link."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.dialects.builtin import (
    FloatAttr,
    StringAttr,
    SymbolNameConstraint,
    SymbolRefAttr,
    TensorType,
    f64,
)
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.traits import (
    CallableOpInterface,
    IsolatedFromAbove,
    NoTerminator,
    SymbolOpInterface,
    SymbolTable,
)
from xdsl.utils.exceptions import VerifyException

from ..data import Array
from ..qnn.base import require, text_of
from .links import LinkAttr
from .process import (
    Counts,
    Process,
    each_word,
    same_elements,
    same_frames,
    same_lanes,
    whole_pixels,
)
from .types import ChannelType, channel_of


class DesignIsCallable(CallableOpInterface):
    """A design is called with the frames of its sources."""

    @classmethod
    def get_callable_region(cls, op: Operation) -> Region:
        assert isinstance(op, DesignOp)
        return op.body

    @classmethod
    def get_argument_types(cls, op: Operation) -> tuple[Attribute, ...]:
        assert isinstance(op, DesignOp)
        return tuple(source.output.type for source in op.sources)

    @classmethod
    def get_result_types(cls, op: Operation) -> tuple[Attribute, ...]:
        assert isinstance(op, DesignOp)
        return tuple(sink.x.type for sink in op.sinks)


CLOCKS_MHZ = 1, 1000
"""The slowest clock and the fastest one of any FPGA."""


def check_clock(mhz: float) -> None:
    """Refuses a clock that no FPGA has."""
    slowest, fastest = CLOCKS_MHZ
    if not slowest <= mhz <= fastest:
        raise ValueError(f"a clock is from {slowest} to {fastest} MHz, not {mhz:g}")


@irdl_op_definition
class DesignOp(IRDLOperation):
    """A streaming design: processes joined by channels, for one device at one clock.

    stream.design @main device "zu3eg" attributes {clock_mhz = 200.0 : f64} {
      %x = stream.source "image" : !stream.channel<32x32x3xui8, lanes = 3>
      ...
      stream.sink "scores" %y : !stream.channel<10xsi9, lanes = 1>
    }
    """

    name = "stream.design"

    sym_name = prop_def(SymbolNameConstraint())
    device = opt_prop_def(StringAttr)
    clock_mhz = opt_prop_def(FloatAttr.constr(f64))
    body = region_def("single_block")

    irdl_options = (ParsePropInAttrDict(),)
    traits = traits_def(
        SymbolOpInterface(), NoTerminator(), IsolatedFromAbove(), DesignIsCallable()
    )

    assembly_format = "$sym_name (`device` $device^)? attr-dict-with-keyword $body"

    def __init__(
        self, name: str, body: Region, device: str | None = None, clock_mhz: float | None = None
    ):
        super().__init__(
            properties={
                "sym_name": StringAttr(name),
                "device": None if device is None else StringAttr(device),
                "clock_mhz": None if clock_mhz is None else FloatAttr(clock_mhz, f64),
            },
            regions=[body],
        )

    @property
    def processes(self) -> list[Process]:
        return [op for op in self.body.block.ops if isinstance(op, Process)]

    @property
    def sources(self) -> "list[SourceOp]":
        return [op for op in self.processes if isinstance(op, SourceOp)]

    @property
    def sinks(self) -> "list[SinkOp]":
        return [op for op in self.processes if isinstance(op, SinkOp)]

    def verify_(self) -> None:
        for op in self.body.block.ops:
            if not isinstance(op, Process):
                raise VerifyException(f"stream.design: {op.name} is no process")
        if self.clock_mhz is not None:
            try:
                check_clock(self.clock_mhz.value.data)
            except ValueError as error:
                raise VerifyException(f"stream.design: {error}") from None
        if self.body.block.args:
            raise VerifyException("stream.design: frames enter by a stream.source, not an argument")
        ends = [op for op in self.processes if isinstance(op, LinkEnd) and op.over is not None]
        if ends and self.clock_mhz is None:
            raise VerifyException("stream.design: with links it needs a clock_mhz")
        for end in ends:
            if any(other.over != end.over for other in end.beside):
                raise VerifyException(f"stream.design: {end.name}: what shares a link is over one")
        ports = [op.properties.get("port") for op in (*self.sources, *self.sinks)]
        for port in ports:
            if ports.count(port) > 1:
                raise VerifyException(f"stream.design: two ports have the name {port}")


class LinkEnd(Process, ABC):
    """A process that may stand at a link to another device.

    It takes the time that the link takes for a frame of all channels which share it.
    """

    over = opt_prop_def(LinkAttr)
    """The link; none leads to the host, or to nowhere else."""

    @property
    @abstractmethod
    def beside(self) -> "list[LinkEnd]":
        """All ends that share its link, and itself."""

    @property
    def design(self) -> "DesignOp":
        design = self.parent_op()
        assert isinstance(design, DesignOp)
        return design

    @property
    def clock(self) -> float:
        """Of its design, in MHz; a design with links has one."""
        assert self.design.clock_mhz is not None
        return self.design.clock_mhz.value.data

    @property
    def channels(self) -> list[ChannelType]:
        """What passes its link."""
        return [(*end.inputs, *end.outputs)[0] for end in self.beside]

    @property
    def interval(self) -> int:
        if self.over is None:
            return super().interval
        return self.over.cycles(self.channels, self.clock)


@irdl_op_definition
class SourceOp(LinkEnd):
    """Where frames enter the design: from the host, or over a link from another device.

    %x = stream.source "image" : !stream.channel<32x32x3xui8, lanes = 3>
    %y = stream.source "Conv_3_to_1" over <bits = 64, mhz = 156.25> :
        !stream.channel<8x8x64xui2, lanes = 32>
    """

    name = "stream.source"

    port = prop_def(StringAttr)
    """The name of the input."""
    output = result_def(ChannelType)

    assembly_format = "$port (`over` $over^)? attr-dict `:` type($output)"

    def __init__(self, port: str, output: ChannelType, over: LinkAttr | None = None):
        properties = {"port": StringAttr(port), "over": over}
        super().__init__(properties=properties, result_types=[output])

    @property
    def beside(self) -> list[LinkEnd]:
        return [source for source in self.design.sources if source.over is not None]

    def check(self) -> None:
        pass

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return []

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return frames


@irdl_op_definition
class SinkOp(LinkEnd):
    """Where results leave the design: to the host, or over a link to another device.

    stream.sink "scores" %y : !stream.channel<10xsi9, lanes = 1>
    stream.sink "Conv_3_to_1" %y over <bits = 64, mhz = 156.25> :
        !stream.channel<8x8x64xui2, lanes = 32>
    """

    name = "stream.sink"

    port = prop_def(StringAttr)
    """The name of the output."""
    x = operand_def(ChannelType)

    assembly_format = "$port $x (`over` $over^)? attr-dict `:` type($x)"

    def __init__(self, port: str, x: SSAValue | Operation, over: LinkAttr | None = None):
        super().__init__(operands=[x], properties={"port": StringAttr(port), "over": over})

    @property
    def beside(self) -> list[LinkEnd]:
        return [sink for sink in self.design.sinks if sink.over is not None]

    def check(self) -> None:
        pass

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return ()


@irdl_op_definition
class ForkOp(Process):
    """Copies every word to each of its readers.

    %a, %b = stream.fork %x : (!stream.channel<8x8x16xui2, lanes = 4>)
        -> (!stream.channel<8x8x16xui2, lanes = 4>, !stream.channel<8x8x16xui2, lanes = 4>)
    """

    name = "stream.fork"

    x = operand_def(ChannelType)
    copies = var_result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, readers: int = 2):
        channel = channel_of(SSAValue.get(x)).with_depth(0)
        super().__init__(operands=[x], result_types=[[channel] * readers])

    def check(self) -> None:
        require(len(self.copies) >= 2, "a fork has at least two readers")
        same_elements(*self.inputs, *self.outputs)
        same_frames(*self.inputs, *self.outputs)
        same_lanes(*self.inputs, *self.outputs)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return tuple(frames[0] for _ in self.copies)


@irdl_op_definition
class ConcatOp(Process):
    """Joins the channels of several images, pixel by pixel.

    %y = stream.concat %a, %b : (!stream.channel<8x8x16xui2, lanes = 4>,
        !stream.channel<8x8x8xui2, lanes = 4>) -> !stream.channel<8x8x24xui2, lanes = 4>
    """

    name = "stream.concat"

    parts = var_operand_def(ChannelType)
    output = result_def(ChannelType)

    assembly_format = "$parts attr-dict `:` functional-type(operands, results)"

    def __init__(self, parts: Sequence[SSAValue]):
        channels = [channel_of(part) for part in parts]
        first = channels[0]
        depth = sum(channel.frame[-1] for channel in channels)
        joined = ChannelType((*first.frame[:-1], depth), first.element, first.lanes.data)
        super().__init__(operands=[parts], result_types=[joined])

    def check(self) -> None:
        require(len(self.parts) >= 2, "a concat has at least two inputs")
        check_parts(self.inputs, self.outputs[0])

    def needs(self, output: int = 0) -> Sequence[Counts]:
        order = turns(self.inputs)
        return [np.cumsum(order == number) for number in range(len(self.parts))]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return (np.concatenate(frames, -1),)


@irdl_op_definition
class SplitOp(Process):
    """Parts the channels of an image, pixel by pixel.

    %a, %b = stream.split %x : (!stream.channel<8x8x24xui2, lanes = 4>)
        -> (!stream.channel<8x8x16xui2, lanes = 4>, !stream.channel<8x8x8xui2, lanes = 4>)
    """

    name = "stream.split"

    x = operand_def(ChannelType)
    parts = var_result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, sizes: Sequence[int]):
        channel = channel_of(SSAValue.get(x))
        types = [
            ChannelType((*channel.frame[:-1], size), channel.element, channel.lanes.data)
            for size in sizes
        ]
        super().__init__(operands=[x], result_types=[types])

    def check(self) -> None:
        require(len(self.parts) >= 2, "a split has at least two outputs")
        check_parts(self.outputs, self.inputs[0])

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [np.flatnonzero(turns(self.outputs) == output) + 1]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        cuts = np.cumsum([channel.frame[-1] for channel in self.outputs])[:-1]
        return tuple(np.split(frames[0], cuts, -1))


@irdl_op_definition
class RepackOp(Process):
    """Cuts the same elements into words of another width, or frames of another shape.

    %y = stream.repack %x : (!stream.channel<8x8x16xui2, lanes = 4>)
        -> !stream.channel<8x8x16xui2, lanes = 8>
    """

    name = "stream.repack"

    x = operand_def(ChannelType)
    output = result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, lanes: int, frame: Sequence[int] | None = None):
        channel = channel_of(SSAValue.get(x))
        repacked = ChannelType(frame or channel.frame, channel.element, lanes)
        super().__init__(operands=[x], result_types=[repacked])

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        same_elements(x, y)
        require(
            prod(x.frame) == prod(y.frame),
            f"{text_of(x.frame)} and {text_of(y.frame)} differ in size",
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (y,) = self.inputs, self.outputs
        elements = np.arange(1, y.words + 1, dtype=np.int64) * y.lanes.data
        return [-(-elements // x.lanes.data)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return (frames[0].reshape(len(frames[0]), *self.outputs[0].frame),)


@irdl_op_definition
class LinkOp(LinkEnd):
    """Carries a stream to another device; without a link's rate, a word a cycle.

    %y = stream.link %x to "second" over <bits = 64, mhz = 156.25> :
        (!stream.channel<8x8x16xui2, lanes = 4>) -> !stream.channel<8x8x16xui2, lanes = 4>
    """

    name = "stream.link"

    x = operand_def(ChannelType)
    to = prop_def(StringAttr)
    """The device on which the processes behind the link are."""
    output = result_def(ChannelType)

    assembly_format = (
        "$x `to` $to (`over` $over^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(self, x: SSAValue | Operation, to: str, over: LinkAttr | None = None):
        channel = channel_of(SSAValue.get(x)).with_depth(0)
        properties = {"to": StringAttr(to), "over": over}
        super().__init__(operands=[x], properties=properties, result_types=[channel])

    @property
    def beside(self) -> list[LinkEnd]:
        links = [op for op in self.design.processes if isinstance(op, LinkOp)]
        return [link for link in links if link.over is not None and link.to == self.to]

    @property
    def delay(self) -> int:
        """Cycles that a word is on its way."""
        return 0 if self.over is None else self.over.latency(self.clock)

    def check(self) -> None:
        same_elements(*self.inputs, *self.outputs)
        same_frames(*self.inputs, *self.outputs)
        same_lanes(*self.inputs, *self.outputs)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return frames


@irdl_op_definition
class RunOp(IRDLOperation):
    """Sends frames through a design: where the host's program and the hardware meet.

    %y = stream.run @design %x : (tensor<1x32x32x3xui8>) -> tensor<1x10xsi9>
    """

    name = "stream.run"

    design = prop_def(SymbolRefAttr)
    frames = var_operand_def(TensorType)
    results_ = var_result_def(TensorType)

    irdl_options = (ParsePropInAttrDict(),)

    assembly_format = "$design $frames attr-dict `:` functional-type(operands, results)"

    def __init__(
        self, design: str, frames: Sequence[SSAValue], results: Sequence[TensorType[Attribute]]
    ):
        super().__init__(
            operands=[frames],
            properties={"design": SymbolRefAttr(design)},
            result_types=[results],
        )

    def verify_(self) -> None:
        design = SymbolTable.lookup_symbol(self, self.design)
        if not isinstance(design, DesignOp):
            raise VerifyException(f"stream.run: there is no design {self.design}")
        taken = [source.output for source in design.sources]
        given = [sink.x for sink in design.sinks]
        for what, values, channels in (
            ("takes", self.frames, taken),
            ("gives", self.results_, given),
        ):
            types = [frames_of(channel_of(channel)) for channel in channels]
            if [value.type for value in values] != types:
                wanted = ", ".join(map(str, types))
                raise VerifyException(f"stream.run: {self.design} {what} {wanted}")
        for source, frame in zip(design.sources, self.frames, strict=True):
            if source.over is not None and not _fits(sink_behind(frame), source):
                raise VerifyException(
                    f"stream.run: {self.design} takes {source.port} over a link, and at its other "
                    "end is no sink of this name, over such a link, in such words, at such a clock"
                )
        for sink, result in zip(design.sinks, self.results_, strict=True):
            if sink.over is not None and not _leads_on(result):
                raise VerifyException(
                    f"stream.run: {self.design} gives {sink.port} over a link, which leads to one "
                    "source of another design"
                )


def sink_behind(frame: SSAValue) -> SinkOp | None:
    """The sink that a tensor comes from."""
    run = frame.owner
    if not isinstance(run, RunOp):
        return None
    design = SymbolTable.lookup_symbol(run, run.design)
    return design.sinks[run.results.index(frame)] if isinstance(design, DesignOp) else None


def _fits(sink: SinkOp | None, source: SourceOp) -> bool:
    """Whether two processes are the ends of one link."""
    if sink is None or (sink.port, sink.over) != (source.port, source.over):
        return False
    clocks = sink.design.clock_mhz, source.design.clock_mhz
    channels = channel_of(sink.x).with_depth(0), channel_of(source.output).with_depth(0)
    return clocks[0] == clocks[1] and channels[0] == channels[1]


def _leads_on(result: SSAValue) -> bool:
    """Whether one design, and nobody else, takes a tensor over a link."""
    for use in result.uses:
        run = use.operation
        design = SymbolTable.lookup_symbol(run, run.design) if isinstance(run, RunOp) else None
        if not isinstance(design, DesignOp) or design.sources[use.index].over is None:
            return False
    return len(list(result.uses)) == 1


def frames_of(channel: ChannelType) -> TensorType[Attribute]:
    """The tensor of one frame, with an axis for how many there are."""
    return TensorType(channel.element, (1, *channel.frame))


def check_parts(parts: Sequence[ChannelType], whole: ChannelType) -> None:
    """The parts of a concat or a split make up the whole, in words of the same width."""
    same_elements(whole, *parts)
    same_lanes(whole, *parts)
    depth = sum(part.frame[-1] for part in parts)
    for part in parts:
        require(
            (*part.frame[:-1], depth) == whole.frame,
            f"parts of {', '.join(text_of(part.frame) for part in parts)} "
            f"don't make up {text_of(whole.frame)}",
        )
        whole_pixels(part)


def turns(parts: Sequence[ChannelType]) -> Counts:
    """Which part each word of the whole belongs to."""
    widths = [part.frame[-1] // part.lanes.data for part in parts]
    return np.tile(np.repeat(np.arange(len(parts)), widths), parts[0].words // widths[0])
