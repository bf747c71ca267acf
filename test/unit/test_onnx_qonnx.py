"""Imports each QONNX operator alone, and compares the results with the qonnx package."""

from typing import Any

import numpy as np
import pytest
from qnn.frontends.errors import ImportFailure
from qnn.frontends.onnx import import_model
from support.onnx_models import one_node, run_imported
from support.oracles import Array

pytest.importorskip(
    "qonnx", reason="the package qonnx, which gives the reference, is not installed"
)

from qonnx.custom_op.general.bipolar_quant import binary_quant
from qonnx.custom_op.general.intquant import int_quant
from qonnx.custom_op.general.multithreshold import multithreshold
from qonnx.custom_op.general.trunc import trunc_v1, trunc_v2

RNG = np.random.default_rng(7)
DOMAIN = "qonnx.custom_op.general"
MODES = ["ROUND", "HALF_EVEN", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"]
TIES = (np.arange(-160, 160, dtype=np.float32) / 8).reshape(1, 4, 8, 10)


def number(value: float) -> Array:
    return np.array(value, np.float32)


def imported(op: str, x: Array, *constants: Array, **attributes: Any) -> Array:
    return run_imported(one_node(op, x, *constants, domain=DOMAIN, **attributes), x)[0]


def check_quant(scale: Array, zero: float, bits: int, mode: str = "ROUND", **flags: int) -> None:
    signed, narrow = flags.get("signed", 1), flags.get("narrow", 0)
    arguments = scale, number(zero), number(bits)
    actual = imported("Quant", TIES, *arguments, signed=signed, narrow=narrow, rounding_mode=mode)
    expected = int_quant(TIES, *arguments, signed, narrow, mode)
    np.testing.assert_array_equal(actual, expected.astype(np.float32))


@pytest.mark.parametrize("mode", [*MODES, *map(str.lower, MODES)])
@pytest.mark.parametrize("scale", [0.5, 0.25, -0.5, 0.3])
def test_quant_rounds(mode: str, scale: float) -> None:
    check_quant(number(scale), 0, 5, mode)


@pytest.mark.parametrize("narrow", [0, 1])
@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("bits", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("zero", [0, 3, -2])
def test_quant_limits(bits: int, signed: int, narrow: int, zero: int) -> None:
    if bits == 1 and narrow and not signed:
        pytest.skip("one value: refused")
    check_quant(number(0.5), zero, bits, signed=signed, narrow=narrow)


def test_quant_per_channel() -> None:
    check_quant(np.float32([0.5, -0.25, 1, 2]).reshape(1, 4, 1, 1), 0, 4)
    check_quant(np.float32([0.5, -0.25, 1, 2]).reshape(4, 1, 1), 1, 4)
    check_quant(np.full((1, 1, 1, 1), 0.5, np.float32), 0, 4)


def test_quant_has_two_names() -> None:
    arguments = number(0.5), number(0), number(4)
    old = imported("Quant", TIES, *arguments, signed=1, narrow=0, rounding_mode="FLOOR")
    new = imported("IntQuant", TIES, *arguments, signed=1, narrow=0, rounding_mode="FLOOR")
    np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize("domain", ["onnx.brevitas", "finn.custom_op.general", DOMAIN])
def test_domains(domain: str) -> None:
    arguments = number(0.5), number(0), number(4)
    model = one_node("Quant", TIES, *arguments, domain=domain, signed=1, narrow=0)
    expected = int_quant(TIES, *arguments, 1, 0, "ROUND")
    np.testing.assert_array_equal(run_imported(model, TIES)[0], expected)


@pytest.mark.parametrize("scale", [0.5, -1.5])
def test_bipolar_quant(scale: float) -> None:
    actual = imported("BipolarQuant", TIES, number(scale))
    np.testing.assert_array_equal(actual, binary_quant(TIES, number(scale)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scale", [number(0.5), np.float32([0.5, 0.25, 1, 2]).reshape(1, 4, 1, 1)])
def test_trunc(mode: str, scale: Array) -> None:
    x = np.rint(TIES) * scale
    rest = number(0), number(7), number(4)
    actual = imported("Trunc", x, scale, *rest, rounding_mode=mode)
    np.testing.assert_array_equal(actual, trunc_v1(x, scale, *rest, mode))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("bits", [2, 4])
def test_trunc_version_2(mode: str, signed: int, bits: int) -> None:
    x, scale = np.rint(TIES) / 2, number(0.5)
    wanted = number(2), number(bits)
    actual = imported(
        "Trunc", x, scale, number(0), number(7), *wanted, rounding_mode=mode, signed=signed
    )
    expected = trunc_v2(x, scale, number(0), number(7), 0, signed, *wanted, mode)
    np.testing.assert_array_equal(actual, expected.astype(np.float32))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("narrow", [0, 1])
@pytest.mark.parametrize("zero", [-8, 0, 12])
def test_trunc_with_a_zero_point(mode: str, narrow: int, zero: int) -> None:
    x, scale = np.rint(TIES) / 2, number(0.5)
    rest = number(zero), number(7)
    actual = imported("Trunc", x, scale, *rest, number(4), rounding_mode=mode)
    np.testing.assert_array_equal(actual, trunc_v1(x, scale, *rest, number(4), mode))
    flags = {"rounding_mode": mode, "signed": 1, "narrow": narrow}
    actual = imported("Trunc", x, scale, *rest, number(2), number(3), **flags)
    expected = trunc_v2(x, scale, *rest, narrow, 1, number(2), number(3), mode)
    np.testing.assert_array_equal(actual, expected.astype(np.float32))


LAYOUTS = {"NCHW": (1, 4, 8, 10), "NHWC": (1, 8, 10, 4), "NC": (80, 4), "NWC": (1, 80, 4)}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("rows", [1, 4])
def test_multi_threshold(layout: str, said: bool, rows: int) -> None:
    if layout == "NHWC" and not said:
        pytest.skip("FINN takes an image without a layout for NCHW")
    x = TIES.reshape(LAYOUTS[layout])
    thresholds = np.sort(RNG.integers(-10, 10, (rows, 7)), axis=1).astype(np.float32)
    expected = multithreshold(x, thresholds, 0.5, -1.0, layout[-1] == "C")
    how = {"out_scale": 0.5, "out_bias": -1.0} | ({"data_layout": layout} if said else {})
    actual = imported("MultiThreshold", x, thresholds, out_dtype="UINT4", **how)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize(("scale", "bias"), [(2.0, -1.0), (1.0, 0.0), (-0.5, 0.25), (0.5, 0.3)])
@pytest.mark.parametrize("count", [1, 3])
def test_multi_threshold_levels(count: int, scale: float, bias: float) -> None:
    thresholds = np.arange(count, dtype=np.float32)[None]
    expected = multithreshold(TIES, thresholds, scale, bias)
    actual = imported(
        "MultiThreshold", TIES, thresholds, out_dtype="INT8", out_scale=scale, out_bias=bias
    )
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("constants", "attributes", "message"),
    [
        ((number(0), number(0), number(4)), {}, "the scale must not be zero"),
        ((number(1), number(0.5), number(4)), {}, "the zero point must be an integer"),
        ((number(1), number(0), number(3.5)), {}, "the bit width must be an integer"),
        ((number(1), number(0), number(70)), {}, "is 70: it must be 1 to 64"),
        ((number(1), number(0), np.float32([2, 3])), {}, "must be the same for all channels"),
        ((number(1), number(0), number(4)), {"rounding_mode": "ODD"}, "unknown rounding mode ODD"),
        (
            (number(1), number(0), number(4)),
            {"colour": 3},
            "the attribute colour is not supported: remove it",
        ),
        ((np.float32([1, 2]), number(0), number(4)), {}, r"of shape \(2,\) must have one number"),
        ((number(1), number(0)), {}, "its input 3 is missing"),
    ],
)
def test_quant_is_refused(
    constants: tuple[Array, ...], attributes: dict[str, Any], message: str
) -> None:
    model = one_node("Quant", TIES, *constants, domain=DOMAIN, signed=1, narrow=0, **attributes)
    with pytest.raises(ImportFailure, match=f'^node "the_node" \\(Quant\\): .*{message}'):
        import_model(model)


def test_quant_needs_its_attributes() -> None:
    model = one_node("Quant", TIES, number(1), number(0), number(4), domain=DOMAIN, signed=1)
    with pytest.raises(ImportFailure, match="the attribute narrow is missing"):
        import_model(model)
