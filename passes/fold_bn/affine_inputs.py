"""Finds the integers behind a tensor that constant factors and offsets have changed.

    add(mul(dequantize(q), 0.5), 1.0)   stands for   (q - zero) * scale + offset

A linear op and an average compute with such integers as they do with those of a dequantized tensor:
factors change the scale, and offsets the zero point or the bias. Quantizers keep the original ops,
in float32.
"""

from dataclasses import dataclass

from xdsl.ir import SSAValue

from ...qdialect.affine import AffineMap
from ...qdialect.qnn.elementwise import BinaryOp
from .quant_params import dequantize_of, is_per_tensor, scale_row, zero_point_row


@dataclass(frozen=True)
class AffineInput:
    """Integers, and the real numbers that they stand for."""

    x: SSAValue
    map: AffineMap


def affine_input(value: SSAValue) -> AffineInput | None:
    """The integers that a float tensor stands for; None if they are unknown or have many scales."""
    steps: list[BinaryOp] = []
    while (source := dequantize_of(value)) is None:
        op = value.owner
        number = op.constant_number if isinstance(op, BinaryOp) else None
        if number is None or not isinstance(op, BinaryOp):
            return None
        steps.append(op)
        value = op.operands[1 - number[1]]
    if not is_per_tensor(source):
        return None
    found: AffineMap | None = AffineMap(float(scale_row(source)[0]), int(zero_point_row(source)[0]))
    for op in reversed(steps):
        found = op.map_after(found)
        if found is None or not found.is_usable:
            return None
    return AffineInput(source.x, found)
