"""Elementwise ops as C++ expressions of `a` and `b`, the elements of their operands."""

from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.base import Shape
from ...qdialect.qnn.elementwise import AddOp, MulOp, ReluOp, SubOp
from ...qdialect.qnn.quantization import RequantizeOp, TruncOp
from ...qdialect.qnn.steps import LookupOp
from ...qdialect.types import shape_of, value_range
from .support import quant_type_of

INT64 = "std::int64_t"


def compute_type(op: QnnOp) -> str:
    """A C++ type in which an op cannot overflow.

    `supports` has checked that operands and results fit into 64 bits. Only requantize has a larger
    intermediate value, its product, and gets 128 bits unless the product is below 2^62.
    """
    if not isinstance(op, RequantizeOp):
        return INT64
    x, multiplier = (max(map(abs, value_range(quant_type_of(value)))) for value in op.operands)
    return INT64 if x * multiplier + abs(op.offset.value.data) < 1 << 62 else "__int128"


def expression(op: QnnOp) -> str:
    """The result of an op, as C++."""
    match op:
        case AddOp():
            return "a + b"
        case SubOp():
            return "a - b"
        case MulOp():
            return "a * b"
        case ReluOp():
            return "a > 0 ? a : 0"
        case RequantizeOp():
            return clamped(op, f"{round_shift_call(op, 'a * b')} + {op.offset.value.data}")
        case TruncOp():
            return clamped(op, round_shift_call(op, "a"))
        case LookupOp():
            return f"table[{table_index(op, shape_of(op.output))}]"
        case _:
            raise AssertionError(f"{op.name} is not an elementwise op")


def round_shift_call(op: RequantizeOp | TruncOp, value: str) -> str:
    shift, rounding = op.shift.value.data, op.rounding.data.value
    return f"round_shift<{compute_type(op)}>({value}, {shift}, Rounding::{rounding})"


def clamped(op: RequantizeOp | TruncOp, value: str) -> str:
    low, high = value_range(quant_type_of(op.output))
    return f"std::clamp<{compute_type(op)}>({value}, {low}, {high})"


def table_index(op: LookupOp, shape: Shape) -> str:
    """The position of the table entry for index `a`."""
    index = f"a - {op.first.value.data}"
    last = f"i{len(shape) - 1}" if shape[-1:] > (1,) else "0"
    table = shape_of(op.table)
    if op.per_channel is not None:
        return f"{last} * {table[1]} + {index}"
    return index if len(table) == 1 else f"({index}) * {table[1]} + {last}"
