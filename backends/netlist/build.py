"""From a streaming design to its parts: one method for each kind of process.

    parts_of(design, "lenet")

What a vendor's language makes of a part is its backend's; no backend walks over a design itself.
"""

from collections.abc import Sequence
from functools import singledispatchmethod
from math import prod

import numpy as np

from ...hardware.timing.schedule import schedule_of
from ...qdialect.packing import word_bytes
from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.borders import CropOp, PadOp, UpsampleOp
from ...qdialect.stream.compute import MatvecOp, ThresholdOp, WeightedProcess
from ...qdialect.stream.elements import AddOp, LabelSelectOp, LookupOp, OffsetOp
from ...qdialect.stream.flow import ConcatOp, ForkOp, LinkOp, RepackOp, SplitOp
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.pool import PoolOp
from ...qdialect.stream.ports import SinkOp, SourceOp
from ...qdialect.stream.process import constant_integers, data_of, int_pair
from ...qdialect.stream.scale import ScaleOp
from ...qdialect.stream.types import ChannelType, channel_of
from ...qdialect.stream.window import WindowOp
from ...qdialect.types import (
    BipolarType,
    ElementType,
    FloatType,
    bit_width,
    check_element,
    dtype_of,
    signed,
    smallest_type,
)
from .builder import Builder
from .memories import Memory, codes_of, quant_of, rows_memory
from .names import port_name, top_name, unused
from .netlist import KEPT, Channel, Codebook, EmitError, Instance, Netlist, Number, Port
from .thresholds import activation_of


def build_netlist(design: DesignOp, name: str = "") -> Netlist:
    """The parts of a design, in order; its channels have depths."""
    top = top_name(name or design.sym_name.data)
    if not design.sources or not design.sinks:
        raise EmitError(f"design {top!r} needs a source and a sink")
    emitter = NetlistBuilder(top)
    for process in design.processes:
        emitter.start(process)
        emitter.emit(process)
    return emitter.parts


