"""The peak rate of a device if its LUTs compute all operations, at published LUTs per operation.

Designs with cheaper operations, in DSPs or of signs, can exceed it.
"""

from collections import defaultdict
from collections.abc import Mapping

from ...qdialect.stream import DesignOp
from ...qdialect.stream.compute import WeightedProcess
from ...qdialect.stream.process import data_of
from ...qdialect.types import bit_width
from .device import DEFAULT_BUDGET_SHARE, RESOURCE_KINDS, Device
from .memory import LOGIC_PER_LUT
from .work import process_work

LUTS_PER_OP, LUTS_PER_PRODUCT_BIT = 0.9, 1.6
"""LUTs of an operation, and of each bit of its product: a line through measured designs."""


def luts_per_op(weight_bits: int, activation_bits: int) -> float:
    """LUTs of one operation, which is half of a multiplication and addition.

    The measured values are 2.5, 4.1, 5.7 and so on to 13.7, for products of 1 to 8 bits.
    """
    return LUTS_PER_OP + LUTS_PER_PRODUCT_BIT * weight_bits * activation_bits


def mean_luts_per_op(ops: Mapping[tuple[int, int], float]) -> float:
    """The mean LUTs of an operation, for operations by the bits of weights and activations."""
    return sum(luts_per_op(*bits) * count for bits, count in ops.items()) / sum(ops.values())


def ops_by_bits(design: DesignOp) -> dict[tuple[int, int], int]:
    """The operations of a frame, by the bits of their weights and of their activations."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for process in design.processes:
        if isinstance(process, WeightedProcess):
            weight = bit_width(data_of(process, process.weights).element)
            bits = weight, bit_width(process.inputs[0].element_type)
            found[bits] += process_work(process).ops
    return dict(found)


def peak_gops(device: Device, clock_mhz: float, each: float) -> float:
    """Peak rate in 10^9 operations per second, if each operation needs `each` LUTs.

    The LUTs are those that a design may use so that its timing closes.
    """
    logic = RESOURCE_KINDS.index("logic")
    luts = device.amounts(clock_mhz)[logic] / LOGIC_PER_LUT[device.vendor]
    return float(luts * DEFAULT_BUDGET_SHARE[logic] * clock_mhz / 1e3 / each)
