"""Ops that compute each element of the result from one element of each operand.

Each is a C++ expression of `a` and `b`, the elements of its operands.
"""

from ....qdialect.qnn import QnnOp
from ....qdialect.qnn.base import Shape
from ....qdialect.qnn.elementwise import AddOp, MulOp, ReluOp, SubOp
from ....qdialect.qnn.quantization import RequantizeOp, TruncOp
from ....qdialect.qnn.steps import LookupOp
from ....qdialect.types import shape_of, value_range
from ..analysis import can_compute
from ..constants import KnownValues
from ..loops import LoopInput, Loops
from ..steps import StepList, add_steps, layer_name
from ..tensors import quant_type_of

INT64 = "std::int64_t"
"""A C++ type in which most ops cannot overflow: their operands and results fit into 64 bits."""

ARITHMETIC = {AddOp: "a + b", SubOp: "a - b", MulOp: "a * b", ReluOp: "a > 0 ? a : 0"}


@add_steps.register
def add_arithmetic(op: AddOp | SubOp | MulOp | ReluOp, steps: StepList) -> None:
    add_expression(op, steps, ARITHMETIC[type(op)])


@add_steps.register
def add_trunc(op: TruncOp, steps: StepList) -> None:
    add_expression(op, steps, clamped(op, INT64, round_shift_call(op, INT64, "a")))


@add_steps.register
def add_requantize(op: RequantizeOp, steps: StepList) -> None:
    """The product is computed in 128 bits unless it is below 2^62."""
    x, multiplier = (max(map(abs, value_range(quant_type_of(value)))) for value in op.operands)
    offset = op.offset.value.data
    wide = "__int128" if x * multiplier + abs(offset) >= 1 << 62 else INT64
    value = f"{round_shift_call(op, wide, 'a * b')} + {offset}"
    add_expression(op, steps, clamped(op, wide, value), wide)


def round_shift_call(op: RequantizeOp | TruncOp, compute_type: str, value: str) -> str:
    shift, rounding = op.shift.value.data, op.rounding.data.value
    return f"round_shift<{compute_type}>({value}, {shift}, Rounding::{rounding})"


def clamped(op: RequantizeOp | TruncOp, compute_type: str, value: str) -> str:
    low, high = value_range(quant_type_of(op.output))
    return f"std::clamp<{compute_type}>({value}, {low}, {high})"


def add_expression(op: QnnOp, steps: StepList, value: str, compute_type: str = INT64) -> None:
    """Adds a loop that computes each element of the result as a C++ expression."""
    y = steps.new_tensor(op.results[0])
    inputs = [steps.loop_input(v).broadcast(y.shape, shape_of(v)) for v in op.operands]
    reads = [steps.tensors[v] for v in op.operands if v in steps.tensors]
    lines = Loops(y.shape).elementwise(inputs, y, compute_type, value)
    steps.add(layer_name(op), lines, reads, y)


@can_compute.register
def can_compute_lookup(op: LookupOp, known: KnownValues) -> bool:
    """The table has an entry for every value that the index can have."""
    low, high = value_range(quant_type_of(op.x))
    first = op.first.value.data
    covered = first <= low and high < first + op.entries
    return covered and op.x not in known and op.table in known


@add_steps.register
def add_lookup(op: LookupOp, steps: StepList) -> None:
    x, y = steps.tensors[op.x], steps.new_tensor(op.output)
    if len(y.shape) > len(x.shape):
        source = LoopInput(x.pointer, [*x.strides, 0], x.start, x.offset)
    else:
        source = LoopInput.tensor(x).broadcast(y.shape, x.shape)
    table = f"const auto* table = {steps.constants.pointer(steps.known[op.table])};"
    value = f"table[{table_index(op, y.shape)}]"
    lines = Loops(y.shape).elementwise([source], y, INT64, value, [table])
    steps.add(layer_name(op), lines, [x], y)


def table_index(op: LookupOp, shape: Shape) -> str:
    """The position of the table entry for index `a`."""
    index = f"a - {op.first.value.data}"
    last = f"i{len(shape) - 1}" if shape[-1:] > (1,) else "0"
    table = shape_of(op.table)
    if op.per_channel is not None:
        return f"{last} * {table[1]} + {index}"
    return index if len(table) == 1 else f"({index}) * {table[1]} + {last}"
