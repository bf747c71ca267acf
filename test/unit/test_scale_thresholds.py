"""`scale-thresholds`: a line has the levels of the thresholds that it replaces, for every value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.passes.scale_thresholds.fit import MAX_EXCEPTIONS, fit_lines
from qnn.passes.scale_thresholds.threshold_lines import ThresholdRows
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream import ChannelType
from qnn.qdialect.stream.compute import DepthwiseOp, MatvecOp, ThresholdOp
from qnn.qdialect.stream.scale import ScaleOp
from qnn.qdialect.types import signed, smallest_type, unsigned, value_range
from support.design import Design, design_of
from support.generate import Choices
from xdsl.dialects.builtin import IntegerType, ModuleOp, SymbolRefAttr


def rounded(x: Array, choices: Choices, steps: int) -> Array:
    """The levels of a quantizer after a scale and a bias, in floats, for ascending values."""
    generator = choices.generator()
    often = choices.pick([1, 0.3, 3, 30, 0.001])
    rise = np.float32(steps / len(x) * often * generator.uniform(1, 2))
    bias = np.float32(generator.uniform(-steps, 2 * steps))
    level = np.rint(x.astype(np.float32) * rise + bias)
    return np.clip(level, 0, steps).astype(np.int64)


def thresholds_of(levels: Array, x: Array, steps: int) -> Array:
    """The first value of each level; one above the last value if a level is never reached."""
    return np.append(x, x[-1] + 1)[np.searchsorted(levels, np.arange(1, steps + 1))]


def rows_of(choices: Choices, count: int, element: IntegerType, steps: int) -> Array:
    low, high = value_range(element)
    x = np.arange(low, high + 1)
    return np.stack([thresholds_of(rounded(x, choices, steps), x, steps) for _ in range(count)])


def scaled(module: ModuleOp) -> list[ScaleOp]:
    """The scale ops that replace thresholds."""
    Pipeline.parse("scale-thresholds", [CheckSemantics()]).apply(module)
    return [op for op in design_of(module).processes if isinstance(op, ScaleOp)]


def threshold(design: Design, rows: Array, element: IntegerType, channels: int) -> ThresholdOp:
    x = design.source(ChannelType((channels,), element))
    name = design.data(rows, smallest_type(int(rows.min()), int(rows.max())))
    return ThresholdOp(x, ChannelType((channels,), signed(9)), name, None, -100)


@given(st.data())
def test_every_value_keeps_its_level(data: st.DataObject) -> None:
    choices, design = Choices.drawn(data.draw), Design()
    element = choices.pick([signed(12), unsigned(11), signed(9)])
    channels, steps = choices.integer(1, 3), choices.pick([255, 16, 100])
    rows = rows_of(choices, choices.pick([channels, 1]), element, steps)
    process = threshold(design, rows, element, channels)
    if choices.flag():
        flags = design.data(choices.array(unsigned(1), (channels,)), unsigned(1))
        process.properties["descending"] = SymbolRefAttr(flags)
    module = design.finish(design.add(process).output)
    low, high = value_range(element)
    x = np.repeat(np.arange(low, high + 1)[:, None], channels, 1)
    before = run(module, [x])[0]
    scaled(module)
    np.testing.assert_array_equal(run(module, [x])[0], before)


@given(st.data())
def test_a_scale_follows_a_layer_whose_thresholds_it_replaces(data: st.DataObject) -> None:
    """Its line is right for all sums that the weights can reach; for others it need not be."""
    choices, design = Choices.drawn(data.draw), Design()
    weights = choices.array(signed(5), (4, 6))
    sums = signed(14)
    rows = rows_of(choices, 4, sums, 255)
    names = {
        "weights": design.data(weights, signed(5)),
        "thresholds": design.data(rows, signed(15)),
        "descending": design.data(choices.array(unsigned(1), (4,)), unsigned(1)),
        "bias": design.data(choices.array(signed(6), (4,)), signed(6)),
    }
    if choices.flag():
        names.pop("descending")
    kind, size = (MatvecOp, 6) if choices.flag() else (DepthwiseOp, 24)
    x = design.source(ChannelType((2, size), unsigned(6)))
    layer = design.add(kind(x, ChannelType((2, 4), unsigned(8)), accumulator=sums, **names))
    module = design.finish(layer.output)
    frames = choices.array(unsigned(6), (50, 2, size))
    before = run(module, [frames])[0]
    found = scaled(module)
    np.testing.assert_array_equal(run(module, [frames])[0], before)
    for scale in found:
        assert layer.thresholds is layer.descending is None
        assert layer.outputs[0].element == sums and scale.x is layer.output


def line(steps: int = 255) -> Array:
    return 16 * np.arange(1, steps + 1)[None] - 2048


def test_an_exact_line_needs_no_exceptions() -> None:
    design = Design()
    (scale,) = scaled(design.finish(design.add(threshold(design, line(), signed(13), 4)).output))
    assert scale.rows == 1 and scale.exceptions is None


@pytest.mark.parametrize(("moved", "raised"), [(-1, 1), (1, 0)])
def test_values_off_a_line_are_exceptions(moved: int, raised: int) -> None:
    """All values between a threshold and the threshold of the line."""
    rows = line()
    rows[0, [40, 99, 180]] += moved * np.array([1, 2, 5])
    low, high = (np.array([end]) for end in value_range(signed(13)))
    found = fit_lines(ThresholdRows(rows, low, high), 0)
    assert found is not None
    scales, numbers = found
    assert (scales.raised, scales.lowered) == ((8, 0) if raised else (0, 8))
    assert numbers.shape == (1, 8) and MAX_EXCEPTIONS == 8


def test_thresholds_on_no_line_are_kept() -> None:
    rows = np.arange(1, 256)[None] ** 2 // 8 - 4000
    for case in (rows, line(15), line()[:, :100] // 40 * 40):
        design = Design()
        process = design.add(threshold(design, case, signed(14), 2))
        assert not scaled(design.finish(process.output))
        assert process.thresholds is not None


def test_equal_thresholds() -> None:
    """The line rises by several levels from one value to the next."""
    element = signed(6)
    low, high = value_range(element)
    x = np.arange(low, high + 1)
    for rise in (3.0, 7.5, 100.0):
        levels = np.clip(np.rint(x * rise), 0, 200).astype(int)
        rows = thresholds_of(levels, x, 200)[None]
        design = Design()
        module = design.finish(design.add(threshold(design, rows, element, 1)).output)
        before = run(module, [x[:, None]])[0]
        scaled(module)
        np.testing.assert_array_equal(run(module, [x[:, None]])[0], before)
