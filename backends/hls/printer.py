"""The parts of a design as HLS C++.

    emitted = emit(design)
    emitted.files["top.cpp"]

A process becomes a struct with its constants, and a call of the library's function for its kind in
one dataflow region. Its weights are files of their own.
"""

from collections.abc import Sequence

from ...qdialect.stream import DesignOp
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.types import MAX_WORD_BITS
from ...qdialect.types import ElementType, bit_width
from ..netlist.build import build_netlist
from ..netlist.names import unused
from ..netlist.netlist import (
    KEPT,
    Activation,
    Channel,
    Codebook,
    EmitError,
    Instance,
    Netlist,
    Port,
    ThresholdSteps,
)
from .memories import Array
from .source_files import Emitted
from .types import Call, Shape, Sources, number, tag

VECTORS = {
    None: "NotKept",
    Storage.REGISTERS: "InRegisters",
    Storage.LUT: "InLuts",
    Storage.BLOCK: "InBlocks",
}
"""What keeps the vector of a matvec."""

ONE_RUN = "1"
"""What stands for the number of frames where words come once, however many there are."""


def emit(design: DesignOp, name: str = "", streams: bool = False) -> Emitted:
    """The source files of a design; its ports are memories, or with `streams` AXI streams."""
    parts = build_netlist(design, name)
    return Emitted(parts, streams, Speller(parts, streams).sources)


