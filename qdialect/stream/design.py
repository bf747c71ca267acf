"""`stream.design` and `stream.run`: a design of processes, and the frames that pass through it."""

from collections.abc import Sequence

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
    opt_prop_def,
    prop_def,
    region_def,
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

from .ports import LinkEnd, SinkOp, SourceOp
from .process import Process
from .types import ChannelType, channel_of


class DesignIsCallable(CallableOpInterface):
    """Makes a design callable: its arguments are a tensor for each source, its results one for each
    sink."""

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


CLOCK_RANGE_MHZ = 1, 1000
"""The slowest and the fastest clock of a design on any FPGA, in MHz."""


def check_clock(mhz: float) -> None:
    """Raises ValueError for a clock that no FPGA has."""
    slowest, fastest = CLOCK_RANGE_MHZ
    if not slowest <= mhz <= fastest:
        raise ValueError(f"the clock must be {slowest} to {fastest} MHz, not {mhz:g}")


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
    target = opt_prop_def(StringAttr)
    """The target of `qnn compile` whose cycles the analyses count; by default those of HLS."""
    body = region_def("single_block")

    irdl_options = (ParsePropInAttrDict(),)
    traits = traits_def(
        SymbolOpInterface(), NoTerminator(), IsolatedFromAbove(), DesignIsCallable()
    )

    assembly_format = "$sym_name (`device` $device^)? attr-dict-with-keyword $body"

    def __init__(
        self,
        name: str,
        body: Region,
        device: str | None = None,
        clock_mhz: float | None = None,
        target: StringAttr | None = None,
    ):
        super().__init__(
            properties={
                "sym_name": StringAttr(name),
                "device": None if device is None else StringAttr(device),
                "clock_mhz": None if clock_mhz is None else FloatAttr(clock_mhz, f64),
                "target": target,
            },
            regions=[body],
        )

    @property
    def processes(self) -> list[Process]:
        return [op for op in self.body.block.ops if isinstance(op, Process)]

    @property
    def sources(self) -> list[SourceOp]:
        return [op for op in self.processes if isinstance(op, SourceOp)]

    @property
    def sinks(self) -> list[SinkOp]:
        return [op for op in self.processes if isinstance(op, SinkOp)]

    def verify_(self) -> None:
        for op in self.body.block.ops:
            if not isinstance(op, Process):
                raise VerifyException(f"stream.design: {op.name} is not a process")
        if self.clock_mhz is not None:
            try:
                check_clock(self.clock_mhz.value.data)
            except ValueError as error:
                raise VerifyException(f"stream.design: {error}") from None
        if self.body.block.args:
            raise VerifyException(
                "stream.design: it must have no arguments: frames enter through stream.source"
            )
        ends = [op for op in self.processes if isinstance(op, LinkEnd) and op.over is not None]
        if ends and self.clock_mhz is None:
            raise VerifyException("stream.design: a design with links needs a clock_mhz")
        for end in ends:
            if any(other.over != end.over for other in end.link_ends):
                raise VerifyException(
                    f"stream.design: {end.name}: all ports that share a link must have the same "
                    "link attribute"
                )
        ports = [op.properties.get("port") for op in (*self.sources, *self.sinks)]
        for port in ports:
            if ports.count(port) > 1:
                raise VerifyException(f"stream.design: two ports have the name {port}")


@irdl_op_definition
class RunOp(IRDLOperation):
    """Sends frames through a design: the call from the host's program to the hardware.

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
        inputs = [source.output for source in design.sources]
        outputs = [sink.x for sink in design.sinks]
        for what, values, channels in (
            ("operands", self.frames, inputs),
            ("results", self.results_, outputs),
        ):
            types = [frame_tensor(channel_of(channel)) for channel in channels]
            if [value.type for value in values] != types:
                wanted = ", ".join(map(str, types))
                raise VerifyException(f"stream.run: the {what} of {self.design} must be {wanted}")
        for source, frame in zip(design.sources, self.frames, strict=True):
            if source.over is not None and not _are_link_ends(sink_of(frame), source):
                raise VerifyException(
                    f"stream.run: source {source.port} of {self.design} has no matching sink: both "
                    "ends of a link need the same name, link, channel type and clock"
                )
        for sink, result in zip(design.sinks, self.results_, strict=True):
            if sink.over is not None and not _is_sent_on(result):
                raise VerifyException(
                    f"stream.run: the result of sink {sink.port} of {self.design} goes over a "
                    "link: its only use must be a source over a link"
                )


def parent_design(process: Process) -> DesignOp:
    """The design that a process belongs to."""
    design = process.parent_op()
    assert isinstance(design, DesignOp)
    return design


def sink_of(frame: SSAValue) -> SinkOp | None:
    """The sink whose frames a tensor holds; None if it is not the result of a run."""
    run = frame.owner
    if not isinstance(run, RunOp):
        return None
    design = SymbolTable.lookup_symbol(run, run.design)
    return design.sinks[run.results.index(frame)] if isinstance(design, DesignOp) else None


def _are_link_ends(sink: SinkOp | None, source: SourceOp) -> bool:
    """Whether a sink and a source are the two ends of one link."""
    if sink is None or (sink.port, sink.over) != (source.port, source.over):
        return False
    clocks = parent_design(sink).clock_mhz, parent_design(source).clock_mhz
    channels = channel_of(sink.x).with_depth(0), channel_of(source.output).with_depth(0)
    return clocks[0] == clocks[1] and channels[0] == channels[1]


def _is_sent_on(result: SSAValue) -> bool:
    """Whether the only use of a tensor is a source at the end of a link."""
    for use in result.uses:
        run = use.operation
        design = SymbolTable.lookup_symbol(run, run.design) if isinstance(run, RunOp) else None
        if not isinstance(design, DesignOp) or design.sources[use.index].over is None:
            return False
    return len(list(result.uses)) == 1


def frame_tensor(channel: ChannelType) -> TensorType[Attribute]:
    """The tensor of one frame; its first axis counts the frames."""
    return TensorType(channel.element, (1, *channel.frame))