class NetlistBuilder(Builder):
    """Writes process by process."""

    @singledispatchmethod
    def emit(self, process: Process) -> None:
        raise EmitError(f"{process.name} can't be written as HLS C++ or OpenCL")

    # Ends

    @emit.register
    def source(self, process: SourceOp) -> None:
        channel = channel_of(process.output)
        if process.over is not None:
            return self.link_end(process, "arrive", process.port.data, channel)
        self.end(process, "source", process.port.data, channel)

    @emit.register
    def sink(self, process: SinkOp) -> None:
        channel = channel_of(process.x)
        if process.over is not None:
            return self.link_end(process, "depart", process.port.data, channel)
        self.end(process, "sink", process.port.data, channel)

    def link_end(self, process: Process, kind: str, name: str, channel: ChannelType) -> None:
        """Where words come from another device, or go to one, as they are."""
        port = Port.of_link(port_name(name, self.parts.taken), channel, kind == "depart")
        self.parts.ports.append(port)
        numbers = {"WORDS": channel.words, "LANES": channel.lanes.data}
        self.part(process, kind, numbers, {"Element": channel.element_type}, port=port)

    def end(self, process: Process, kind: str, name: str, channel: ChannelType) -> None:
        """Where frames enter or leave."""
        lanes, dtype = channel.lanes.data, dtype_of(channel.element_type)
        numbers = {"LANES": lanes, "BYTES": dtype.itemsize, "WORDS": channel.words}
        port = Port(
            port_name(name, self.parts.taken),
            lanes * dtype.itemsize,
            channel.frame,
            dtype,
            kind == "sink",
        )
        self.parts.ports.append(port)
        self.part(process, kind, numbers, {"Element": channel.element_type}, port=port)

    # Images

    @emit.register
    def window(self, process: WindowOp) -> None:
        (x,), (patches,) = process.inputs, process.outputs
        height, width, depth = x.frame
        rows, columns, _ = patches.frame
        window = process.window
        numbers = {
            "HEIGHT": height,
            "WIDTH": width,
            "CHANNELS": depth,
            "ROWS": rows,
            "COLUMNS": columns,
            "KERNEL_HEIGHT": window.kernel[0],
            "KERNEL_WIDTH": window.kernel[1],
            "STRIDE_DOWN": window.strides[0],
            "STRIDE_ACROSS": window.strides[1],
            "DILATION_DOWN": window.dilations[0],
            "DILATION_ACROSS": window.dilations[1],
            "LANES_IN": x.lanes.data,
            "LANES_OUT": patches.lanes.data,
            "BY_CHANNEL": process.by_channel is not None,
            "ITERATIONS": schedule_of(process).interval,
        }
        self.part(process, "window", numbers, {"Element": x.element_type})

    @emit.register
    def pad(self, process: PadOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        top, left, _, _ = process.pads.get_values()
        down, across = int_pair(process.spread)
        numbers = {
            "HEIGHT": x.frame[0],
            "WIDTH": x.frame[1],
            "ROWS": y.frame[0],
            "COLUMNS": y.frame[1],
            "TOP": top,
            "LEFT": left,
            "DOWN": down,
            "ACROSS": across,
            "PIXEL_WORDS": x.frame[-1] // x.lanes.data,
            "LANES": x.lanes.data,
            "VALUE": code_of(process.value.value.data, x.element_type),
        }
        self.part(process, "pad", numbers, {"Element": x.element_type})

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
        numbers: dict[str, Number] = {"LANES": lanes}
        for axis, (size, span) in enumerate(axes):
            numbers |= {f"SIZE_{axis}": size, f"START_{axis}": span.start}
            numbers |= {f"END_{axis}": span.stop, f"STEP_{axis}": span.step}
        self.part(process, "crop", numbers, {"Element": x.element_type})

    @emit.register
    def upsample(self, process: UpsampleOp) -> None:
        (x,) = process.inputs
        down, across = int_pair(process.scales)
        numbers = {
            "LANES": x.lanes.data,
            "HEIGHT": x.frame[0],
            "WIDTH": x.frame[1],
            "DOWN": down,
            "ACROSS": across,
            "PIXEL_WORDS": x.frame[-1] // x.lanes.data,
        }
        self.part(process, "upsample", numbers, {"Element": x.element_type})

    @emit.register
    def pool(self, process: PoolOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        lanes, pixels = process.at_once
        numbers = {
            "LANES": lanes,
            "AT_ONCE": pixels,
            "STEPS": x.words // y.words,
            "WORDS": y.words,
        }
        choice = "Maximum" if process.sum is None else "Total"
        types = {"Input": x.quant_type, "Output": y.quant_type}
        self.part(process, "pool", numbers, types, choice=choice)

    # Arithmetic

    @emit.register
    def weighted(self, process: WeightedProcess) -> None:
        """A process with weights: so many rows and columns of them at once."""
        (rows, columns), vectors = process.rows.shape, prod(process.outputs[0].frame[:-1])
        pe, simd = process.at_once
        activation, memories = activation_of(self, process, process.bias)
        types: dict[str, ElementType | Codebook] = {
            "Input": process.inputs[0].quant_type,
            "Weight": self.weight_type(process),
            "Sum": process.sum_type,
            "Output": process.outputs[0].quant_type,
        }
        numbers = {
            "PE": pe,
            "SIMD": simd,
            "STEPS": columns // simd,
            "FOLDS": rows // pe,
            "VECTORS": vectors,
        }
        weights = self.weights(process, vectors)
        choice = "Fabric" if process.dsp is None else "Dsp"
        kind = process.name.removeprefix("stream.")
        registers = isinstance(process, MatvecOp) and process.vector_in_registers is not None
        constants = weights, activation, memories
        self.part(process, kind, numbers, types, *constants, choice, in_registers=registers)

    def weight_type(self, process: WeightedProcess) -> ElementType | Codebook:
        """The type of the weights; those from a codebook have one of their own."""
        element = check_element(data_of(process, process.weights).element)
        if process.codebook is None:
            return element
        values = constant_integers(process, process.codebook)
        kind = signed(bit_width(smallest_type(min(int(values.min()), -1), int(values.max()))))
        return Codebook(self.own_name("weight"), bit_width(element), values, kind)

    def weights(self, process: WeightedProcess, vectors: int) -> Memory | Channel:
        """The memory that holds the weights, or the channel in which they come from outside."""
        name, storage = self.own_name("weights"), process.storage.data
        memory = rows_memory(process, name, process.weights, process.at_once, storage)
        if storage in (Storage.OUTSIDE, Storage.ULTRA):
            return self.outside(process, memory, vectors)
        return self.memory(memory)

    def outside(self, process: WeightedProcess, memory: Memory, vectors: int) -> Channel:
        """A part that reads weights from a port, all of them for each vector.

        UltraRAM starts empty on most devices: it is filled from the port, once.
        """
        (pe, simd), depth = process.at_once, memory.sizes[0]
        element = quant_of(process, process.weights)
        each = word_bytes(element, process.at_once)
        bits = simd * bit_width(element)
        frame = (depth, pe, each)
        port = Port(memory.name, pe * each, frame, np.dtype(np.uint8), weights=memory)
        self.parts.ports.append(port)
        name = unused(f"{memory.name}_source", self.parts.taken)
        rows = self.channel(pe * bits, what="rows")
        comment = f"{depth} addresses of {pe} rows, {bits} bits of each."
        numbers = {"ROWS": pe, "BITS": bits, "BYTES": each, "WORDS": depth, "TIMES": vectors}
        kept = KEPT if process.storage.data == Storage.ULTRA else ""
        part = Instance(name, "weights", comment, [], [rows], numbers, choice=kept, port=port)
        self.parts.parts.append(part)
        return rows

    @emit.register
    def threshold(self, process: ThresholdOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        activation, memories = activation_of(self, process, None)
        numbers = {
            "LANES": x.lanes.data,
            "GROUPS": x.frame[-1] // x.lanes.data,
            "WORDS": x.words,
        }
        types = {"Input": x.quant_type, "Output": y.quant_type}
        self.part(process, "threshold", numbers, types, None, activation, memories)

    @emit.register
    def scale(self, process: ScaleOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        low, high = int_pair(process.clamp)
        numbers = {
            "LANES": x.lanes.data,
            "GROUPS": x.frame[-1] // x.lanes.data,
            "WORDS": x.words,
            "SHIFT": process.shift.value.data,
            "LOW": low,
            "HIGH": high,
        }
        types: dict[str, ElementType | Codebook] = {"Input": x.quant_type}
        memories: list[Memory] = []
        for key, at_once in process.memories().items():
            symbol = process.constant(key)
            types[key.removesuffix("s").title()] = quant_of(process, symbol)
            memory = rows_memory(process, self.own_name(key), symbol, at_once)
            memories.append(self.memory(memory))
        types |= {"Sum": process.sum_type, "Output": y.quant_type}
        numbers |= {} if process.exceptions is None else {"RAISED": process.raised.value.data}
        choice = "Fabric" if process.dsp is None else "Dsp"
        self.part(process, "scale", numbers, types, memories=memories, choice=choice)

    @emit.register
    def lookup(self, process: LookupOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        table, lanes = data_of(process, process.table), x.lanes.data
        entries = table.array.shape[-1]
        if table.array.ndim == 2:
            groups = table.array.reshape(-1, lanes, entries)
        else:
            groups = np.tile(table.array, (1, lanes, 1))
        copies, bits = groups.swapaxes(0, 1), bit_width(table.element)
        memory = Memory(
            self.own_name("table"),
            bits,
            copies.shape,
            codes_of(copies, table.element),
            (0,),
        )
        numbers = {
            "LANES": lanes,
            "GROUPS": x.frame[-1] // lanes,
            "WORDS": x.words,
            "FIRST": process.first.value.data,
            "ENTRIES": entries,
        }
        types = {"Input": x.quant_type, "Output": y.element_type}
        self.part(process, "lookup", numbers, types, memories=[self.memory(memory)])

    @emit.register
    def add(self, process: AddOp) -> None:
        (left, right), (y,) = process.inputs, process.outputs
        first, second = process.multipliers.get_values()
        numbers = {
            "LANES": left.lanes.data,
            "WORDS": left.words,
            "LEFT_TIMES": first,
            "RIGHT_TIMES": second,
        }
        types = {"Left": left.quant_type, "Right": right.quant_type, "Output": y.quant_type}
        self.part(process, "add", numbers, types)

    @emit.register
    def offset(self, process: OffsetOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        lanes = x.lanes.data
        name = self.own_name("rows")
        memories = [self.memory(rows_memory(process, name, process.rows, (1, lanes)))]
        if process.kinds is not None:
            name, values = self.own_name("kinds"), constant_integers(process, process.kinds)
            element = smallest_type(0, int(values.max()))
            codes = codes_of(values, element)
            kinds = Memory(name, bit_width(element), values.shape, codes)
            memories.append(self.memory(kinds))
        numbers = {
            "LANES": lanes,
            "GROUPS": x.frame[-1] // lanes,
            "PIXELS": prod(x.frame[:-1]),
        }
        row = quant_of(process, process.rows)
        types = {"Input": x.quant_type, "Row": row, "Output": y.quant_type}
        self.part(process, "offset", numbers, types, memories=memories)

    @emit.register
    def label_select(self, process: LabelSelectOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        numbers = {
            "LANES_IN": x.lanes.data,
            "LANES_OUT": y.lanes.data,
            "WORDS": x.words,
            "K": y.frame[0],
        }
        types = {"Input": x.quant_type, "Output": y.quant_type}
        self.part(process, "label_select", numbers, types)

    # Flow

    @emit.register
    def fork(self, process: ForkOp) -> None:
        self.part(process, "fork", {"WORDS": process.inputs[0].words})

    @emit.register
    def concat(self, process: ConcatOp) -> None:
        self.part(process, "concat", turns(process.inputs))

    @emit.register
    def split(self, process: SplitOp) -> None:
        self.part(process, "split", turns(process.outputs))

    @emit.register
    def repack(self, process: RepackOp) -> None:
        (x,), (y,) = process.inputs, process.outputs
        if x.lanes == y.lanes:
            self.part(process, "link", {"WORDS": x.words})
        elif y.lanes.data % x.lanes.data == 0:
            self.part(process, "widen", {"WORDS": y.words})
        elif x.lanes.data % y.lanes.data == 0:
            self.part(process, "narrow", {"WORDS": x.words})
        else:
            self.part(process, "regroup", {"ITERATIONS": max(x.words, y.words)})

    @emit.register
    def link(self, process: LinkOp) -> None:
        self.part(process, "link", {"WORDS": process.inputs[0].words})


def code_of(value: int, element: ElementType) -> int:
    """The bits that stand for a whole number."""
    if isinstance(element, BipolarType):
        return int(value > 0)
    if isinstance(element, FloatType):
        bits = bit_width(element)
        return int(np.array(value, f"f{bits // 8}").view(f"u{bits // 8}"))
    return value % (1 << bit_width(element))


def turns(parts: Sequence[ChannelType]) -> dict[str, int]:
    """How many pixels a frame has, and how many words of each the parts have."""
    widths = [part.frame[-1] // part.lanes.data for part in parts]
    pixels = {"PIXELS": parts[0].words // widths[0]}
    return pixels | {f"WIDTH_{number}": width for number, width in enumerate(widths)}
