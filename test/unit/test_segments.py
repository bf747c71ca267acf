"""Chains that rise and fall: segments, tables, and functions that read their input twice."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.passes.fold_bn.chains import Chain, chain_of
from qnn.passes.fold_bn.segments import MAX_SEGMENTS, find_segments
from qnn.qdialect.attributes import Rounding
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.activations import LeakyReluOp, PReluOp
from qnn.qdialect.qnn.elementwise import AddOp, DivOp, MulOp, SubOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from qnn.qdialect.qnn.smooth import GeluOp, HardSwishOp, MishOp, SigmoidOp, SiluOp, TanhOp
from qnn.qdialect.qnn.steps import LookupOp, ThresholdOp
from qnn.qdialect.refusal import Refusal
from qnn.qdialect.types import QuantType, shape_of, signed, unsigned
from support.networks import assert_integer
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.ir import SSAValue

Function = Callable[[Program, SSAValue], SSAValue]


def swish_of_two_ops(program: Program, x: SSAValue) -> SSAValue:
    return program.add(MulOp(x, program.add(SigmoidOp(x)).output)).output


def difference(program: Program, x: SSAValue) -> SSAValue:
    """A function with many turns."""
    small = program.add(MulOp(x, number(program, 0.37))).output
    return program.add(
        SubOp(program.add(SiluOp(x)).output, program.add(TanhOp(small)).output)
    ).output


def slopes(program: Program, x: SSAValue) -> SSAValue:
    row = np.float32(np.resize([-0.7, -1.5, -0.2], shape_of(x)[-1]))
    return program.add(PReluOp(x, program.constant(row, f32, "slopes"))).output


def quotient(program: Program, x: SSAValue) -> SSAValue:
    """A function that turns, divided by one that is never 0."""
    divisor = program.add(AddOp(program.add(SigmoidOp(x)).output, number(program, 0.5))).output
    return program.add(DivOp(program.add(SiluOp(x)).output, divisor)).output


FUNCTIONS: dict[str, Function] = {
    "silu": lambda program, x: program.add(SiluOp(x)).output,
    "gelu": lambda program, x: program.add(GeluOp(x)).output,
    "gelu by tanh": lambda program, x: program.add(GeluOp(x, by_tanh=True)).output,
    "mish": lambda program, x: program.add(MishOp(x)).output,
    "hard swish": lambda program, x: program.add(HardSwishOp(x)).output,
    "x * sigmoid(x)": swish_of_two_ops,
    "difference": difference,
    "negative slope": lambda program, x: program.add(LeakyReluOp(x, -0.4)).output,
    "slopes of both signs": lambda program, x: slopes(program, x),
    "quotient": lambda program, x: quotient(program, x),
    "square": lambda program, x: program.add(MulOp(x, x)).output,
}


def number(program: Program, value: float) -> SSAValue:
    return program.constant(np.float32(value), f32, "number")


def network(
    function: Function, element: QuantType, scales: list[float], step: float, levels: QuantType
) -> ModuleOp:
    """Integers, dequantized with a scale for all channels or one for each, and quantized again."""
    program = Program()
    x = program.input(element, (1, 2, len(scales)))
    row = np.float32(scales if len(set(scales)) > 1 else scales[0])
    real = program.add(DequantizeOp(x, program.constant(row, f32, "scale"), axis=-1)).output
    y = function(program, real)
    rounded = QuantizeOp(y, number(program, step), levels, rounding=Rounding.HALF_EVEN)
    return program.finish(program.add(rounded).output)


def chain_in(module: ModuleOp) -> Chain:
    (quantizer,) = [op for op in module.walk() if isinstance(op, QuantizeOp)]
    chain = chain_of(quantizer)
    assert not isinstance(chain, Refusal)
    return chain


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_segments_are_those_of_every_integer(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scales = list(rng.uniform(-0.05, 0.05, int(rng.integers(1, 4))))
    module = network(FUNCTIONS[name], signed(12), scales, rng.uniform(0.001, 0.3), signed(8))
    chain = chain_in(module)
    low = rng.integers(-2000, 0, len(scales))
    high = low + rng.integers(0, 3000, len(scales))
    segments = find_segments(chain, low, high)
    assert segments is not None
    values = np.arange(-2000, 3000)[:, None]
    number_of_segment = (values[..., None] >= segments.starts).sum(-1)
    found = np.take_along_axis(segments.levels.T, number_of_segment, axis=0)
    inside = (values >= low) & (values <= high)
    wanted = chain.levels(np.clip(values, low, high))
    np.testing.assert_array_equal(found[inside], wanted[inside])


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("scales", [[3e-7], [3e-7, -2e-7, 1e-6]], ids=["tensor", "channels"])
def test_a_wide_input_becomes_thresholds_and_a_table(name: str, scales: list[float]) -> None:
    module = network(FUNCTIONS[name], signed(26), scales, 0.1, signed(5))
    Pipeline.parse("fold-bn", [CheckSemantics()]).apply(module)
    assert_integer(module)
    kinds = [type(op) for op in module.walk() if isinstance(op, ThresholdOp | LookupOp)]
    assert kinds == [ThresholdOp, LookupOp]


def test_a_function_with_too_many_changes_is_refused() -> None:
    """Its level changes from each integer to the next."""

    def remainder(program: Program, x: SSAValue) -> SSAValue:
        large = number(program, 2.0**24)  # from here on floats are even
        even = program.add(SubOp(program.add(AddOp(x, large)).output, large)).output
        return program.add(SubOp(x, even)).output

    module = network(remainder, signed(20), [1.0], 0.25, signed(8))
    chain = chain_in(module)
    assert find_segments(chain, np.array([0]), np.array([4 * MAX_SEGMENTS])) is None


def quantized_swish(element: QuantType) -> ModuleOp:
    """`x * sigmoid(x)` as onnxruntime quantizes it: each factor passes a quantizer."""
    program = Program()
    x = program.input(element, (1, 3, 4))
    real = program.add(DequantizeOp(x, number(program, 0.06))).output
    gate = QuantizeOp(program.add(SigmoidOp(real)).output, number(program, 1 / 255), unsigned(8))
    again = program.add(DequantizeOp(program.add(gate).output, number(program, 1 / 255))).output
    product = program.add(MulOp(real, again)).output
    return program.finish(program.add(QuantizeOp(product, number(program, 0.05), signed(8))).output)


def test_a_quantized_swish_is_one_table_of_its_input() -> None:
    module = quantized_swish(signed(8))
    Pipeline.parse("fold-bn", [CheckSemantics()]).apply(module)
    assert_integer(module)
    (table,) = [op for op in module.walk() if isinstance(op, LookupOp)]
    assert table.entries == 256
    assert not any(isinstance(op, ThresholdOp | AddOp) for op in module.walk())
