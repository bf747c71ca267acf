"""The constants at which the sums of a process with weights start.

All that is added to a sum anyway is in its start, so that it needs no adder of its own:

- the bias;
- minus the threshold, if there is only one: the level is then whether the sum is 0 or more;
- for products of two signs, minus their number: the sum is twice the equal pairs, minus all pairs;
- for weights that are signs, a one for each negative weight: -x is ~x + 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...qdialect.data import Array
from ...qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    bit_width,
    smallest_type,
    value_range,
)
from ..netlist.memories import Memory
from ..netlist.netlist import WeightCodebook
from ..netlist.weighted import WeightedInstance


@dataclass(frozen=True)
class Starts:
    """A constant for each row, in groups of PE rows."""

    values: Array
    """Python integers, since a threshold may have 64 bits."""
    bits: int
    """Bits of a sum."""
    without_carry: bool
    """Whether they include a one for each negative weight."""
    is_level: bool
    """Whether they include minus the threshold."""

    @property
    def codes(self) -> Array:
        return self.values & ((1 << self.bits) - 1)

    def memory(self, name: str) -> Memory:
        """The constants as a memory, with an address for each group."""
        size = -(-self.bits // 8)
        data = b"".join(code.to_bytes(size, "little") for code in self.codes.flat)
        words = np.frombuffer(data, np.uint8).reshape(*self.values.shape, size)
        return Memory(name, self.bits, self.values.shape, words, (1,))


def starts_of(instance: WeightedInstance) -> Starts:
    """The starts of the sums of a process."""
    values = np.zeros((instance.folds, instance.pe), object)
    bias, steps = instance.activation.bias, instance.activation.steps
    counts = isinstance(instance.input, BipolarType) and isinstance(instance.factor, BipolarType)
    low, high = value_range(instance.sum)
    if bias is not None:
        values = values + integers(bias.memory, bias.element)
    elif counts:
        low, high = max(low, -columns(instance)), min(high, columns(instance))
    negative = None if counts else negative_weights(instance)
    if negative is not None:
        values = values + negative
    if counts:
        values = values - columns(instance)
    if not has_level(instance):
        return Starts(values, bit_width(instance.sum), negative is not None, False)
    assert steps is not None
    # No sum reaches a threshold above `high`, and each reaches one of `low` or less.
    thresholds = np.clip(integers(steps.thresholds[0], steps.element), low, high + 1)
    values = values - thresholds
    low, high = low - int(thresholds.max()), high - int(thresholds.min())
    if counts:
        # 2 * equal + start is 0 or more exactly if equal + floor(start / 2) is.
        values, low, high = values // 2, low // 2, high // 2
    bits = bit_width(smallest_type(min(low, -1), max(high, 0)))
    return Starts(values, bits, negative is not None, True)


def has_level(instance: WeightedInstance) -> bool:
    """Whether the result of a sum is one bit: whether it reaches its only threshold.

    `rtl_schedule.starts_at_threshold` decides the same for the process."""
    steps = instance.activation.steps
    return (
        steps is not None
        and steps.count == 1
        and steps.descending is None
        and bit_width(instance.output) == 1
        and (steps.signs or steps.offset == 0)
    )


def columns(instance: WeightedInstance) -> int:
    """Products of a sum."""
    return instance.steps * instance.simd


def negative_weights(instance: WeightedInstance) -> Array | None:
    """The negative weights of each row; None if weights are not signs, are multiplied in DSPs, or
    come through a port."""
    weight, memory = instance.weight, instance.weights
    if not isinstance(memory, Memory) or isinstance(weight, WeightCodebook):
        return None
    if instance.multiplies_in_dsps:
        return None
    signs = isinstance(weight, BipolarType) or (
        bit_width(weight) == 2 and isinstance(weight, QuantType) and value_range(weight)[0] < 0
    )
    if not signs:
        return None
    bits = np.unpackbits(memory.words, axis=-1, bitorder="little")[..., : memory.bits]
    # A bipolar weight of -1 has the code 0; otherwise the last bit of a number is its sign.
    per_weight = bits.reshape(*bits.shape[:2], instance.simd, -1)[..., -1]
    negative = per_weight == 0 if isinstance(weight, BipolarType) else per_weight == 1
    rows = negative.reshape(instance.folds, instance.steps, instance.pe, instance.simd)
    return rows.sum((1, 3)).astype(object)


def integers(memory: Memory, element: ElementType) -> Array:
    """The words of a memory, which hold a number each."""
    return np.array([*numbers(memory, element)], object).reshape(memory.sizes)


def numbers(memory: Memory, element: ElementType) -> Iterator[int]:
    for code in memory.codes:
        if isinstance(element, BipolarType):
            yield 2 * code - 1
        elif isinstance(element, QuantType) and value_range(element)[0] < 0:
            yield code - ((code >> (memory.bits - 1)) << memory.bits)
        else:
            yield code
