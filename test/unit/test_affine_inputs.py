"""Constant factors and offsets behind quantized tensors: level 2 against level 1.

Random chains of Mul, Div, Add and Sub stand between a quantized tensor and a linear layer, with
moves, pools and sums of two tensors among them.
"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.elementwise import AddOp, BinaryOp, DivOp, MulOp, SubOp
from qnn.qdialect.qnn.layout import ConcatOp, PadOp, ReshapeOp
from qnn.qdialect.qnn.linear import Conv2dOp, LinearOp
from qnn.qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from qnn.qdialect.types import shape_of, signed, unsigned
from xdsl.dialects.builtin import ModuleOp, StringAttr, f32
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

SCALES = [0.5, 0.25, 1.0, 0.1, 1 / 255, 0.3081, 3.0]
NUMBERS = [0.5, 2.0, -1.0, 3.0, 0.7, -0.25, 1 / 3]
OPS: list[Callable[[SSAValue, SSAValue], AddOp | SubOp | MulOp | DivOp]] = [
    AddOp,
    SubOp,
    MulOp,
    DivOp,
    lambda x, number: SubOp(number, x),
]


class Chain:
    """A program under construction, with random choices."""

    def __init__(self, draw: st.DrawFn):
        self.draw = draw
        self.program = Program()

    def one_of(self, choices: list[float]) -> float:
        return self.draw(st.sampled_from(choices))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def number(self, value: float) -> SSAValue:
        return self.program.constant(np.float32(value), f32)

    def image(self) -> SSAValue:
        x = self.program.input(unsigned(4), (1, 4, 4, 2))
        zero = self.program.constant(3, unsigned(2)) if self.chance() else None
        return self.program.add(DequantizeOp(x, self.number(self.one_of(SCALES)), zero)).output

    def changed(self, x: SSAValue) -> SSAValue:
        for _ in range(self.draw(st.integers(0, 3))):
            op = self.draw(st.sampled_from(OPS))
            x = self.program.add(op(x, self.number(self.one_of(NUMBERS)))).output
        return x

    def weights(self, shape: tuple[int, ...]) -> SSAValue:
        rng = np.random.default_rng(self.draw(st.integers(0, 1 << 16)))
        ints = self.program.constant(rng.integers(-4, 4, shape), signed(3))
        row = (
            rng.uniform(0.1, 1, shape[:1]).astype(np.float32) if self.chance() else np.float32(0.3)
        )
        scale = self.program.constant(row, f32)
        return self.program.add(DequantizeOp(ints, scale, None, 0 if row.ndim else -1)).output

    def step(self, x: SSAValue) -> SSAValue:
        kind = self.draw(st.sampled_from(["none", "average", "max", "pad", "sum", "concat"]))
        if kind == "average":
            return self.program.add(AvgPoolOp(x, (2, 2), (2, 2))).output
        if kind == "max":
            return self.program.add(MaxPoolOp(x, (2, 2))).output
        if kind == "pad":
            return self.program.add(PadOp(x, (0, 1, 1, 0), (0, 0, 1, 0))).output
        if kind == "sum":
            return self.program.add(AddOp(x, self.changed(self.image()))).output
        if kind == "concat":
            return self.program.add(ConcatOp([x, self.changed(self.image())])).output
        return x

    def layer(self, x: SSAValue) -> SSAValue:
        if self.chance():
            pads = (1, 1, 1, 1) if self.chance() else (0, 0, 0, 0)
            channels = shape_of(x)[3]
            op = Conv2dOp(x, self.weights((3, 2, 2, channels)), pads=pads)
            return self.program.add(op).output
        flat = self.program.add(ReshapeOp(x, (1, int(np.prod(shape_of(x)))))).output
        return self.program.add(LinearOp(flat, self.weights((3, shape_of(flat)[1])))).output

    def quantized(self, x: SSAValue, name: str) -> SSAValue:
        op = QuantizeOp(x, self.number(self.one_of(SCALES)), signed(5))
        op.properties["layer"] = StringAttr(name)
        return self.program.add(op).output


@st.composite
def programs(draw: st.DrawFn) -> ModuleOp:
    chain = Chain(draw)
    x = chain.changed(chain.step(chain.changed(chain.image())))
    results = [chain.quantized(chain.layer(x), "sums")]
    if chain.chance():
        results.append(chain.quantized(x, "itself"))
    return chain.program.finish(*results)


@settings(deadline=None, max_examples=60)
@given(programs())
def test_integers_give_the_same_levels(module: ModuleOp) -> None:
    """The folded network is equal, or the pass names the op that it cannot make integer."""
    try:
        Pipeline.parse("fold-bn,minimize-accumulators", [CheckSemantics()]).apply(module)
    except PassFailedException as error:
        assert "cannot make these ops integer" in str(error), error


def float_sums(x: Array, weights: Array) -> Array:
    """The sums of a linear layer in float64."""
    return x.astype(np.float64) @ weights.T.astype(np.float64)


@pytest.mark.parametrize("number", [0.5, 1 / 3, -0.7])
@pytest.mark.parametrize("op", [AddOp, SubOp, MulOp, DivOp])
def test_level_1_sums_are_those_of_floats(
    op: Callable[[SSAValue, SSAValue], BinaryOp], number: float
) -> None:
    """The exact sum is within the rounding error of the sum of float32 operands."""
    program = Program()
    x = program.input(unsigned(8), (1, 20))
    real = program.add(DequantizeOp(x, program.constant(np.float32(0.1), f32))).output
    changed = program.add(op(real, program.constant(np.float32(number), f32))).output
    rng = np.random.default_rng(3)
    ints, images = rng.integers(-8, 8, (5, 20)), rng.integers(0, 256, (6, 20))
    scale = program.constant(np.float32(0.3), f32)
    weights = program.add(DequantizeOp(program.constant(ints, signed(4)), scale)).output
    module = program.finish(changed, program.add(LinearOp(changed, weights)).output)
    floats, sums = run(module, [images])
    expected = float_sums(floats, ints * 0.3)
    np.testing.assert_allclose(sums, expected, rtol=1e-5, atol=1e-4)
    reals = np.float32(0.1) * images.astype(np.float32)
    np.testing.assert_array_equal(floats, op(real, real).combine(reals, np.float32(number)))
