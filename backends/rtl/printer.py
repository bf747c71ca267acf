"""A netlist as SystemVerilog.

    source = emit(design)
    source.files["top.sv"]

A channel becomes a FIFO, and an instance a module of its kind. Where a process computes on the
words that it passes, a module that starts iterations is followed by pipelines without stalls.
"""

from collections.abc import Iterator, Mapping, Sequence

from ...hardware.timing.rtl_schedule import rtl_searches_thresholds
from ...qdialect.stream import DesignOp
from ...qdialect.stream.reorder import MAX_LOOPS
from ...qdialect.types import bit_width
from ..netlist.build import build_netlist
from ..netlist.elements import (
    AddInstance,
    FactorInstance,
    LabelSelectInstance,
    LookupInstance,
    MulInstance,
    OffsetInstance,
)
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
from ..netlist.netlist import Channel, Instance
from ..netlist.reorder import ReorderInstance
from ..netlist.scale import ScaleInstance
from ..netlist.weighted import (
    DepthwiseInstance,
    MatvecInstance,
    Multiplier,
    ThresholdInstance,
)
from ..netlist.windows import (
    CropInstance,
    PadInstance,
    PoolInstance,
    UpsampleInstance,
    WindowInstance,
)
from . import ports
from .memories import file_prefix, memory_file
from .modules import (
    ModuleInstance,
    ParameterValue,
    flow_ports,
    in_folder,
    long,
    print_instance,
    reader_ports,
    type_parameters,
    widths,
    writer_ports,
)
from .pipelines import Pipeline, add_thresholds, start_of, weighted_module, weights_reader
from .source_files import RtlSource
from .starts import has_level

KIND_MODULES = (ports,)
"""The modules that register printers when they are imported, beside this one."""


def emit(design: DesignOp, name: str = "") -> RtlSource:
    """The source files of a design."""
    netlist = build_netlist(design, "xilinx", name, rtl_searches_thresholds)
    modules = {each.name: list(print_instance(each)) for each in netlist.instances}
    iterations = sum(process.interval for process in design.processes)
    return RtlSource(netlist, modules, iterations)


def simple(instance: Instance, **parameters: ParameterValue) -> Iterator[ModuleInstance]:
    """The module of a kind, with one input and one output."""
    return one_to_one(f"qnn_{instance.kind}", instance, parameters)


def one_to_one(
    module: str, instance: Instance, parameters: Mapping[str, ParameterValue]
) -> Iterator[ModuleInstance]:
    (x,), (y,) = instance.reads, instance.writes
    ports = {**reader_ports(x), **flow_ports(y), **writer_ports(y)}
    yield ModuleInstance(module, instance.name, parameters, ports)


@print_instance.register
def print_fork(instance: ForkInstance) -> Iterator[ModuleInstance]:
    (x,) = instance.reads
    parameters = {"WIDTH": x.bits, "OUTPUTS": len(instance.writes)}
    ports, wires, after = several_outputs(instance)
    yield ModuleInstance("qnn_fork", instance.name, parameters, ports, wires, after)


@print_instance.register
def print_split(instance: SplitInstance) -> Iterator[ModuleInstance]:
    (x,) = instance.reads
    parameters: dict[str, ParameterValue] = {
        "WIDTH": x.bits,
        "OUTPUTS": len(instance.writes),
        "WIDTHS": widths(instance.widths),
    }
    ports, wires, after = several_outputs(instance)
    yield ModuleInstance("qnn_split", instance.name, parameters, ports, wires, after)


def several_outputs(instance: Instance) -> tuple[dict[str, str], dict[str, int], list[str]]:
    """The ports of a module whose outputs all carry the same word, the wire of this word, and the
    statements that connect it."""
    (x,), data = instance.reads, f"{instance.name}_data"
    ports = {
        **reader_ports(x),
        **{f"out_{port}": joined(instance.writes, port) for port in ("room", "take", "push")},
        "out_data": data,
    }
    after = [f"assign {channel.name}_push_data = {data};" for channel in instance.writes]
    return ports, {data: x.bits}, after


def joined(channels: Sequence[Channel], port: str) -> str:
    """The signals of several channels as one vector, the first channel in the lowest bits."""
    return "{" + ", ".join(f"{channel.name}_{port}" for channel in reversed(channels)) + "}"


