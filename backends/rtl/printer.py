"""A netlist as SystemVerilog.

    source = emit(design)
    source.files["top.sv"]

A channel becomes a FIFO, and an instance a module of its kind. Where a process computes on the
words that it passes, a module that starts iterations is followed by pipelines without stalls.
"""

from collections.abc import Iterator, Sequence
from functools import singledispatch

from ...qdialect.stream import DesignOp
from ...qdialect.types import BipolarType, QuantType, bit_width, value_range
from ..netlist.build import build_netlist
from ..netlist.elements import AddInstance, LookupInstance
from ..netlist.flow import (
    ConcatInstance,
    ForkInstance,
    LinkInstance,
    NarrowInstance,
    PassThroughInstance,
    RegroupInstance,
    SplitInstance,
    WidenInstance,
)
from ..netlist.memories import Memory
from ..netlist.netlist import ActivationStages, Channel, EmitError, Instance
from ..netlist.ports import SinkInstance, SourceInstance
from ..netlist.weighted import MatvecInstance, ThresholdInstance
from ..netlist.windows import CropInstance, PadInstance, PoolInstance, UpsampleInstance
from .memories import path
from .modules import (
    ModuleInstance,
    ParameterValue,
    flow_ports,
    quoted,
    reader_ports,
    type_parameters,
    writer_ports,
)
from .source_files import RtlSource


def emit(design: DesignOp, name: str = "") -> RtlSource:
    """The source files of a design."""
    netlist = build_netlist(design, "xilinx", name)
    modules = {each.name: list(print_instance(each)) for each in netlist.instances}
    return RtlSource(netlist, modules)


@singledispatch
def print_instance(instance: Instance) -> Iterator[ModuleInstance]:
    """The modules of a process."""
    raise EmitError(f"{instance.name!r}: the kind {instance.kind!r} is not available in RTL")


def simple(
    instance: Instance, kind: str = "", **parameters: ParameterValue
) -> Iterator[ModuleInstance]:
    """A module with one input and one output."""
    (x,), (y,) = instance.reads, instance.writes
    ports = {**reader_ports(x), **flow_ports(y), **writer_ports(y)}
    yield ModuleInstance(f"qnn_{kind or instance.kind}", instance.name, parameters, ports)


@print_instance.register
def print_fork(instance: ForkInstance) -> Iterator[ModuleInstance]:
    (x,) = instance.reads
    parameters = {"WIDTH": x.bits, "OUTPUTS": len(instance.writes)}
    yield ModuleInstance("qnn_fork", instance.name, parameters, parts_written(x, instance))


def parts_written(x: Channel, instance: Instance) -> dict[str, str]:
    """The ports of a module with several outputs, which all carry the same word."""
    ports = {port: joined(instance.writes, port) for port in ("room", "take", "push")}
    data = joined(instance.writes, "push_data")
    return {
        **reader_ports(x),
        **{f"out_{port}": signals for port, signals in ports.items()},
        "out_data": data,
    }


def joined(channels: Sequence[Channel], port: str) -> str:
    """The signals of several channels as one vector, the first channel in the lowest bits."""
    return "{" + ", ".join(f"{channel.name}_{port}" for channel in reversed(channels)) + "}"


@print_instance.register
def print_concat(instance: ConcatInstance) -> Iterator[ModuleInstance]:
    (y,) = instance.writes
    parameters: dict[str, ParameterValue] = {
        "WIDTH": y.bits,
        "INPUTS": len(instance.reads),
        "WIDTHS": list(instance.widths),
    }
    ports = {f"in_{port}": joined(instance.reads, port) for port in ("valid", "data", "pop")}
    ports |= {**flow_ports(y), **writer_ports(y)}
    yield ModuleInstance("qnn_concat", instance.name, parameters, ports)


@print_instance.register
def print_split(instance: SplitInstance) -> Iterator[ModuleInstance]:
    (x,) = instance.reads
    parameters: dict[str, ParameterValue] = {
        "WIDTH": x.bits,
        "OUTPUTS": len(instance.writes),
        "WIDTHS": list(instance.widths),
    }
    yield ModuleInstance("qnn_split", instance.name, parameters, parts_written(x, instance))


@print_instance.register(PassThroughInstance)
@print_instance.register(LinkInstance)
def print_pass_through(instance: PassThroughInstance | LinkInstance) -> Iterator[ModuleInstance]:
    return simple(instance, "pass_through", WIDTH=instance.reads[0].bits)


@print_instance.register(WidenInstance)
@print_instance.register(NarrowInstance)
@print_instance.register(RegroupInstance)
def print_repack(instance: Instance) -> Iterator[ModuleInstance]:
    return simple(instance, IN_WIDTH=instance.reads[0].bits, OUT_WIDTH=instance.writes[0].bits)