class Speller:
    """Spells part by part."""

    def __init__(self, parts: Netlist, streams: bool):
        self.streams = streams
        self.taken = parts.taken
        for memory in parts.memories:
            self.holds(memory.name, memory.bits)
        memories = [Array(memory) for memory in parts.memories]
        self.sources = Sources(memories=memories)
        for part in parts.parts:
            self.sources.channels += part.writes
            self.spell(part)

    def spell(self, part: Instance) -> None:
        match part.kind:
            case "source" | "sink":
                assert part.port is not None
                self.end(part, part.port)
            case "weights":
                assert part.port is not None
                self.outside(part, part.port)
            case "arrive":
                assert part.port is not None
                name = f"arrive<{part.numbers['WORDS']}>"
                self.call(name, part.port.name, *names(part.writes), "frames")
            case "depart":
                assert part.port is not None
                name = f"depart<{part.numbers['WORDS']}>"
                self.call(name, *names(part.reads), part.port.name, "frames")
            case "fork" | "split":
                self.call(numbered(part), "frames", *names(part.reads, part.writes))
            case "concat":
                self.call(numbered(part), "frames", *names(part.writes, part.reads))
            case "link" | "widen" | "narrow" | "regroup":
                if part.kind == "regroup":
                    self.holds(part.name, part.reads[0].bits + part.writes[0].bits)
                self.call(numbered(part), *names(part.reads, part.writes), "frames")
            case _:
                self.process(part)

    def call(self, function: str, *args: str) -> None:
        self.sources.calls.append(Call(function, args))

    def holds(self, name: str, bits: int) -> None:
        """Refuses what holds more bits at once than the vendor's integers have."""
        if bits > MAX_WORD_BITS:
            raise EmitError(
                f"{name!r} holds {bits:,} bits at once, at most {MAX_WORD_BITS:,} are "
                "possible: its words must be narrower, by a folding that is less parallel"
            )

    def process(self, part: Instance) -> None:
        """A struct, and a call with the inputs, the outputs, the number of frames, memories."""
        types = {name: tag_of(type) for name, type in part.types.items()}
        shape = part.name
        if part.kind == "pool":
            shape += f", qnn::{part.choice}"
        elif part.choice:
            types["Multiplier"] = f"qnn::{part.choice}"
        if part.activation is not None:
            types["Activation"] = activation(part.activation)
        if part.kind == "matvec":
            types["Vector"] = f"qnn::{VECTORS[part.vector_storage('xilinx')]}"
        books = [type for type in part.types.values() if isinstance(type, Codebook)]
        before = "".join(codebook(book) for book in books)
        self.sources.shapes.append(Shape(part.name, part.comment, types, part.numbers, before))
        memories = [memory.name for memory in part.memories]
        if part.weights is not None:
            memories.insert(0, part.weights.name)
        streams = names(part.reads, part.writes)
        self.call(f"{part.kind}<{shape}>", *streams, "frames", *memories)

    def end(self, part: Instance, port: Port) -> None:
        """A process between words of a port and words of the design, and one that moves those."""
        types = {name: tag_of(type) for name, type in part.types.items()}
        numbers = {**part.numbers, "PORT_BYTES": port.word_bytes}
        self.sources.shapes.append(Shape(part.name, part.comment, types, numbers))
        self.holds(part.name, 8 * (port.at_once + port.word_bytes))
        packed = self.bytes_of(part, port)
        aligned = f"{part.name}, true" if self.streams else part.name
        if part.kind == "source":
            taken = f"receive<{port.frame_words}>" if self.streams else f"fetch<{port.frame_bytes}>"
            self.call(taken, port.name, packed, "frames")
            self.call(f"source<{aligned}>", packed, part.writes[0].name, "frames")
        else:
            given = f"send<{port.frame_words}>" if self.streams else f"store<{port.frame_bytes}>"
            self.call(f"sink<{aligned}>", part.reads[0].name, packed, "frames")
            self.call(given, packed, port.name, "frames")

    def bytes_of(self, part: Instance, port: Port) -> str:
        """A stream of a port's words."""
        name = unused(f"{part.name}_bytes", self.taken)
        self.sources.channels.append(Channel(name, 8 * port.word_bytes, 2))
        return name

    def outside(self, part: Instance, port: Port) -> None:
        """Weights from a port, again for each vector; or once, into a memory that repeats them."""
        numbers = {
            "LANES": part.numbers["ROWS"],
            "BYTES": part.numbers["BYTES"],
            "WORDS": part.numbers["WORDS"],
            "PORT_BYTES": port.word_bytes,
            "TIMES": part.numbers["TIMES"],
            "BITS": part.writes[0].bits,
        }
        self.holds(part.name, max(8 * (port.at_once + port.word_bytes), part.writes[0].bits))
        types = {"Element": f"qnn::Unsigned<{part.numbers['BITS']}>"}
        self.sources.shapes.append(Shape(part.name, part.comment, types, numbers))
        packed, times, (rows,) = self.bytes_of(part, port), part.numbers["TIMES"], part.writes
        if part.choice != KEPT:
            self.call(f"fetch_again<{port.frame_words}, {times}>", port.name, packed, "frames")
            self.call(f"source<{part.name}, true, {times}>", packed, rows.name, "frames")
            return
        once = Channel(unused(f"{part.name}_once", self.taken), rows.bits, 2)
        self.sources.channels.append(once)
        self.call(f"fetch_again<{port.frame_words}, 1>", port.name, packed, ONE_RUN)
        self.call(f"source<{part.name}, true>", packed, once.name, ONE_RUN)
        self.call(f"repeat<{part.name}>", once.name, rows.name, "frames")


def names(*channels: Sequence[Channel]) -> list[str]:
    return [channel.name for group in channels for channel in group]


def numbered(part: Instance) -> str:
    """A function that takes its numbers as they are."""
    return f"{part.kind}<{', '.join(map(str, part.numbers.values()))}>"


def tag_of(type: ElementType | Codebook) -> str:
    return type.name if isinstance(type, Codebook) else tag(type)


def codebook(book: Codebook) -> str:
    """A type of weights that reads its table."""
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


def activation(part: Activation) -> str:
    """The type of what follows a sum."""
    type = "qnn::Pass" if part.steps is None else steps(part.steps, part.descending)
    return type if part.bias is None else f"qnn::Biased<{tag(part.bias)}, {type}>"


def steps(part: ThresholdSteps, descending: bool) -> str:
    result = "qnn::Sign" if part.signs else f"qnn::Level<{part.count}, {number(part.offset)}>"
    way = "Searched" if part.levels else "Compared"
    kind = f"qnn::{way}<{tag(part.element)}, {part.count}>"
    if descending:
        kind = f"qnn::Descending<{kind}>"
    return f"qnn::Stepped<{kind}, {result}>"
