"""The most that a device could compute if all of its LUTs did: a roof over every design."""

from collections.abc import Mapping

from .device import CLOSES, KINDS, Device
from .memory import LOGIC

BASE, EACH = 0.9, 1.6
"""LUTs of an operation, and of each bit of its product: a line through what was measured."""


def luts_per_op(weight_bits: int, activation_bits: int) -> float:
    """LUTs of one operation, which is half a multiplication and addition.

    Measured were 2.5, 4.1, 5.7 and so on to 13.7, for products of 1 to 8 bits.
    """
    return BASE + EACH * weight_bits * activation_bits


def weighted(ops: Mapping[tuple[int, int], float]) -> float:
    """LUTs of an operation on average, of so many for each weight and activation bits."""
    return sum(luts_per_op(*bits) * count for bits, count in ops.items()) / sum(ops.values())


def peak_gops(device: Device, clock_mhz: float, each: float) -> float:
    """Billions of operations a second, with so many LUTs for each.

    As many LUTs compute as a design may take so that its timing closes.
    """
    logic = KINDS.index("logic")
    luts = device.amounts(clock_mhz)[logic] / LOGIC[device.vendor]
    return float(luts * CLOSES[logic] * clock_mhz / 1e3 / each)
