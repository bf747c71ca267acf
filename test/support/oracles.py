"""Reference results: onnxruntime, torch, and exact fractions."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from onnx import helper
from qnn.qdialect.attributes import Rounding

Array = npt.NDArray[Any]

OPSET, IR_VERSION = 21, 10

torch.set_num_threads(1)


def onnx_op(
    name: str, *inputs: Array | None, outputs: int = 1, opset: int = OPSET, **attributes: Any
) -> list[Array]:
    """Runs one ONNX op in onnxruntime, without graph optimisation, in one thread."""
    given = {f"i{number}": array for number, array in enumerate(inputs) if array is not None}
    names = [f"i{number}" if array is not None else "" for number, array in enumerate(inputs)]
    results = [f"o{number}" for number in range(outputs)]
    graph = helper.make_graph(
        [helper.make_node(name, names, results, **attributes)],
        name,
        [
            helper.make_tensor_value_info(key, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
            for key, a in given.items()
        ],
        [onnx.ValueInfoProto(name=result) for result in results],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR_VERSION
    )
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, given)


def channels_first(x: Array) -> Array:
    """NHWC to NCHW, and OHWI to OIHW."""
    return np.moveaxis(x, -1, 1)


def channels_last(x: Array) -> Array:
    return np.moveaxis(x, 1, -1)


LIMB = 20
"""Bits of a piece of a wide integer: sums of products of two pieces are exact in float64."""


def exact_bilinear(
    product: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], x: Array, weights: Array
) -> Array:
    """A convolution or matrix product of torch over integers of any width, as Python integers.

    Both operands are cut into pieces of few bits, which torch multiplies exactly in float64.
    """
    total: Array = np.array(0, object)
    for i, left in enumerate(_limbs(x)):
        for j, right in enumerate(_limbs(weights)):
            part = product(torch.from_numpy(left), torch.from_numpy(right)).numpy()
            assert np.abs(part).max() < 2**53
            total = total + (part.astype(np.int64).astype(object) << LIMB * (i + j))
    return total


def _limbs(x: Array) -> list[npt.NDArray[np.float64]]:
    """Pieces of an integer array, the lowest first; only the last one has a sign."""
    rest, pieces = x.astype(object), list[Array]()
    while np.abs(rest).max() >= 1 << LIMB:
        pieces.append(rest & ((1 << LIMB) - 1))
        rest = rest >> LIMB
    return [piece.astype(np.float64) for piece in (*pieces, rest)]


ROUND_EXACTLY: dict[Rounding, Callable[[Fraction], int]] = {
    Rounding.HALF_EVEN: round,
    Rounding.HALF_UP: lambda x: _sign(x) * math.floor(abs(x) + Fraction(1, 2)),
    Rounding.HALF_DOWN: lambda x: _sign(x) * math.ceil(abs(x) - Fraction(1, 2)),
    Rounding.UP: lambda x: _sign(x) * math.ceil(abs(x)),
    Rounding.DOWN: math.trunc,
    Rounding.CEIL: math.ceil,
    Rounding.FLOOR: math.floor,
}
"""The rounding modes of QONNX, over exact fractions."""


def _sign(x: Fraction) -> int:
    return (x > 0) - (x < 0)


def nearest_float32(x: Fraction) -> np.float32:
    """The float32 nearest to a fraction, the even one of two: rounded once."""
    guess = np.float32(float(x))
    around = (
        np.nextafter(guess, np.float32(-np.inf)),
        guess,
        np.nextafter(guess, np.float32(np.inf)),
    )
    return min(around, key=lambda y: (abs(Fraction(float(y)) - x), int(y.view(np.int32)) & 1))


def scaled(sums: Array, scales: Sequence[npt.ArrayLike]) -> npt.NDArray[np.float32]:
    """Integers times scales, each product exact, and rounded once to float32.

    If a product were first rounded to float64, about one in 2^28 would have a wrong last bit.
    """
    full = np.broadcast_arrays(sums.astype(object), *[np.asarray(s, np.float64) for s in scales])
    numbers = zip(*(part.flat for part in full), strict=True)
    rounded = [
        nearest_float32(math.prod(map(Fraction, factors), start=Fraction(int(total))))
        for total, *factors in numbers
    ]
    return np.array(rounded, np.float32).reshape(full[0].shape)


def assert_close(actual: Array, expected: Array, ulps: float, floor: float = 0.0) -> None:
    """Fails unless values differ by at most some units in the last place of what is expected.

    Values smaller than `floor` are judged by the units of `floor`.
    """
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    info = np.finfo(expected.dtype)
    unit = np.maximum(np.abs(expected), max(floor, info.tiny)).astype(np.longdouble) * info.eps
    error = np.abs(actual.astype(np.longdouble) - expected) / unit
    assert np.isfinite(actual).all() and error.max(initial=0) <= ulps, f"{error.max()} ulps"


def assert_same(actual: Array, expected: Array) -> None:
    """Fails unless values are equal, in the same numpy type and shape."""
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    np.testing.assert_array_equal(actual, expected)
