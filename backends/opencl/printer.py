"""The parts of a design as OpenCL C for Intel's FPGA compiler.

    emitted = emit(design)
    emitted.files["top.cl"]

A process becomes definitions of its channels, types and numbers, and the library's file of its
kind, which makes a kernel of them. Its weights are files of their own.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import accumulate
from math import gcd
from pathlib import Path

from ...qdialect.stream import DesignOp
from ...qdialect.stream.folding import Storage
from ...qdialect.types import BipolarType, ElementType, TernaryType, signed
from ..golden_vectors import Files
from ..netlist.build import build_netlist
from ..netlist.memories import Memory
from ..netlist.netlist import Activation, Channel, Codebook, EmitError, Instance, Port
from ..project import DesignSource
from .types import bank_bytes, declared, definition, number, number_bits, tag, words

HOST = {1: "char", 2: "short", 4: "int", 8: "long"}
"""The integers of a port, by their bytes."""

KEPT_IN = {
    Storage.REGISTERS: "register",
    Storage.LUT: 'memory("MLAB")',
    Storage.BLOCK: 'memory("BLOCK_RAM")',
}
"""The attribute of a vector that is kept."""

LINK_ENDS = "arrive", "depart"

SCALE_MEMORIES = "FACTORS", "OFFSETS", "EXCEPTIONS"
"""What a scale calls its memories, in order."""

LIBRARY = Path(__file__).parent / "include" / "qnn"


def emit(design: DesignOp, name: str = "") -> "Emitted":
    """The source files of a design."""
    parts = build_netlist(design, name)
    weights = {part.weights.name for part in parts.parts if isinstance(part.weights, Memory)}
    parts.memories = [
        memory.side_by_side if memory.name in weights else memory for memory in parts.memories
    ]
    parts.ports = [port.by_element for port in parts.ports]
    parts.parts = [
        part if part.port is None else replace(part, port=part.port.by_element)
        for part in parts.parts
    ]
    return Emitted(parts)


@dataclass(frozen=True)
class Emitted(DesignSource):
    """A design as source files."""

    @cached_property
    def files(self) -> Files:
        """Paths inside a folder, and what stands there."""
        return {
            "top.cl": self._top(),
            "emulation.cl": self._emulation(),
            "design.json": json.dumps(self._interface(), indent=1) + "\n",
            **({"board.h": self._board()} if self.links else {}),
            **{f"weights/{memory.name}.h": declared(memory) for memory in self.parts.memories},
            **self.outside_data,
        }

    def _top(self) -> str:
        spelled = [spell(part) for part in self.parts.parts]
        types = {tag(type): definition(type) for part in spelled for type in part.types}
        widths = {channel.bits for channel in self.parts.channels}
        widths |= {memory.bits for memory in self.parts.memories}
        widths |= {part.held for part in spelled if part.held}
        sections = {
            "Element types": sorted(filter(None, types.values())),
            "Words": [words(bits) for bits in sorted(widths)],
            "Channels": [
                f"CHANNEL(word_{channel.bits}, {channel.name}, {channel.depth})"
                for channel in self.parts.channels
            ],
            "Links: the host stands in for them in an emulation": [
                "#ifndef QNN_EMULATION",
                '#include "board.h"',
                *(link_channel(part) for part in self.links),
                "#endif",
            ]
            if self.links
            else [],
            "Memories": [f'#include "weights/{memory.name}.h"' for memory in self.parts.memories],
        }
        texts = [
            f"/// {title}.\n" + "\n".join(lines) + "\n"
            for title, lines in sections.items()
            if lines
        ]
        return "\n".join(['#include "qnn.h"\n', *texts, *(part.source() for part in spelled)])

    @property
    def links(self) -> list[Instance]:
        """The processes at the ends of links."""
        return [part for part in self.parts.parts if part.kind in LINK_ENDS]

    def _board(self) -> str:
        """What is particular to a board: which of its I/O channels are this design's links."""
        lines = ["// The board's I/O channels, as its board_spec.xml calls them.", ""]
        for part in self.links:
            (channel,) = (*part.reads, *part.writes)
            way = "from" if part.kind == "arrive" else "to"
            lines.append(f"// Words of {channel.bits} bits {way} another device.")
            lines.append(f'#define {part.name}_io "{part.name}"')
        return "\n".join([*lines, ""])

    def _emulation(self) -> str:
        """The design for the emulator, and a kernel that counts the words in its channels."""
        lines = [
            f"    counts[{2 * place + offset}] = {channel.name}_{what};"
            for place, channel in enumerate(self.parts.channels)
            for offset, what in enumerate(("written", "read"))
        ]
        body = "\n".join(lines)
        return (
            '#define QNN_EMULATION\n#include "top.cl"\n\n'
            "/// How many words were written to each channel, and read from it.\n"
            f"__kernel void count_words(__global uint* counts) {{\n{body}\n}}\n"
        )

    def _interface(self) -> dict[str, object]:
        """What a host has to know."""
        ports = {
            table: [
                {"kernel": kernel, "port": port.name, "dtype": port.dtype.str, "shape": port.frame}
                for kernel, port in tasks
            ]
            for table, tasks in self.tasks.items()
        }
        links = [part.port.name for part in self.links if part.port is not None]
        writers = {c.name: part.name for part in self.parts.parts for c in part.writes}
        readers = {c.name: part.name for part in self.parts.parts for c in part.reads}
        for part in self.parts.parts:
            if isinstance(part.weights, Channel):
                readers[part.weights.name] = part.name
        channels = [
            {"name": c.name, "depth": c.depth, "from": writers[c.name], "to": readers[c.name]}
            for c in self.parts.channels
        ]
        return {**ports, "links": links, "kernels": len(self.parts.parts), "channels": channels}

    @property
    def tasks(self) -> dict[str, list[tuple[str, Port]]]:
        """The kernels that a host starts, and the port of each."""
        kinds = {
            "sources": ("source", "arrive"),
            "sinks": ("sink", "depart"),
            "weights": ("weights",),
        }
        return {
            table: [
                (part.name, part.port)
                for part in self.parts.parts
                if part.kind in kind and part.port is not None
            ]
            for table, kind in kinds.items()
        }


