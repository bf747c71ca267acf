"""A netlist as OpenCL C for Intel's FPGA compiler.

    source = emit(design)
    source.files["top.cl"]

An instance becomes a kernel: definitions of its name, its channels, its parameters and its
memories; its kind's file of the library, which uses them; and `#undef`s of these definitions. Its
memories are in files of their own.
"""

from collections.abc import Iterator, Sequence
from functools import singledispatch
from itertools import accumulate

from ...qdialect.stream import DesignOp
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.products import ProductKind, SignType, product_kind
from ...qdialect.types import ElementType, QuantType, signed
from ..netlist.build import build_netlist
from ..netlist.flow import ConcatInstance, ForkInstance, SplitInstance
from ..netlist.memories import Memory
from ..netlist.netlist import ActivationStages, Channel, EmitError, Instance, WeightCodebook
from ..netlist.parameters import BackendNeed, Parameter, element_types, instance_parameters
from ..netlist.ports import HostPortInstance, LinkPortInstance
from ..netlist.weighted import ThresholdInstance, WeightedInstance
from .source_files import OpenclSource
from .types import KernelSource, number, number_bits, tag

HOST_INTEGERS = {1: "char", 2: "short", 4: "int", 8: "long"}
"""The types of an element in the host's memory, by their bytes."""

ARRAY_ATTRIBUTES = {
    Storage.REGISTERS: "register",
    Storage.LUT: 'memory("MLAB")',
    Storage.BLOCK: 'memory("BLOCK_RAM")',
}
"""The attributes of arrays, by the memory that holds them."""


def emit(design: DesignOp, name: str = "") -> OpenclSource:
    """The source files of a design."""
    netlist = build_netlist(design, "intel", name)
    return OpenclSource(netlist, [print_instance(instance) for instance in netlist.instances])


def print_instance(instance: Instance) -> KernelSource:
    definitions = {
        "NAME": instance.name,
        **channel_definitions(instance),
        **process_definitions(instance),
    }
    comment = f"{instance.name}: {instance.comment}"
    return KernelSource(instance.kind, comment, definitions, list(types_used(instance)))


def types_used(instance: Instance) -> Iterator[ElementType | WeightCodebook]:
    """The element types that a kernel uses."""
    yield from element_types(instance)
    if isinstance(instance, WeightedInstance):
        yield product_type(instance)
    for parameter in instance_parameters(instance):
        if isinstance(parameter.value, ActivationStages):
            bias, steps = parameter.value.bias, parameter.value.steps
            yield from (stage.element for stage in (bias, steps) if stage is not None)


@singledispatch
def channel_definitions(instance: Instance) -> dict[str, str]:
    """The channels of a process, under the names that its kind's file has for them."""
    ends = [*zip(("FROM", "OTHER_FROM"), instance.reads, strict=False)]
    ends += [("TO", channel) for channel in instance.writes]
    return {key: text for name, channel in ends for key, text in one_channel(name, channel).items()}


def one_channel(name: str, channel: Channel) -> dict[str, str]:
    return {name: channel.name, f"{name}_BITS": str(channel.bits)}


@channel_definitions.register
def fork_channels(instance: ForkInstance) -> dict[str, str]:
    copies = " ".join(f"WRITE({channel.name}, word);" for channel in instance.writes)
    return {**one_channel("FROM", instance.reads[0]), "WRITE_ALL(word)": copies}


@channel_definitions.register
def concat_channels(instance: ConcatInstance) -> dict[str, str]:
    parts = part_definitions("READ", instance.reads, instance.widths)
    return {**parts, **one_channel("TO", instance.writes[0])}


@channel_definitions.register
def split_channels(instance: SplitInstance) -> dict[str, str]:
    parts = part_definitions("WRITE", instance.writes, instance.widths)
    return {**one_channel("FROM", instance.reads[0]), **parts}


def part_definitions(
    action: str, channels: Sequence[Channel], widths: Sequence[int]
) -> dict[str, str]:
    """The macro that reads or writes the word at a place of a run, in the channel of its part."""
    *ends, total = accumulate(widths)
    lines = [
        f"if (place < {end}) {action}({channel.name}, word); else"
        for end, channel in zip(ends, channels, strict=False)
    ]
    lines.append(f"{action}({channels[-1].name}, word);")
    return {f"{action}_PART(place, word)": " ".join(lines), "RUN_WORDS": str(total)}


@singledispatch
def process_definitions(instance: Instance) -> dict[str, str]:
    """The parameters of a process."""
    return merged(define(parameter) for parameter in instance_parameters(instance))


def merged(definitions: Iterator[dict[str, str]]) -> dict[str, str]:
    return {name: text for each in definitions for name, text in each.items()}


