"""From a streaming design to HLS C++: one method for each kind of process.

    emitted = emit(design)
    emitted.files["top.cpp"]

A process becomes a struct with its constants, and a call of the library's function for its kind in
one dataflow region. Its weights are files of their own.
"""

from collections.abc import Sequence
from functools import singledispatchmethod
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from ...hardware.cost import AT_ONCE
from ...hardware.schedule import schedule_of
from ...qdialect.data import Array
from ...qdialect.packing import word_bytes
from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.compute import (
    AddOp,
    DepthwiseOp,
    LabelSelectOp,
    LookupOp,
    MatvecOp,
    OffsetOp,
    Storage,
    ThresholdedProcess,
    ThresholdOp,
    WeightedProcess,
)
from ...qdialect.stream.flow import (
    ConcatOp,
    ForkOp,
    LinkOp,
    ResizeOp,
    SinkOp,
    SourceOp,
    SplitOp,
)
from ...qdialect.stream.process import data_of, integers_of, pairs
from ...qdialect.stream.types import ChannelType, channel_of
from ...qdialect.stream.windows import CropOp, PadOp, PoolOp, UpsampleOp, WindowOp
from ...qdialect.types import (
    BipolarType,
    ElementType,
    FloatType,
    QuantType,
    bit_width,
    check_element,
    dtype_of,
    signed,
    smallest_type,
)
from ..names import identifier, port_name, top_name
from .memories import Memory, codes_of, rows_memory
from .printing import Emitted
from .shapes import Channel, Parts, Port, Shape, describe, tag

WIDEST_PORT = 64
"""Bytes of the widest word that a memory's port has: 512 bits are what controllers take."""

BINDINGS = {
    Storage.LUT: "BIND_STORAGE variable={} type=rom_1p impl=lutram",
    Storage.BLOCK: "BIND_STORAGE variable={} type=rom_1p impl=bram",
    Storage.ULTRA: "BIND_STORAGE variable={} type=rom_1p impl=uram",
    Storage.REGISTERS: "ARRAY_PARTITION variable={} complete dim=0",
}
"""What places a memory of weights; those outside come through a port."""


class EmitError(Exception):
    """A design that can't be written as HLS C++; the message says what and why."""


def emit(design: DesignOp, name: str = "", streams: bool = False) -> Emitted:
    """The source files of a design; its ports are memories, or with `streams` AXI streams."""
    top = top_name(name or design.sym_name.data)
    emitter = Emitter(top, streams)
    if not design.sources or not design.sinks:
        raise EmitError(f"design {top!r} needs a source and a sink")
    for process in design.processes:
        emitter.start(process)
        emitter.emit(process)
    return Emitted(top, streams, emitter.parts)


