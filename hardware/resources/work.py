"""What a network computes: multiplications, operations, bit operations, and the bits it moves.

This is the one place that counts: summaries of networks and estimates of designs both ask here.
"""

from dataclasses import dataclass
from math import log2, prod

from ...qdialect.stream import DesignOp, Process, SinkOp, SourceOp
from ...qdialect.stream.compute import WeightedProcess
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.process import data_of
from ...qdialect.types import bit_width


@dataclass(frozen=True)
class NetworkWork:
    """What is computed for one frame, and the bits that it takes."""

    macs: int = 0
    bops: float = 0.0
    """Bit operations, as UNIQ counts them: a product, and its share of a sum as wide as it gets."""
    weight_bits: int = 0
    feature_bits: int = 0
    """Of all feature maps between the layers, input and results included."""
    external_bits: int = 0
    """That come from outside the device or go there."""

    @property
    def ops(self) -> int:
        """A multiplication and an addition each."""
        return 2 * self.macs

    @property
    def intensity(self) -> float:
        """Operations for each byte from or to the outside."""
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
    """A matrix times a vector at so many positions; a convolution is a matrix for patches.

    With groups, or by channel, the columns are those that a row really has.
    """
    macs = positions * rows * cols
    both = activation_bits * weight_bits + activation_bits + weight_bits
    return NetworkWork(macs, macs * (both + log2(cols)), rows * cols * weight_bits)


def network_work(design: DesignOp) -> NetworkWork:
    """What a design computes, codebooks counted as the indices that are stored."""
    return sum(map(process_work, design.processes), NetworkWork())


def process_work(process: Process) -> NetworkWork:
    """What a process computes, and the feature map that it writes, if it makes a new one.

    What comes over a link is nothing new, and stays among the devices.
    """
    if isinstance(process, SourceOp | SinkOp):
        if process.over is not None:
            return NetworkWork()
        (channel,) = process.inputs or process.outputs
        bits = prod(channel.frame) * bit_width(channel.element_type)
        return NetworkWork(external_bits=bits, feature_bits=bits * isinstance(process, SourceOp))
    if not isinstance(process, WeightedProcess):
        return NetworkWork()
    (x,), (y,) = process.inputs, process.outputs
    rows, cols = process.rows.shape
    weight = bit_width(data_of(process, process.weights).element)
    work = matrix_work(prod(y.frame[:-1]), rows, cols, weight, bit_width(x.element_type))
    made = prod(y.frame) * bit_width(y.element_type)
    return work + NetworkWork(feature_bits=made, external_bits=external_weights(process))


def external_weights(process: WeightedProcess) -> int:
    """Bits of weights that come from outside for a frame: all of them, for each vector."""
    if process.storage.data != Storage.OUTSIDE:
        return 0
    weight = bit_width(data_of(process, process.weights).element)
    return prod(process.outputs[0].frame[:-1]) * process.rows.size * weight
