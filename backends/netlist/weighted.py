"""Processes with weights or thresholds: matvec, depthwise, threshold; and weights from a port."""

from dataclasses import dataclass
from enum import Enum
from math import prod

import numpy as np

from ...hardware.resources.cost import two_products_fit_one_dsp, vector_storage
from ...qdialect.packing import word_bytes
from ...qdialect.stream.compute import DepthwiseOp, MatvecOp, ThresholdOp, WeightedProcess
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.process import constant_integers, data_of
from ...qdialect.stream.products import ProductKind, product_kind
from ...qdialect.types import (
    ElementType,
    QuantType,
    bit_width,
    check_element,
    signed,
    smallest_type,
)
from .builder import Builder, Wiring, build_instance
from .memories import Memory, constant_type, rows_memory
from .names import unused_name
from .netlist import ActivationStages, Channel, DesignPort, Instance, PortInstance, WeightCodebook
from .parameters import PerFrame
from .thresholds import build_activation


class Multiplier(Enum):
    """Where products are computed."""

    FABRIC = "in LUTs"
    DSP = "in DSPs"


@dataclass(frozen=True)
class WeightedInstance(Instance):
    """A process that multiplies its input with weights: PE rows and SIMD columns in a cycle."""

    input: QuantType
    weight: ElementType | WeightCodebook
    sum: QuantType
    output: QuantType
    multiplier: Multiplier
    pe: int
    simd: int
    steps: int
    """Cycles for the columns of a row."""
    folds: int
    """Groups of PE rows."""
    vectors: PerFrame[int]
    weights: Memory | Channel
    """The memory of the weights, or the channel in which they come from a port."""
    activation: ActivationStages

    @property
    def factor(self) -> ElementType:
        """The type of the numbers that the weights represent."""
        return self.weight.entry if isinstance(self.weight, WeightCodebook) else self.weight

    @property
    def multiplies_in_dsps(self) -> bool:
        """Whether its products, of which no factor is a sign, are in DSPs."""
        kind = product_kind(self.factor, self.input)
        return self.multiplier is Multiplier.DSP and kind is ProductKind.INTEGER

    @property
    def row_bits(self) -> int:
        """Bits of the weights of one row in a cycle."""
        bits = self.weights.bits
        return bits // self.pe if isinstance(self.weights, Channel) else bits


@dataclass(frozen=True)
class MatvecInstance(WeightedInstance):
    """A matrix times every vector of a frame."""

    kind = "matvec"

    vector_storage: Storage | None
    """Where the vector is stored for all groups of rows but the first; None for one group."""

    @property
    def pairs_rows(self) -> bool:
        """Whether each DSP computes the products of two rows."""
        fits = two_products_fit_one_dsp(self.factor, self.input)
        return self.multiplies_in_dsps and self.pe > 1 and fits


class DepthwiseInstance(WeightedInstance):
    """Multiplies each channel of a patch by that channel's weights."""

    kind = "depthwise"


@build_instance.register
def build_matvec(process: MatvecOp, builder: Builder) -> MatvecInstance:
    pe, simd = map(np.array, process.parallelism)
    found = vector_storage(process, builder.vendor, pe, simd)
    storage = next((kind for kind, chosen in found.items() if chosen), None)
    return MatvecInstance(**vars(build_weighted(process, builder)), vector_storage=storage)


@build_instance.register
def build_depthwise(process: DepthwiseOp, builder: Builder) -> DepthwiseInstance:
    return DepthwiseInstance(**vars(build_weighted(process, builder)))


