"""The work of a network: multiplications, operations, bit operations, and the bits that it moves.

Summaries of networks and estimates of designs both use these counts.
"""

from dataclasses import dataclass
from functools import singledispatch
from math import log2, prod

from ...qdialect.stream import DesignOp, Process, SinkOp, SourceOp
from ...qdialect.stream.compute import WeightedProcess
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.process import data_of
from ...qdialect.types import bit_width


@dataclass(frozen=True)
class NetworkWork:
    """The operations and the bits of one frame."""

    macs: int = 0
    bops: float = 0.0
    """Bit operations as UNIQ counts them: each product, and its share of a sum of full width."""
    weight_bits: int = 0
    feature_bits: int = 0
    """Bits of all feature maps between the layers, with the input and the results."""
    external_bits: int = 0
    """Bits that the device reads from outside, or writes there."""

    @property
    def ops(self) -> int:
        """Operations: each MAC is a multiplication and an addition."""
        return 2 * self.macs

    @property
    def intensity(self) -> float:
        """Operations per byte of off-chip traffic."""
        return self.ops / (self.external_bits / 8) if self.external_bits else float("inf")

    def __add__(self, other: "NetworkWork") -> "NetworkWork":
        return NetworkWork(
            self.macs + other.macs,
            self.bops + other.bops,
            self.weight_bits + other.weight_bits,
            self.feature_bits + other.feature_bits,
            self.external_bits + other.external_bits,
        )


def matrix_work(
    positions: int, rows: int, cols: int, weight_bits: int, activation_bits: int
) -> NetworkWork:
    """A matrix times a vector at each position; a convolution multiplies a matrix with patches.

    With groups, or by channel, the columns are those that have weights in a row.
    """
    macs = positions * rows * cols
    both = activation_bits * weight_bits + activation_bits + weight_bits
    return NetworkWork(macs, macs * (both + log2(cols)), rows * cols * weight_bits)


def network_work(design: DesignOp) -> NetworkWork:
    """The work of a design; weights from a codebook count with the bits of their indices."""
    return sum(map(process_work, design.processes), NetworkWork())


@singledispatch
def process_work(process: Process) -> NetworkWork:
    """The work of a process, with the feature map that it writes, if that is a new one."""
    return NetworkWork()


@process_work.register
def port_work(process: SourceOp | SinkOp) -> NetworkWork:
    """A link carries a feature map that is counted where it was computed, and is not external."""
    if process.over is not None:
        return NetworkWork()
    (channel,) = process.inputs or process.outputs
    bits = prod(channel.frame) * bit_width(channel.element_type)
    return NetworkWork(external_bits=bits, feature_bits=bits if process.outputs else 0)


@process_work.register
def weighted_work(process: WeightedProcess) -> NetworkWork:
    (x,), (y,) = process.inputs, process.outputs
    rows, cols = process.rows.shape
    weight = bit_width(data_of(process, process.weights).element)
    work = matrix_work(prod(y.frame[:-1]), rows, cols, weight, bit_width(x.element_type))
    made = prod(y.frame) * bit_width(y.element_type)
    return work + NetworkWork(feature_bits=made, external_bits=external_weights(process))


def external_weights(process: WeightedProcess) -> int:
    """Bits of weights read from outside for a frame: all weights, for each vector."""
    if process.storage.data != Storage.OUTSIDE:
        return 0
    weight = bit_width(data_of(process, process.weights).element)
    return prod(process.outputs[0].frame[:-1]) * process.rows.size * weight