@dataclass(frozen=True)
class Spelled:
    """A process as definitions and an included file."""

    name: str
    kind: str
    comment: str
    definitions: Mapping[str, str]
    types: Sequence[ElementType | Codebook]
    held: int = 0
    """The bits of a word that only this process has."""

    def source(self) -> str:
        defined = "".join(f"#define {name} {text}\n" for name, text in self.definitions.items())
        return f'/// {self.comment}\n{defined}#include "qnn/{self.kind}.cl"\n'


def spell(part: Instance) -> Spelled:
    definitions = {"NAME": part.name, **ends(part)}
    types: list[ElementType | Codebook] = list(part.types.values())
    values = {name.upper(): tag(type) for name, type in part.types.items()}
    values |= {name: number(value) for name, value in part.numbers.items()}
    definitions |= {
        name: values[name] for name in values if name in identifiers_in(f"{part.kind}.cl")
    }
    held = 0
    match part.kind:
        case "source" | "sink" | "arrive" | "depart":
            assert part.port is not None
            definitions["HOST"] = HOST[part.port.dtype.itemsize]
            if part.kind in LINK_ENDS:
                definitions["LINK"] = f"{part.name}_link"
        case "matvec" | "depthwise":
            product = signed(product_bits(part))
            types.append(product)
            definitions |= {"PRODUCT": tag(product), "PRODUCTS": products(part)}
            definitions |= weights(part)
            storage = part.vector_storage("intel")
            definitions |= {} if storage is None else {"KEPT_IN": KEPT_IN[storage]}
        case "window":
            piece = gcd(part.numbers["LANES_IN"], part.numbers["LANES_OUT"])
            banks = 1 << (part.numbers["LANES_OUT"] // piece - 1).bit_length()
            definitions |= {"PIECE": str(piece), "BANKS": str(banks)}
            definitions["BANK_BYTES"] = str(bank_bytes(part.reads[0].bits))
        case "pool":
            definitions["TOTAL"] = str(int(part.choice == "Total"))
        case "lookup":
            (table,) = part.memories
            definitions |= {"TABLE": table.name, "TABLE_BITS": str(table.bits)}
            definitions["TABLE_GROUPS"] = str(table.sizes[1])
        case "offset":
            rows, *kinds = part.memories
            definitions |= {"CONSTANTS": rows.name, "CONSTANTS_BITS": str(rows.bits)}
            definitions |= {"KINDS": kinds[0].name} if kinds else {}
        case "scale":
            for key, memory in zip(SCALE_MEMORIES, part.memories, strict=False):
                definitions |= {key: memory.name, f"{key}_BITS": str(memory.bits)}
            definitions["SHARED"] = str(int(part.memories[0].sizes == (1, 1)))
        case "regroup":
            before, after = part.reads[0].bits, part.writes[0].bits
            held = before + after
            definitions |= {"HELD_BITS": str(held), "PIECE": str(gcd(before, after))}
        case _:
            pass
    if part.activation is not None:
        definitions |= activation(part.activation, part)
        types += [type for type in (part.activation.bias,) if type is not None]
        types += [] if part.activation.steps is None else [part.activation.steps.element]
    return Spelled(part.name, part.kind, f"{part.name}: {part.comment}", definitions, types, held)


def link_channel(part: Instance) -> str:
    """The channel of the board's that carries a link."""
    (channel,) = (*part.reads, *part.writes)
    io = f"__attribute__((depth(0))) __attribute__((io({part.name}_io)))"
    return f"channel word_{channel.bits} {part.name}_link {io};"


@cache
def identifiers_in(file: str) -> frozenset[str]:
    """The words in a file of the library, and in those that it includes to make a process."""
    text = (LIBRARY / file).read_text()
    included = set(re.findall(r'#include "qnn/(.*)"', text)) - {"end.h"}
    return frozenset(re.findall(r"\w+", text)).union(*map(identifiers_in, included))


def ends(part: Instance) -> dict[str, str]:
    """The channels of a process."""
    match part.kind:
        case "fork":
            copies = " ".join(f"WRITE({channel.name}, word);" for channel in part.writes)
            return {**end("FROM", part.reads[0]), "WRITE_ALL(word)": copies}
        case "concat":
            turn = turns(part, part.reads, "READ")
            return {**turn, **end("TO", part.writes[0])}
        case "split":
            return {**end("FROM", part.reads[0]), **turns(part, part.writes, "WRITE")}
        case _:
            names = "FROM", "OTHER_FROM"
            reads = [end(name, channel) for name, channel in zip(names, part.reads, strict=False)]
            writes = [end("TO", channel) for channel in part.writes]
            return {name: text for each in (*reads, *writes) for name, text in each.items()}


def end(name: str, channel: Channel) -> dict[str, str]:
    return {name: channel.name, f"{name}_BITS": str(channel.bits)}


def turns(part: Instance, channels: Sequence[Channel], action: str) -> dict[str, str]:
    """Whose turn it is at a place of a pixel."""
    widths = [width for name, width in part.numbers.items() if name.startswith("WIDTH_")]
    *until, total = accumulate(widths)
    lines = [
        f"if (place < {place}) {action}({channel.name}, word); else"
        for place, channel in zip(until, channels, strict=False)
    ]
    lines.append(f"{action}({channels[-1].name}, word);")
    return {f"{action}_PART(place, word)": " ".join(lines), "PIXEL_WORDS": str(total)}


def products(part: Instance) -> str:
    """The cheapest way to multiply two types."""
    weight, x = part.types["Weight"], part.types["Input"]
    if isinstance(weight, BipolarType) and isinstance(x, BipolarType):
        return "XNOR"
    if isinstance(weight, BipolarType | TernaryType):
        return "BY_WEIGHT"
    return "BY_INPUT" if isinstance(x, BipolarType | TernaryType) else "MULTIPLIED"


def product_bits(part: Instance) -> int:
    """The bits of a product of numbers with a sign."""
    weight, x = part.types["Weight"], part.types["Input"]
    match products(part):
        case "XNOR":
            return 2
        case "BY_WEIGHT":
            bits = number_bits(x) + 1
        case "BY_INPUT":
            bits = number_bits(weight) + 1
        case _:
            bits = number_bits(weight) + number_bits(x)
    return min(bits, 64)


def weights(part: Instance) -> dict[str, str]:
    """The memory of the weights, or the channel they come from; the bits of all rows, of each."""
    assert part.weights is not None
    arrive, rows = isinstance(part.weights, Channel), part.numbers["PE"]
    row = part.weights.bits // rows if arrive else part.weights.bits
    name = "WEIGHTS_FROM" if arrive else "WEIGHTS"
    return {name: part.weights.name, "ROWS_BITS": str(rows * row), "ROW_BITS": str(row)}


def activation(activation: Activation, part: Instance) -> dict[str, str]:
    """The bias and the thresholds behind a sum."""
    memories, found = iter(part.memories), dict[str, str]()
    if activation.bias is not None:
        memory = next(memories)
        found |= {"BIAS": memory.name, "BIAS_BITS": str(memory.bits)}
        found["BIAS_TYPE"] = tag(activation.bias)
    if activation.steps is not None:
        sums = part.types["Sum" if "Sum" in part.types else "Input"]
        if tag(sums) == "ui64" and tag(activation.steps.element).startswith("si"):
            raise EmitError(f"{part.name!r} has thresholds with a sign for sums of 64 bits without")
        steps = activation.steps
        if activation.descending:
            found["DESCENDING"] = next(memories).name
        first = next(memories)
        found |= {"THRESHOLDS": first.group or first.name, "THRESHOLD_BITS": str(first.bits)}
        found |= {"THRESHOLD": tag(steps.element), "COUNT": str(steps.count)}
        searches = " ".join(f"SEARCH({level})" for level in range(steps.levels))
        found |= {"SEARCHES": searches} if searches else {}
        found |= {"OFFSET": number(steps.offset), "SIGNS": str(int(steps.signs))}
        found["SHARED"] = str(int(steps.shared))
    return found