class Emitter:
    """Writes process by process."""

    def __init__(self, top: str, streams: bool):
        self.streams = streams
        self.parts = Parts()
        self.taken: set[str] = {top.lower()}
        self.channels: dict[SSAValue, str] = {}
        self.process_name = ""

    def start(self, process: Process) -> None:
        """Names a process and the channels that it writes."""
        kind = process.name.removeprefix("stream.")
        layer = process.layer.data if process.layer is not None else ""
        self.process_name = identifier(f"{layer[:32]}_{kind}", self.taken)
        self.parts.processes.append(self.process_name)
        for value in process.results:
            channel = channel_of(value)
            if not channel.depth.data:
                raise EmitError(
                    f"a channel behind {self.process_name!r} has no depth: run size-fifos first"
                )
            self.channels[value] = self.channel(channel.word_bits, channel.depth.data)

    def channel(self, bits: int, depth: int = 2, what: str = "words") -> str:
        """A new stream of the process that is being written."""
        name = identifier(f"{self.process_name}_{what}", self.taken)
        self.parts.channels.append(Channel(name, bits, depth))
        return name

    def shape(self, process: Process, before: str = "", /, **members: str | int | bool) -> str:
        """The struct of a process: its types, then its numbers."""
        comment = " -> ".join(
            text for text in (describe(process.inputs), describe(process.outputs)) if text
        )
        self.parts.shapes.append(
            Shape(
                self.process_name,
                comment + ".",
                {name: value for name, value in members.items() if isinstance(value, str)},
                {name: value for name, value in members.items() if not isinstance(value, str)},
                before,
            )
        )
        return self.process_name

    def call(self, function: str, *args: str) -> None:
        self.parts.calls.append(f"qnn::{function}({', '.join(args)});")

    def through(self, process: Process, function: str, *more: str) -> None:
        """Calls a function with the inputs, the outputs, the number of frames, and memories."""
        streams = [self.channels[value] for value in (*process.operands, *process.results)]
        self.call(function, *streams, "frames", *more)

    def memory(self, memory: Memory) -> str:
        """The name of a memory, after adding it to the design."""
        self.parts.memories.append(memory)
        return memory.name

    def memory_name(self, what: str) -> str:
        return identifier(f"{self.process_name}_{what}", self.taken)

    @singledispatchmethod
    def emit(self, process: Process) -> None:
        raise EmitError(f"{process.name} can't be written as HLS C++")

    # Ends

    @emit.register
    def source(self, process: SourceOp) -> None:
        port = self.port(process.port.data, channel_of(process.output), False)
        shape = self.port_shape(process, channel_of(process.output), port)
        words = self.channel(8 * port.word_bytes, what="bytes")
        taken = f"receive<{port.frame_words}>" if self.streams else f"fetch<{port.frame_bytes}>"
        self.call(taken, port.name, words, "frames")
        aligned = f"{shape}, true" if self.streams else shape
        self.call(f"source<{aligned}>", words, self.channels[process.output], "frames")

    @emit.register
    def sink(self, process: SinkOp) -> None:
        port = self.port(process.port.data, channel_of(process.x), True)
        shape = self.port_shape(process, channel_of(process.x), port)
        words = self.channel(8 * port.word_bytes, what="bytes")
        aligned = f"{shape}, true" if self.streams else shape
        self.call(f"sink<{aligned}>", self.channels[process.x], words, "frames")
        given = f"send<{port.frame_words}>" if self.streams else f"store<{port.frame_bytes}>"
        self.call(given, words, port.name, "frames")

    def port(self, name: str, channel: ChannelType, written: bool) -> Port:
        each = element_bytes(channel.element_type)
        word = port_bytes(channel.lanes.data * each)
        dtype = dtype_of(channel.element_type)
        port = Port(port_name(name, self.taken), word, channel.frame, dtype, written)
        self.parts.ports.append(port)
        return port

    def port_shape(self, process: Process, channel: ChannelType, port: Port) -> str:
        return self.shape(
            process,
            Element=tag(channel.element_type),
            LANES=channel.lanes.data,
            BYTES=element_bytes(channel.element_type),
            WORDS=channel.words,
            PORT_BYTES=port.word_bytes,
        )

    # Images

    @emit.register
    def window(self, process: WindowOp) -> None:
        (x,), (patches,) = process.inputs, process.outputs
        height, width, depth = x.frame
        rows, columns, _ = patches.frame
        window = process.window
        shape = self.shape(
            process,
            Element=tag(x.element_type),
            HEIGHT=height,
            WIDTH=width,
            CHANNELS=depth,
            ROWS=rows,
            COLUMNS=columns,
            KERNEL_HEIGHT=window.kernel[0],
            KERNEL_WIDTH=window.kernel[1],
            STRIDE_DOWN=window.strides[0],
            STRIDE_ACROSS=window.strides[1],
            DILATION_DOWN=window.dilations[0],
            DILATION_ACROSS=window.dilations[1],
            LANES_IN=x.lanes.data,
            LANES_OUT=patches.lanes.data,
            BY_CHANNEL=process.by_channel is not None,
            ITERATIONS=schedule_of(process).interval,
        )
        self.through(process, f"window<{shape}>")

    @emit.register
    def pad(self, process: PadOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        top, left, _, _ = process.pads.get_values()
        down, across = pairs(process.spread)
        shape = self.shape(
            process,
            Element=tag(x.element_type),
            HEIGHT=x.frame[0],
            WIDTH=x.frame[1],
            ROWS=y.frame[0],
            COLUMNS=y.frame[1],
            TOP=top,
            LEFT=left,
            DOWN=down,
            ACROSS=across,
            PIXEL_WORDS=x.frame[-1] // x.lanes.data,
            LANES=x.lanes.data,
            VALUE=code_of(process.value.value.data, x.element_type),
        )
        self.through(process, f"pad<{shape}>")

    @emit.register
    def crop(self, process: CropOp) -> None:
        (x,) = process.inputs
        lanes, (*spans, last) = x.lanes.data, process.spans
        sizes = [*x.frame[:-1], x.frame[-1] // lanes]
        words = slice(last.start // lanes, -(-last.stop // lanes), last.step)
        axes = list(zip(sizes, (*spans, words), strict=True))
        if len(axes) > 3:
            raise EmitError(f"{self.process_name!r} crops {len(axes)} axes, at most 3 are possible")
        axes = [(1, slice(0, 1, 1))] * (3 - len(axes)) + axes
        numbers: dict[str, int] = {}
        for axis, (size, span) in enumerate(axes):
            numbers |= {f"SIZE_{axis}": size, f"START_{axis}": span.start}
            numbers |= {f"END_{axis}": span.stop, f"STEP_{axis}": span.step}
        shape = self.shape(process, Element=tag(x.element_type), LANES=lanes, **numbers)
        self.through(process, f"crop<{shape}>")

    @emit.register
    def upsample(self, process: UpsampleOp) -> None:
        (x,) = process.inputs
        down, across = pairs(process.scales)
        shape = self.shape(
            process,
            Element=tag(x.element_type),
            LANES=x.lanes.data,
            HEIGHT=x.frame[0],
            WIDTH=x.frame[1],
            DOWN=down,
            ACROSS=across,
            PIXEL_WORDS=x.frame[-1] // x.lanes.data,
        )
        self.through(process, f"upsample<{shape}>")

    @emit.register
    def pool(self, process: PoolOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        lanes, pixels = process.at_once
        shape = self.shape(
            process,
            Input=tag(x.quant_type),
            Output=tag(y.quant_type),
            LANES=lanes,
            AT_ONCE=pixels,
            STEPS=x.words // y.words,
            WORDS=y.words,
        )
        join = "qnn::Maximum" if process.sum is None else "qnn::Total"
        self.through(process, f"pool<{shape}, {join}>")

    # Arithmetic

    @emit.register
    def matvec(self, process: MatvecOp) -> None:
        rows, columns = process.rows.shape
        self.weighted(process, "matvec", columns, rows, process.vectors)

    @emit.register
    def depthwise(self, process: DepthwiseOp) -> None:
        rows, taps = process.rows.shape
        vectors = prod(process.outputs[0].frame[:-1])
        self.weighted(process, "depthwise", taps, rows, vectors)

    def weighted(
        self,
        process: WeightedProcess,
        function: str,
        columns: int,
        rows: int,
        vectors: int,
    ) -> None:
        """A process with weights: so many rows and columns of them at once."""
        pe, simd = process.at_once
        activation, memories = self.activation(process, process.bias is not None)
        weight, before = self.weight_type(process)
        shape = self.shape(
            process,
            before,
            Input=tag(process.inputs[0].quant_type),
            Weight=weight,
            Sum=tag(process.sum_type),
            Output=tag(process.outputs[0].quant_type),
            Multiplier="qnn::Fabric" if process.dsp is None else "qnn::Dsp",
            Activation=activation,
            PE=pe,
            SIMD=simd,
            STEPS=columns // simd,
            FOLDS=rows // pe,
            VECTORS=vectors,
        )
        weights = self.weights(process, process.at_once, vectors)
        self.through(process, f"{function}<{shape}>", weights, *memories)

    def weight_type(self, process: WeightedProcess) -> tuple[str, str]:
        """The type of the weights; a codebook is one that reads its table."""
        element = check_element(data_of(process, process.weights).element)
        if process.codebook is None:
            return tag(element), ""
        table = data_of(process, process.codebook)
        values = integers_of(process, process.codebook)
        name, bits = self.memory_name("weight"), bit_width(element)
        low, high = int(values.min()), int(values.max())
        kind = signed(bit_width(smallest_type(min(low, -1), high)))
        numbers = ", ".join(str(int(value)) for value in values)
        entry = f"ap_int<{bit_width(kind)}>"
        text = (
            f"/// An index into a codebook of {len(table.array)}.\n"
            f"struct {name} {{\n"
            f"    static const int BITS = {bits};\n"
            f"    typedef {entry} Value;\n"
            f"    static Value decode(const ap_uint<{bits}>& code) {{\n"
            f"        static const {entry} table[{len(values)}] = {{{numbers}}};\n"
            f"        return table[code];\n    }}\n}};\n\n"
        )
        return name, text

    def weights(self, process: WeightedProcess, at_once: tuple[int, int], vectors: int) -> str:
        """The memory that holds the weights, or the stream in which they come from outside."""
        name, storage = self.memory_name("weights"), process.storage.data
        if storage != Storage.OUTSIDE:
            memory = rows_memory(
                process, name, process.weights, at_once, [BINDINGS[storage].format(name)]
            )
            return self.memory(memory)
        memory = rows_memory(process, name, process.weights, at_once)
        return self.outside(process, memory, at_once, vectors)

    def outside(
        self, process: WeightedProcess, memory: Memory, at_once: tuple[int, int], vectors: int
    ) -> str:
        """A process that reads weights from a port, all of them for each vector."""
        (pe, simd), depth = at_once, memory.sizes[0]
        element = data_of(process, process.weights).element
        assert isinstance(element, QuantType)
        each = word_bytes(element, at_once)
        word = port_bytes(pe * each)
        frame = (depth, pe, each)
        port = Port(memory.name, word, frame, np.dtype(np.uint8), weights=memory)
        self.parts.ports.append(port)
        bits = simd * bit_width(element)
        name = identifier(f"{memory.name}_source", self.taken)
        self.parts.shapes.append(
            Shape(
                name,
                f"{depth} addresses of {pe} rows, {bits} bits of each.",
                {"Element": f"qnn::Unsigned<{bits}>"},
                {"LANES": pe, "BYTES": each, "WORDS": depth, "PORT_BYTES": word},
            )
        )
        packed, rows = self.channel(8 * word, what="bytes"), self.channel(pe * bits, what="rows")
        count = -(-port.frame_bytes // word)
        self.call(f"fetch_again<{count}, {vectors}>", port.name, packed, "frames")
        self.call(f"source<{name}, true, {vectors}>", packed, rows, "frames")
        return rows

    @emit.register
    def threshold(self, process: ThresholdOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        activation, memories = self.activation(process, False)
        shape = self.shape(
            process,
            Input=tag(x.quant_type),
            Output=tag(y.quant_type),
            Activation=activation,
            LANES=x.lanes.data,
            GROUPS=x.frame[-1] // x.lanes.data,
            WORDS=x.words,
        )
        self.through(process, f"threshold<{shape}>", *memories)

    def activation(self, process: ThresholdedProcess, biased: bool) -> tuple[str, list[str]]:
        """The type of what follows a sum, and its memories."""
        pe = process.outputs[0].lanes.data
        type, memories = (
            self.steps(process) if process.thresholds is not None else ("qnn::Pass", [])
        )
        if process.descending is not None:
            name = self.memory_name("descending")
            flags = rows_memory(process, name, process.descending, (pe, 1))
            memories = [*memories, self.memory(flags)]
        if not biased:
            return type, memories
        assert isinstance(process, WeightedProcess) and process.bias is not None
        name = self.memory_name("bias")
        bias = self.memory(rows_memory(process, name, process.bias, (pe, 1)))
        element = check_element(data_of(process, process.bias).element)
        return f"qnn::Biased<{tag(element)}, {type}>", [bias, *memories]

    def steps(self, process: ThresholdedProcess) -> tuple[str, list[str]]:
        """Thresholds: few are compared at once, many are searched."""
        assert process.thresholds is not None
        data = data_of(process, process.thresholds)
        rows, pe = data.array, process.outputs[0].lanes.data
        shared, count = len(rows) == 1 < process.channels, rows.shape[1]
        at_once = 1 if shared else pe
        result = f"qnn::Level<{count}, {process.offset.value.data}>"
        if isinstance(process.outputs[0].element_type, BipolarType):
            result = "qnn::Sign"
        name, flag = self.memory_name("thresholds"), str(shared).lower()
        if count <= AT_ONCE:
            memory = rows_memory(process, name, process.thresholds, (at_once, count))
            kind = f"qnn::Compared<{tag(data.element)}, {count}, {result}, {flag}>"
        else:
            tree, element = search_levels(rows), check_element(data.element)
            assert isinstance(element, QuantType)
            levels, half = tree.shape[0], tree.shape[2]
            groups = tree.reshape(levels, -1, at_once, half)
            partitions = [f"ARRAY_PARTITION variable={name} complete dim={n}" for n in (1, 3)]
            sizes, words = groups.shape, codes_of(groups, element)
            memory = Memory(name, bit_width(element), sizes, words, tuple(partitions))
            kind = f"qnn::Searched<{tag(element)}, {levels}, {count}, {result}, {flag}>"
        return kind, [self.memory(memory)]

    @emit.register
    def lookup(self, process: LookupOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        table, lanes = data_of(process, process.table), x.lanes.data
        first, entries = process.first.value.data, table.array.shape[-1]
        if table.array.ndim == 2:
            groups = table.array.reshape(-1, lanes, entries)
        else:
            groups = np.tile(table.array, (1, lanes, 1))
        name = self.memory_name("table")
        partition = (f"ARRAY_PARTITION variable={name} complete dim=1",)
        copies = groups.swapaxes(0, 1)
        memory = Memory(
            name,
            bit_width(table.element),
            copies.shape,
            codes_of(copies, table.element),
            partition if lanes > 1 else (),
        )
        shape = self.shape(
            process,
            Input=tag(x.quant_type),
            Output=tag(y.element_type),
            LANES=lanes,
            GROUPS=x.frame[-1] // lanes,
            WORDS=x.words,
            FIRST=first,
            ENTRIES=entries,
        )
        self.through(process, f"lookup<{shape}>", self.memory(memory))

    @emit.register
    def add(self, process: AddOp) -> None:
        (left, right), (y,) = process.inputs, process.outputs
        first, second = process.multipliers.get_values()
        shape = self.shape(
            process,
            Left=tag(left.quant_type),
            Right=tag(right.quant_type),
            Output=tag(y.quant_type),
            LANES=left.lanes.data,
            WORDS=left.words,
            LEFT_TIMES=first,
            RIGHT_TIMES=second,
        )
        self.through(process, f"add<{shape}>")

    @emit.register
    def offset(self, process: OffsetOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        lanes, name = x.lanes.data, self.memory_name("rows")
        rows = self.memory(rows_memory(process, name, process.rows, (1, lanes)))
        kinds = "qnn::OneKind()"
        if process.kinds is not None:
            name, values = self.memory_name("kinds"), integers_of(process, process.kinds)
            element = smallest_type(0, int(values.max()))
            codes = codes_of(values, element)
            kinds = self.memory(Memory(name, bit_width(element), values.shape, codes))
        shape = self.shape(
            process,
            Input=tag(x.quant_type),
            Row=tag(check_element(data_of(process, process.rows).element)),
            Output=tag(y.quant_type),
            LANES=lanes,
            GROUPS=x.frame[-1] // lanes,
            PIXELS=prod(x.frame[:-1]),
        )
        self.through(process, f"offset<{shape}>", rows, kinds)

    @emit.register
    def label_select(self, process: LabelSelectOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        shape = self.shape(
            process,
            Input=tag(x.quant_type),
            Output=tag(y.quant_type),
            LANES_IN=x.lanes.data,
            LANES_OUT=y.lanes.data,
            WORDS=x.words,
            K=y.frame[0],
        )
        self.through(process, f"label_select<{shape}>")

    # Flow

    @emit.register
    def fork(self, process: ForkOp) -> None:
        streams = [self.channels[value] for value in (process.x, *process.copies)]
        self.call(f"fork<{process.inputs[0].words}>", "frames", *streams)

    @emit.register
    def concat(self, process: ConcatOp) -> None:
        streams = [self.channels[value] for value in (process.output, *process.parts)]
        self.call(f"concat<{turns(process.inputs)}>", "frames", *streams)

    @emit.register
    def split(self, process: SplitOp) -> None:
        streams = [self.channels[value] for value in (process.x, *process.parts)]
        self.call(f"split<{turns(process.outputs)}>", "frames", *streams)

    @emit.register
    def resize(self, process: ResizeOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        if x.lanes == y.lanes:
            function = f"link<{x.words}>"
        elif y.lanes.data % x.lanes.data == 0:
            function = f"widen<{y.words}>"
        elif x.lanes.data % y.lanes.data == 0:
            function = f"narrow<{x.words}>"
        else:
            function = f"regroup<{max(x.words, y.words)}>"
        self.through(process, function)

    @emit.register
    def link(self, process: LinkOp) -> None:
        self.through(process, f"link<{process.inputs[0].words}>")


def element_bytes(element: ElementType) -> int:
    """The bytes that an element takes for the host."""
    return dtype_of(element).itemsize


def port_bytes(needed: int) -> int:
    """The bytes of a port's word: a power of two."""
    return min(WIDEST_PORT, 1 << (needed - 1).bit_length())


def code_of(value: int, element: ElementType) -> int:
    """The bits that stand for a whole number."""
    if isinstance(element, BipolarType):
        return int(value > 0)
    if isinstance(element, FloatType):
        bits = bit_width(element)
        return int(np.array(value, f"f{bits // 8}").view(f"u{bits // 8}"))
    return value % (1 << bit_width(element))


def turns(parts: Sequence[ChannelType]) -> str:
    """How many pixels a frame has, and how many words of each the parts have."""
    widths = [part.frame[-1] // part.lanes.data for part in parts]
    return ", ".join(map(str, [parts[0].words // widths[0], *widths]))


def search_levels(rows: Array) -> Array:
    """Sorted rows as binary trees: levels x rows x as much room as the last level takes.

    Level l has 2^l entries. The last threshold is repeated to fill the tree, so that more may be
    reached than there are: the hardware counts no further.
    """
    channels, count = rows.shape
    levels = count.bit_length()
    full = np.repeat(rows[:, -1:], (1 << levels) - 1, 1)
    full[:, :count] = rows
    tree = np.zeros((levels, channels, 1 << (levels - 1)), rows.dtype)
    for level in range(levels):
        step = 1 << (levels - level)
        tree[level, :, : 1 << level] = full[:, step // 2 - 1 :: step]
    return tree