@print_instance.register
def print_concat(instance: ConcatInstance) -> Iterator[ModuleInstance]:
    (y,) = instance.writes
    parameters: dict[str, ParameterValue] = {
        "WIDTH": y.bits,
        "INPUTS": len(instance.reads),
        "WIDTHS": widths(instance.widths),
    }
    ports = {f"in_{port}": joined(instance.reads, port) for port in ("valid", "data", "pop")}
    ports |= {**flow_ports(y), **writer_ports(y)}
    yield ModuleInstance("qnn_concat", instance.name, parameters, ports)


@print_instance.register
def print_pass_through(instance: PassThroughInstance) -> Iterator[ModuleInstance]:
    return one_to_one("qnn_pass_through", instance, {"WIDTH": instance.reads[0].bits})


@print_instance.register
def print_link(instance: LinkInstance) -> Iterator[ModuleInstance]:
    return simple(
        instance,
        WIDTH=instance.reads[0].bits,
        WORDS=instance.words,
        CYCLES=instance.cycles,
        DELAY=instance.delay,
    )


@print_instance.register(WidenInstance)
@print_instance.register(NarrowInstance)
@print_instance.register(RegroupInstance)
def print_repack(instance: Instance) -> Iterator[ModuleInstance]:
    return simple(instance, IN_WIDTH=instance.reads[0].bits, OUT_WIDTH=instance.writes[0].bits)


@print_instance.register
def print_crop(instance: CropInstance) -> Iterator[ModuleInstance]:
    axes: dict[str, ParameterValue] = {
        key: [getattr(instance, f"{name}_{axis}") for axis in range(3)]
        for key, name in (("SIZE", "size"), ("START", "start"), ("END", "end"), ("STEP", "step"))
    }
    return simple(instance, WIDTH=instance.reads[0].bits, **axes)


@print_instance.register
def print_reorder(instance: ReorderInstance) -> Iterator[ModuleInstance]:
    return simple(
        instance,
        WIDTH=instance.reads[0].bits,
        PARTS=instance.parts,
        PART_STEP=instance.part_step,
        WORDS=instance.words,
        BLOCK_WORDS=instance.block_words,
        HALVES=instance.halves,
        DELAY=instance.delay,
        SIZE=[getattr(instance, f"size_{loop}") for loop in range(MAX_LOOPS)],
        STEP=[getattr(instance, f"step_{loop}") for loop in range(MAX_LOOPS)],
    )


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
def print_window(instance: WindowInstance) -> Iterator[ModuleInstance]:
    return simple(
        instance,
        BITS=bit_width(instance.element),
        HEIGHT=instance.height,
        PIXELS=instance.width,
        CHANNELS=instance.channels,
        ROWS=instance.rows,
        COLUMNS=instance.columns,
        KERNEL_HEIGHT=instance.kernel_height,
        KERNEL_WIDTH=instance.kernel_width,
        STRIDE_DOWN=instance.stride_down,
        STRIDE_ACROSS=instance.stride_across,
        DILATION_DOWN=instance.dilation_down,
        DILATION_ACROSS=instance.dilation_across,
        LANES_IN=instance.lanes_in,
        LANES_OUT=instance.lanes_out,
        BY_CHANNEL=int(instance.by_channel),
        ITERATIONS=instance.iterations,
        PIECE=instance.piece,
    )


@print_instance.register
def print_pool(instance: PoolInstance) -> Iterator[ModuleInstance]:
    return simple(
        instance,
        LANES=instance.lanes,
        PIXELS=instance.pixels,
        STEPS=instance.steps,
        TOTAL=int(instance.total),
        **type_parameters("IN_", instance.input),
        OUT_BITS=bit_width(instance.output),
    )


@print_instance.register
def print_label_select(instance: LabelSelectInstance) -> Iterator[ModuleInstance]:
    return simple(
        instance,
        LANES_IN=instance.lanes_in,
        LANES_OUT=instance.lanes_out,
        WORDS=instance.words,
        K=instance.k,
        LAST=int(instance.last),
        **type_parameters("IN_", instance.input),
        OUT_BITS=bit_width(instance.output),
    )


@print_instance.register
def print_add(instance: AddInstance) -> Iterator[ModuleInstance]:
    return with_two_inputs(instance, instance.left_times, instance.right_times)


@print_instance.register
def print_mul(instance: MulInstance) -> Iterator[ModuleInstance]:
    return with_two_inputs(instance, instance.left_offset, instance.right_offset)


