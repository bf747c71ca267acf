"""Pools."""

from ....qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ....qdialect.types import shape_of
from ..analysis import Padding, StageAnalysis, accepts_bits, can_compute, needed_padding
from ..constants import KnownValues
from ..layers import add_layer, padded_input
from ..steps import StepList, add_steps, layer_name


@can_compute.register
def can_compute_pool(op: MaxPoolOp | SumPoolOp, known: KnownValues) -> bool:
    return shape_of(op.x)[0] == 1


@needed_padding.register
def padding_of_sum_pool(op: SumPoolOp) -> Padding:
    return Padding(op.window.pads, 0)


@accepts_bits.register
def max_pool_accepts_bits(op: MaxPoolOp, planes: int, analysis: StageAnalysis) -> bool:
    return analysis.is_read_as_bits(op.output, planes)


@add_steps.register
def add_sum_pool(op: SumPoolOp, steps: StepList) -> None:
    x = padded_input(op, steps)
    add_layer(op, steps, x, lambda y, wide: steps.kernels.sum_pool(x, op.window, y, wide))


@add_steps.register
def add_max_pool(op: MaxPoolOp, steps: StepList) -> None:
    x, w = steps.tensors[op.x], op.window
    y = steps.new_tensor(op.output, x.planes)
    planes = x.planes or 1
    height, width = x.shape[1:3]
    numbers = (height, width, x.stored_shape[-1] // planes, *x.strides[1:3], x.start)
    lists = (w.kernel, w.strides, w.pads[:2], w.dilations)
    sizes = ", ".join([*map(str, numbers), *(f"{{{a}, {b}}}" for a, b in lists)])
    call = f"max_pool_bits<{'true' if planes == 2 else 'false'}>" if x.planes else "max_pool"
    lines = [
        f"const Sliding window{{{sizes}}};",
        f"{call}({x.pointer}, window, {y.pointer}, {y.grid}, {y.pixels}, part);",
    ]
    steps.add(layer_name(op), lines, [x], y)