@print_instance.register
def print_crop(instance: CropInstance) -> Iterator[ModuleInstance]:
    axes = {
        key: [getattr(instance, f"{name}_{axis}") for axis in range(3)]
        for key, name in (("SIZE", "size"), ("START", "start"), ("END", "end"), ("STEP", "step"))
    }
    return simple(instance, WIDTH=instance.reads[0].bits, **axes)


@print_instance.register
def print_pad(instance: PadInstance) -> Iterator[ModuleInstance]:
    bits, lanes = bit_width(instance.element), instance.lanes
    return simple(
        instance,
        WIDTH=instance.reads[0].bits,
        HEIGHT=instance.height,
        PIXELS=instance.width,
        ROWS=instance.rows,
        COLUMNS=instance.columns,
        TOP=instance.top,
        LEFT=instance.left,
        DOWN=instance.down,
        ACROSS=instance.across,
        PIXEL_WORDS=instance.pixel_words,
        VALUE=f"{{{lanes}{{{bits}'d{instance.value}}}}}",
    )


@print_instance.register
def print_upsample(instance: UpsampleInstance) -> Iterator[ModuleInstance]:
    return simple(
        instance,
        WIDTH=instance.reads[0].bits,
        PIXELS=instance.width,
        DOWN=instance.down,
        ACROSS=instance.across,
        PIXEL_WORDS=instance.pixel_words,
    )


@print_instance.register
def print_pool(instance: PoolInstance) -> Iterator[ModuleInstance]:
    return simple(
        instance,
        LANES=instance.lanes,
        PIXELS=instance.pixels,
        STEPS=instance.steps,
        TOTAL=int(instance.total),
        **type_parameters("IN", instance.input),
        OUT_BITS=bit_width(instance.output),
    )


@print_instance.register
def print_add(instance: AddInstance) -> Iterator[ModuleInstance]:
    left, right = instance.reads
    (y,) = instance.writes
    parameters: dict[str, ParameterValue] = {
        "LANES": instance.lanes,
        **type_parameters("LEFT", instance.left),
        **type_parameters("RIGHT", instance.right),
        "OUT_BITS": bit_width(instance.output),
        "LEFT_TIMES": instance.left_times,
        "RIGHT_TIMES": instance.right_times,
    }
    ports = {**reader_ports(left, "left"), **reader_ports(right, "right")}
    ports |= {**flow_ports(y), **writer_ports(y)}
    yield ModuleInstance("qnn_add", instance.name, parameters, ports)


class Pipeline:
    """Modules in a row behind the one that starts the iterations: no word of theirs ever waits."""

    def __init__(self, instance: Instance, data: str):
        """The first module delivers its results as `data` (the name of its port)."""
        (self.channel,) = instance.writes
        self.name = instance.name
        self.push, self.data = f"{self.name}_push", f"{self.name}_{data}"
        self.modules: list[ModuleInstance] = []

    def add(
        self, suffix: str, module: str, parameters: Mapping[str, ParameterValue], bits: int = 0
    ) -> None:
        """Adds a module; its results have so many bits, or are the words of the channel."""
        name = f"{self.name}_{suffix}"
        ports = {"push": self.push, "data": self.data}
        if bits:
            self.push, self.data = f"{name}_push", f"{name}_data"
            wires = {self.push: 1, self.data: bits}
            ports |= {"out_push": self.push, "out_data": self.data}
        else:
            wires, ports = {}, {**ports, **writer_ports(self.channel)}
        self.modules.append(ModuleInstance(module, name, parameters, ports, wires))


def add_activation(
    pipeline: Pipeline, activation: ActivationStages, sum: QuantType, lanes: int, groups: int
) -> None:
    """The bias and the thresholds behind sums; without either, the sums are the words."""
    bias, steps = activation.bias, activation.steps
    common = {"LANES": lanes, "GROUPS": groups}
    if bias is not None:
        parameters: dict[str, ParameterValue] = {
            **common,
            **type_parameters("SUM", sum),
            **type_parameters("BIAS", bias.element),
            "BIAS": quoted(path(bias.memory)),
        }
        pipeline.add("bias", "qnn_bias", parameters, 0 if steps is None else lanes * bit_width(sum))
    if steps is not None:
        pipeline.add("thresholds", "qnn_search" if steps.searched else "qnn_thresholds", {})


def starts_iterations(instance: Instance, data: str) -> ModuleInstance:
    """The module before a pipeline that passes words on; it delivers them as `data`."""
    (x,), (y,) = instance.reads, instance.writes
    push, words = f"{instance.name}_push", f"{instance.name}_{data}"
    ports = {**reader_ports(x), **flow_ports(y), "out_push": push, "out_data": words}
    return ModuleInstance(
        "qnn_pass_through", instance.name, {"WIDTH": x.bits}, ports, {push: 1, words: x.bits}
    )
