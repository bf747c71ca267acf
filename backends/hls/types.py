"""The types and numbers of an instance as a struct of C++, and the call that uses it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...qdialect.stream.folding import Storage
from ...qdialect.types import (
    BipolarType,
    ElementType,
    FloatType,
    TernaryType,
    bit_width,
    value_range,
)
from ..netlist.netlist import (
    ActivationStages,
    Channel,
    DesignPort,
    Instance,
    ThresholdSteps,
    WeightCodebook,
)
from ..netlist.parameters import BackendNeed, Parameter, instance_parameters
from ..netlist.weighted import Multiplier
from .memories import MemoryArray

ARRAYS = {
    Storage.REGISTERS: "InRegisters",
    Storage.LUT: "InLuts",
    Storage.BLOCK: "InBlocks",
}
"""The library's types of arrays, by the memory that holds them."""


@dataclass(frozen=True)
class ProcessStruct:
    """A struct with the types and the numbers of a process."""

    name: str
    comment: str
    types: Mapping[str, str]
    numbers: Mapping[str, int | bool]
    before: str = ""
    """The definitions of other types that it uses."""

    def source(self) -> str:
        lines = [f"    typedef {type} {name};" for name, type in self.types.items()]
        for name, value in self.numbers.items():
            lines.append(f"    static const {number_type(value)} {name} = {number(value)};")
        body = "\n".join(lines)
        return f"{self.before}/// {self.comment}\nstruct {self.name} {{\n{body}\n}};\n"


def process_struct(instance: Instance, **more_numbers: int) -> ProcessStruct:
    """The struct of an instance: its parameters, and the types of the units that it is made of."""
    types, numbers, before = dict[str, str](), dict[str, int | bool](), ""
    for parameter in instance_parameters(instance):
        match parameter.value:
            case int() as value:
                if parameter.need not in (BackendNeed.PRECOMPUTED, BackendNeed.CYCLES):
                    numbers[parameter.name.upper()] = value
            case Multiplier() as multiplier:
                types["Multiplier"] = f"qnn::{multiplier.name.title()}"
            case Storage() as storage:
                types[type_name(parameter)] = f"qnn::{ARRAYS[storage]}"
            case ActivationStages() as activation:
                types["Activation"] = activation_type(activation)
            case WeightCodebook() as book:
                types[type_name(parameter)] = book.name
                before += codebook_struct(book)
            case value if isinstance(value, ElementType):
                types[type_name(parameter)] = tag(value)
            case _:
                pass
    return ProcessStruct(instance.name, instance.comment, types, numbers | more_numbers, before)


def type_name(parameter: Parameter) -> str:
    """The name of a parameter that is a type, such as `VectorStorage`."""
    return parameter.name.title().replace("_", "")


def activation_type(activation: ActivationStages) -> str:
    """The type of an activation; its memories are arguments in the order of its stages."""
    bias, steps = activation.bias, activation.steps
    type = "qnn::Pass" if steps is None else steps_type(steps)
    return type if bias is None else f"qnn::Biased<{tag(bias.element)}, {type}>"


def steps_type(steps: ThresholdSteps) -> str:
    level = "qnn::Sign" if steps.signs else f"qnn::Level<{steps.count}, {number(steps.offset)}>"
    comparison = "Searched" if steps.searched else "Compared"
    type = f"qnn::{comparison}<{tag(steps.element)}, {steps.count}>"
    if steps.descending is not None:
        type = f"qnn::Descending<{type}>"
    return f"qnn::Stepped<{type}, {level}>"


def codebook_struct(book: WeightCodebook) -> str:
    """A type of weights that decodes an index with its table."""
    entry, count = f"ap_int<{bit_width(book.entry)}>", len(book.values)
    numbers = ", ".join(number(int(value)) for value in book.values)
    return (
        f"/// An index into a codebook of {count}.\n"
        f"struct {book.name} {{\n"
        f"    static const int BITS = {book.bits};\n"
        f"    typedef {entry} Value;\n"
        f"    static Value decode(const ap_uint<{book.bits}>& code) {{\n"
        f"        static const {entry} table[{count}] = {{{numbers}}};\n"
        f"        return table[code];\n    }}\n}};\n\n"
    )


def number_type(value: int | bool) -> str:
    """The type of a constant."""
    if isinstance(value, bool):
        return "bool"
    if value < 0:
        return "long long"
    return "unsigned" if value < 1 << 32 else "unsigned long long"


def number(value: int | bool) -> str:
    """A number as a literal of C++."""
    if isinstance(value, bool):
        return str(value).lower()
    if value == -(1 << 63):
        return "-9223372036854775807LL - 1"
    return str(value) if abs(value) < 1 << 31 else f"{value}ULL" if value > 0 else f"{value}LL"


@dataclass(frozen=True)
class LibraryCall:
    """A call of a function of the library, which is one process of the dataflow region."""

    function: str
    args: tuple[str, ...]

    def source(self) -> str:
        return f"qnn::{self.function}({', '.join(self.args)});"


@dataclass
class Sources:
    """The parts of a design's source files, in order."""

    channels: list[Channel] = field(default_factory=list[Channel])
    structs: list[ProcessStruct] = field(default_factory=list[ProcessStruct])
    memories: list[MemoryArray] = field(default_factory=list[MemoryArray])
    calls: list[LibraryCall] = field(default_factory=list[LibraryCall])


def word_of(port: DesignPort) -> str:
    """The type of a word at a port that is a memory."""
    return f"ap_uint<{8 * port.word_bytes}>"


def stream_of(channel: Channel) -> str:
    return f"hls::stream<ap_uint<{channel.bits}> >"


def tag(element: ElementType) -> str:
    """The library's name of an element type; floats pass through unchanged, as their bits."""
    if isinstance(element, BipolarType):
        return "qnn::Bipolar"
    if isinstance(element, TernaryType):
        return "qnn::Ternary"
    if isinstance(element, FloatType) or value_range(element)[0] == 0:
        return f"qnn::Unsigned<{bit_width(element)}>"
    return f"qnn::Signed<{bit_width(element)}>"
