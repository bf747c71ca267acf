"""Weights of linear layers: in the axis order of the IR, and as integers where possible."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from xdsl.dialects.builtin import f64
from xdsl.ir import SSAValue

from ....qdialect.data import Array
from ....qdialect.qnn.quantization import DequantizeOp
from ....qdialect.qnn.steps import LookupOp
from ....qdialect.types import smallest_type
from ..builder import ProgramBuilder
from ..node import Node
from ..values import Constant, GraphTensor, QuantizedConstant
from .exact import WeightCodebook, codebook_of, integer_weights
from .parameters import zero_point_operand

KernelConstant = Constant | QuantizedConstant


def kernel_of(m: ProgramBuilder, node: Node) -> KernelConstant:
    """The weights of a node, which must be constant and not empty."""
    value = m.value(node, 1)
    if isinstance(value, GraphTensor):
        raise node.fail(
            "its weights are computed from the input of the model: they must be constant"
        )
    if 0 in value.shape:
        raise node.fail(f"its weights are empty: {value.shape}")
    return value


def image_kernel(node: Node, kernel: KernelConstant, row: int) -> tuple[KernelConstant, int]:
    """The weights as those of an image, and the number of spatial axes in the model.

    The weights of a signal get a new axis `row`, of one row.
    """
    rank = len(kernel.shape)
    if rank not in (3, 4):
        raise node.fail(
            f"its weights have rank {rank}: they must have rank 3 for signals, 4 for images"
        )
    return (kernel, 2) if rank == 4 else (kernel.with_axis(row), 1)


def split_groups(kernel: KernelConstant, groups: int) -> KernelConstant:
    """IOHW weights of a transposed convolution, with the outputs of all groups along O."""
    if groups == 1:
        return kernel
    if isinstance(kernel, Constant):
        return replace(kernel, array=_regroup(kernel.array, groups))
    scale, zero = (
        np.tile(part, groups) if part.size > 1 and kernel.axis == 1 else part
        for part in (kernel.scale, kernel.zero)
    )
    return replace(kernel, ints=_regroup(kernel.ints, groups), scale=scale, zero=zero)


def _regroup(array: Array, groups: int) -> Array:
    inputs, share, *rest = array.shape
    split = array.reshape(groups, inputs // groups, share, *rest)
    return np.moveaxis(split, 0, 1).reshape(inputs // groups, groups * share, *rest)


def weights_operand(
    m: ProgramBuilder, node: Node, kernel: KernelConstant, order: Sequence[int]
) -> SSAValue:
    """The weights operand, permuted to have outputs first; integer weights are dequantized."""
    name = node.inputs[1]
    moved: KernelConstant | None = kernel.transposed(tuple(order))
    if isinstance(moved, Constant):
        array = moved.array
        moved = integer_weights(array)
        if moved is None:
            codebook = codebook_of(array)
            return (
                m.floats(array, name) if codebook is None else _codebook_weights(m, codebook, name)
            )
    if moved.per_axis and moved.axis != 0:
        raise node.fail(
            "the scale of its weights differs between inputs: quantize per tensor or per output"
        )
    ints = _stored_integers(m, moved, name)
    scale = m.floats(moved.scale, "scale")
    axis = 0 if moved.per_axis else -1
    return m.add(DequantizeOp(ints, scale, zero_point_operand(m, moved.zero), axis)).output


def _stored_integers(m: ProgramBuilder, kernel: QuantizedConstant, name: str) -> SSAValue:
    if kernel.table is None:
        return m.constant(kernel.ints, kernel.element, name)
    return _lookup_weights(m, np.searchsorted(kernel.table, kernel.ints), kernel.table, name)


def _codebook_weights(m: ProgramBuilder, codebook: WeightCodebook, name: str) -> SSAValue:
    """Weights that are read from a codebook."""
    scale = m.constant(codebook.scale, f64, "scale")
    return m.add(
        DequantizeOp(_lookup_weights(m, codebook.indices, codebook.table, name), scale)
    ).output


def _lookup_weights(m: ProgramBuilder, indices: Array, table: Array, name: str) -> SSAValue:
    """Integer weights as indices into a codebook."""
    stored = m.constant(indices, smallest_type(0, len(table) - 1), name)
    low, high = int(table.min()), int(table.max())
    entries = m.constant(table, smallest_type(min(low, -1), high), "codebook")
    return m.add(LookupOp(stored, entries)).output


def bias_operand(m: ProgramBuilder, node: Node, index: int, channels: int) -> SSAValue | None:
    """The bias of a node as floats; None if it has none."""
    array = m.optional(node, index, "the bias")
    if array is None:
        return None
    if array.shape != (channels,):
        raise node.fail(f"its bias has shape {array.shape}: it must be {(channels,)}")
    return m.floats(array, "bias")