def with_two_inputs(
    instance: AddInstance | MulInstance, left_constant: int, right_constant: int
) -> Iterator[ModuleInstance]:
    """The module that combines the elements of two streams, each with a constant."""
    left, right = instance.reads
    (y,) = instance.writes
    parameters: dict[str, ParameterValue] = {
        "LANES": instance.lanes,
        **type_parameters("LEFT_", instance.left),
        **type_parameters("RIGHT_", instance.right),
        "OUT_BITS": bit_width(instance.output),
        "MULTIPLIES": int(isinstance(instance, MulInstance)),
        "LEFT_CONSTANT": long(left_constant),
        "RIGHT_CONSTANT": long(right_constant),
    }
    if isinstance(instance, MulInstance) and instance.multiplier is Multiplier.DSP:
        parameters["IN_DSPS"] = 1
    ports = {**reader_ports(left, "left"), **reader_ports(right, "right")}
    ports |= {**flow_ports(y), **writer_ports(y)}
    yield ModuleInstance("qnn_combine", instance.name, parameters, ports)


@print_instance.register(OffsetInstance)
@print_instance.register(FactorInstance)
def print_pixel_rows(instance: OffsetInstance | FactorInstance) -> Iterator[ModuleInstance]:
    pipeline = Pipeline(instance, start_of(instance))
    parameters: dict[str, ParameterValue] = {
        "LANES": instance.lanes,
        "GROUPS": instance.groups,
        **type_parameters("IN_", instance.input),
        **type_parameters("ROW_", instance.row),
        "OUT_BITS": bit_width(instance.output),
        "MULTIPLIES": int(isinstance(instance, FactorInstance)),
        "ROWS": in_folder(memory_file(instance.constants)),
    }
    if instance.kinds is not None:
        parameters |= {
            "KINDS": instance.constants.sizes[0] // instance.groups,
            "PIXELS": instance.pixels,
            "PIXEL_KINDS": in_folder(memory_file(instance.kinds)),
        }
    pipeline.add(instance.kind, "qnn_offset", parameters)
    return pipeline.modules()


@print_instance.register
def print_lookup(instance: LookupInstance) -> Iterator[ModuleInstance]:
    pipeline = Pipeline(instance, start_of(instance))
    parameters: dict[str, ParameterValue] = {
        "LANES": instance.lanes,
        "GROUPS": instance.table_groups,
        **type_parameters("IN_", instance.input),
        "OUT_BITS": bit_width(instance.output),
        "ENTRIES": instance.entries,
        "FIRST": instance.first,
        "TABLE": in_folder(file_prefix(instance.table)),
    }
    pipeline.add("lookup", "qnn_lookup", parameters)
    return pipeline.modules()


@print_instance.register
def print_threshold(instance: ThresholdInstance) -> Iterator[ModuleInstance]:
    pipeline = Pipeline(instance, start_of(instance))
    add_thresholds(pipeline, instance, instance.input, instance.lanes, instance.groups)
    return pipeline.modules()


@print_instance.register
def print_scale(instance: ScaleInstance) -> Iterator[ModuleInstance]:
    pipeline = Pipeline(instance, start_of(instance))
    parameters: dict[str, ParameterValue] = {
        "LANES": instance.lanes,
        "GROUPS": instance.groups,
        **type_parameters("IN_", instance.input),
        **type_parameters("FACTOR_", instance.factor),
        **type_parameters("OFFSET_", instance.offset),
        "SUM_BITS": bit_width(instance.sum),
        "SHIFT": instance.shift,
        "LOW": long(instance.low),
        "HIGH": long(instance.high),
        "OUT_BITS": bit_width(instance.output),
        "SHARED": int(instance.shared),
        "FACTOR_FILE": in_folder(memory_file(instance.factors)),
        "OFFSET_FILE": in_folder(memory_file(instance.offsets)),
    }
    if instance.exceptions is not None:
        assert instance.exception is not None and instance.raised is not None
        parameters |= {
            **type_parameters("EXCEPTION_", instance.exception),
            "EXCEPTIONS": instance.exceptions.bits // bit_width(instance.exception),
            "RAISED": instance.raised,
            "EXCEPTION_FILE": in_folder(memory_file(instance.exceptions)),
        }
    if instance.multiplier is Multiplier.DSP:
        parameters["IN_DSPS"] = 1
    pipeline.add("scale", "qnn_scale", parameters)
    return pipeline.modules()


@print_instance.register(MatvecInstance)
@print_instance.register(DepthwiseInstance)
def print_weighted(instance: MatvecInstance | DepthwiseInstance) -> Iterator[ModuleInstance]:
    pipeline = Pipeline(instance, weighted_module(instance))
    if not has_level(instance):
        add_thresholds(pipeline, instance, instance.sum, instance.pe, instance.folds)
    yield weights_reader(instance)
    yield from pipeline.modules()