def build_weighted(process: WeightedProcess, builder: Builder) -> WeightedInstance:
    """The fields that all processes with weights have."""
    (rows, columns), vectors = process.rows.shape, prod(process.outputs[0].frame[:-1])
    pe, simd = process.parallelism
    activation = build_activation(builder, process, process.bias)
    weight = weight_type(process, builder)
    weights = build_weights(process, vectors, builder)
    name, comment, reads, writes = builder.wiring(process)
    return WeightedInstance(
        name,
        comment,
        reads,
        writes,
        input=process.inputs[0].quant_type,
        weight=weight,
        sum=process.sum_type,
        output=process.outputs[0].quant_type,
        multiplier=Multiplier.FABRIC if process.dsp is None else Multiplier.DSP,
        pe=pe,
        simd=simd,
        steps=columns // simd,
        folds=rows // pe,
        vectors=vectors,
        weights=weights,
        activation=activation,
    )


def weight_type(process: WeightedProcess, builder: Builder) -> ElementType | WeightCodebook:
    """The type of the weights; each codebook is a separate type."""
    element = check_element(data_of(process, process.weights).element)
    if process.codebook is None:
        return element
    values = constant_integers(process, process.codebook)
    entry = signed(bit_width(smallest_type(min(int(values.min()), -1), int(values.max()))))
    return WeightCodebook(builder.own_name("weight"), bit_width(element), values, entry)


def build_weights(process: WeightedProcess, vectors: int, builder: Builder) -> Memory | Channel:
    """The memory of the weights, or the channel in which they come from a port."""
    name, storage = builder.own_name("weights"), process.storage.data
    memory = rows_memory(process, name, process.weights, process.parallelism, storage)
    if storage in (Storage.OUTSIDE, Storage.ULTRA):
        return build_weights_reader(process, memory, vectors, builder)
    return builder.memory(memory)


@dataclass(frozen=True)
class WeightsInstance(PortInstance):
    """Reads weights from a port, all of them for every vector."""

    kind = "weights"

    rows: int
    """Rows at an address."""
    bits: int
    """Bits of one row."""
    bytes: int
    """Bytes of one row in the host's memory."""
    words: int
    """Addresses."""
    times: int
    """Vectors of a frame."""


class CopiedWeightsInstance(WeightsInstance):
    """Reads weights from a port once, into a memory that repeats them for every vector: UltraRAM,
    which has no contents at start-up on most devices."""


def build_weights_reader(
    process: WeightedProcess, memory: Memory, vectors: int, builder: Builder
) -> Channel:
    """Adds a port and the process that reads weights from it; returns that process's channel."""
    (pe, simd), depth = process.parallelism, memory.sizes[0]
    element = constant_type(process, process.weights)
    row_bytes = word_bytes(element, process.parallelism)
    bits = simd * bit_width(element)
    frame = (depth, pe, row_bytes)
    port = builder.port(
        DesignPort(memory.name, pe * row_bytes, frame, np.dtype(np.uint8), weights=memory)
    )
    name = unused_name(f"{memory.name}_source", builder.netlist.used_names)
    rows = builder.channel(pe * bits, suffix="rows")
    comment = f"{depth} addresses of {pe} rows, {bits} bits of each."
    wiring: Wiring = name, comment, [], [rows]
    copied = process.storage.data == Storage.ULTRA
    reader = (CopiedWeightsInstance if copied else WeightsInstance)(
        *wiring,
        port=port,
        rows=pe,
        bits=bits,
        bytes=row_bytes,
        words=depth,
        times=vectors,
    )
    builder.netlist.instances.append(reader)
    return rows


@dataclass(frozen=True)
class ThresholdInstance(Instance):
    """Passes every element through thresholds."""

    kind = "threshold"

    input: QuantType
    output: QuantType
    lanes: int
    groups: int
    """Words of a pixel."""
    words: PerFrame[int]
    activation: ActivationStages


@build_instance.register
def build_threshold(process: ThresholdOp, builder: Builder) -> ThresholdInstance:
    (x,), (y,) = process.inputs, process.outputs
    return ThresholdInstance(
        *builder.wiring(process),
        input=x.quant_type,
        output=y.quant_type,
        lanes=x.lanes.data,
        groups=x.frame[-1] // x.lanes.data,
        words=x.words,
        activation=build_activation(builder, process, None),
    )