def define(parameter: Parameter) -> dict[str, str]:
    """The definitions of a parameter.

    Kernels run forever, words have a type for each width, and the compiler decides the cycles, so
    parameters for frames, for the types of words and for cycles are left out.
    """
    name = parameter.name.upper()
    if parameter.need in (BackendNeed.FRAMES, BackendNeed.TYPES, BackendNeed.CYCLES):
        return {}
    match parameter.value:
        case int() as value:
            return {name: number(value)}
        case Memory() as memory:
            return define_memory(name, memory)
        case ActivationStages() as activation:
            return define_activation(activation)
        case Storage() as storage:
            return {name: ARRAY_ATTRIBUTES[storage]}
        case value if isinstance(value, ElementType | WeightCodebook):
            return {name: tag(value)}
        case _:
            return {}


def define_memory(name: str, memory: Memory) -> dict[str, str]:
    """A memory with one axis holds plain numbers: nothing unpacks its words by their width."""
    bits = {f"{name}_BITS": str(memory.bits)} if len(memory.sizes) > 1 else {}
    return {name: memory.name, **bits}


def define_activation(activation: ActivationStages) -> dict[str, str]:
    """The bias and the thresholds that follow a sum."""
    bias, steps, found = activation.bias, activation.steps, dict[str, str]()
    if bias is not None:
        found |= {**define_memory("BIAS", bias.memory), "BIAS_TYPE": tag(bias.element)}
    if steps is None:
        return found
    if steps.descending is not None:
        found["DESCENDING"] = steps.descending.name
    found |= {"THRESHOLDS": steps.name, "THRESHOLD_BITS": str(steps.thresholds[0].bits)}
    found |= {"THRESHOLD": tag(steps.element), "COUNT": str(steps.count)}
    if steps.searched:
        levels = range(len(steps.thresholds))
        found["SEARCHES"] = " ".join(f"SEARCH({level})" for level in levels)
    found |= {"OFFSET": number(steps.offset), "SIGNS": str(int(steps.signs))}
    found["SHARED"] = str(int(steps.shared))
    return found


def check_signs(instance: Instance, sum: QuantType, activation: ActivationStages) -> None:
    """Raises an error if C would convert signed thresholds to unsigned numbers to compare them.

    Only unsigned sums of 64 bits have no room for a sign bit."""
    steps = activation.steps
    if steps is not None and tag(sum) == "ui64" and tag(steps.element).startswith("si"):
        raise EmitError(
            f"{instance.name!r} compares unsigned sums of 64 bits with signed thresholds, which "
            "OpenCL C cannot do: use sums of at most 63 bits or unsigned thresholds"
        )


@process_definitions.register
def define_threshold(instance: ThresholdInstance) -> dict[str, str]:
    check_signs(instance, instance.input, instance.activation)
    return merged(define(parameter) for parameter in instance_parameters(instance))


@process_definitions.register
def define_weighted(instance: WeightedInstance) -> dict[str, str]:
    check_signs(instance, instance.sum, instance.activation)
    constants = Memory | ActivationStages
    numbers = (p for p in instance_parameters(instance) if not isinstance(p.value, constants))
    name = "WEIGHTS_FROM" if isinstance(instance.weights, Channel) else "WEIGHTS"
    return {
        **merged(map(define, numbers)),
        "PRODUCT": tag(product_type(instance)),
        "PRODUCTS": product_method(instance)[0],
        name: instance.weights.name,
        "ROWS_BITS": str(instance.pe * instance.row_bits),
        "ROW_BITS": str(instance.row_bits),
        **define_activation(instance.activation),
    }


def product_method(instance: WeightedInstance) -> tuple[str, int]:
    """The library's method for the products of a process, which is in `product.h`, and the bits of
    a product."""
    weight, x = number_bits(instance.factor), number_bits(instance.input)
    match product_kind(instance.factor, instance.input):
        case ProductKind.XNOR:
            return "XNOR", 2
        case ProductKind.INTEGER:
            return "MULTIPLIED", weight + x
        case ProductKind.BIPOLAR | ProductKind.TERNARY if isinstance(instance.factor, SignType):
            return "BY_WEIGHT", x + 1
        case ProductKind.BIPOLAR | ProductKind.TERNARY:
            return "BY_INPUT", weight + 1


def product_type(instance: WeightedInstance) -> QuantType:
    """The signed type that holds every product of a process."""
    _, bits = product_method(instance)
    return signed(min(bits, 64))


@process_definitions.register
def define_host_port(instance: HostPortInstance) -> dict[str, str]:
    numbers = merged(define(parameter) for parameter in instance_parameters(instance))
    return {**numbers, "HOST": HOST_INTEGERS[instance.port.dtype.itemsize]}


@process_definitions.register
def define_link_port(instance: LinkPortInstance) -> dict[str, str]:
    """In an emulation the host replaces the link, and stores its words element by element."""
    numbers = merged(define(parameter) for parameter in instance_parameters(instance))
    host = HOST_INTEGERS[instance.port.by_element.dtype.itemsize]
    return {**numbers, "HOST": host, "LINK": f"{instance.name}_link"}
