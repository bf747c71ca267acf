"""Imports Resize and Upsample: upscaling by integer factors.

Linear interpolation by a factor f is an average. Each pixel is repeated f times, and the result is
the mean of f neighbours of these, which two pixels share as their distances demand:

    asymmetric            the mean of elements j to j + f - 1
    half_pixel, f odd     the mean of elements j - (f - 1) / 2 to j + (f - 1) / 2
    half_pixel, f even    the mean of two neighbouring means of f elements, centred at j

Elements outside the image are left out of a mean. The remaining ones all repeat the pixel at the
border, so the result is that pixel, as ONNX defines it. Averages of integers are exact.
"""

from collections.abc import Sequence

import numpy as np

from ....qdialect.attributes import Rounding
from ....qdialect.data import Array
from ....qdialect.qnn.layout import ResizeOp
from ....qdialect.qnn.pooling import AvgPoolOp
from ....qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ....qdialect.types import QuantType, element_of, is_quant, shape_of
from ..builder import ProgramBuilder
from ..names import short_name
from ..node import Node
from ..registry import handles
from ..values import GraphTensor, GraphValue

INTERPOLATION_ATTRIBUTES = ("cubic_coeff_a", "exclude_outside", "extrapolation_value", "antialias")
"""Attributes of Resize without effect on nearest or linear upscaling."""


@handles("Resize", "Upsample", ignores=INTERPOLATION_ATTRIBUTES)
def resize(m: ProgramBuilder, node: Node) -> GraphValue:
    """Upscaling by integer factors, with repeated pixels or linear interpolation."""
    x = m.tensor(node, 0)
    mode = node.text("mode", "nearest")
    nearest = node.text("nearest_mode", "round_prefer_floor")  # torch writes it for every mode
    if mode not in ("nearest", "linear"):
        raise node.fail(f"{short_name(mode)} interpolation is not supported: use nearest or linear")
    scales = _scale_factors(m, node, x)
    if scales.shape != (x.rank,) or (scales != np.rint(scales)).any() or (scales < 1).any():
        raise node.fail(f"scales are {scales.tolist()}: each must be an integer of at least 1")
    if mode == "linear":
        return _interpolated(m, node, x, [int(scale) for scale in scales])
    factors = [1] * len(shape_of(x.value))
    for axis, scale in enumerate(scales):
        factors[x.axis(axis)] = int(scale)
    _check_nearest(node, nearest, factors)
    return x.like(m.add(ResizeOp(x.value, factors), node).output)


def _interpolated(
    m: ProgramBuilder, node: Node, x: GraphTensor, scales: Sequence[int]
) -> GraphTensor:
    """An image or a signal with linear interpolation along its rows and columns."""
    if x.rank not in (3, 4) or scales[0] != 1 or scales[1] != 1:
        raise node.fail("only the rows and columns of an image can be interpolated")
    factors, element = [1, *scales[2:]][-2:], element_of(x.value)
    value = m.image(x, node)
    if is_quant(element):
        if any(factor & (factor - 1) for factor in factors):
            raise node.fail(
                "it interpolates integers by a factor that is not a power of 2, and runtimes "
                "round the results differently: insert DequantizeLinear before it"
            )
        value = m.add(DequantizeOp(value, m.floats(np.float32(1), "one"))).output
    value = m.add(ResizeOp(value, [1, *factors, 1]), node).output
    for kernel, before, after in _means(node, _coordinates(m, node), factors):
        if max(kernel) > 1:
            op = AvgPoolOp(value, kernel, (1, 1), (*before, *after))
            value = m.add(op, node).output
    if isinstance(element, QuantType):  # a cast of the result, which rounds towards zero
        one = m.floats(np.float32(1), "one")
        value = m.add(QuantizeOp(value, one, element, rounding=Rounding.DOWN), node).output
    return GraphTensor(value, x.rank, True)


Mean = tuple[list[int], list[int], list[int]]
"""The kernel of an average along rows and columns, and the padding before and after them."""


def _means(node: Node, coordinates: str, factors: Sequence[int]) -> list[Mean]:
    """The averages after which repeated elements are interpolated."""
    if coordinates == "asymmetric":
        return [(list(factors), [0, 0], [factor - 1 for factor in factors])]
    if coordinates not in ("half_pixel", "pytorch_half_pixel"):
        raise node.fail(
            f"linear interpolation with coordinate_transformation_mode {short_name(coordinates)} "
            "does not divide by integers: use half_pixel (torch: align_corners=False)"
        )
    halves = [factor // 2 for factor in factors]
    pairs = [2 - factor % 2 for factor in factors]
    return [(list(factors), halves, halves), (pairs, [0, 0], [0, 0])]


def _coordinates(m: ProgramBuilder, node: Node) -> str:
    """How positions of the result map to positions of the input; old opsets have one way."""
    if node.op == "Upsample" or m.opset < 11:
        return "asymmetric"
    return node.text("coordinate_transformation_mode", "half_pixel")


def _scale_factors(m: ProgramBuilder, node: Node, x: GraphTensor) -> Array:
    """The scale of each axis."""
    if node.op == "Upsample" or m.opset < 11:
        given = m.optional(node, 1, "the scales")
        return np.array(node.numbers("scales") or []) if given is None else given
    if node.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise node.fail("keep_aspect_ratio_policy is not supported: use scales")
    axes = node.integers("axes") or list(range(x.rank))
    found = m.optional(node, 2, "the scales")
    if found is None or not found.size:
        if not node.has_input(3):
            raise node.fail("it must have scales or sizes")
        found = m.array(node, 3, "the sizes") / np.array([x.shape[axis] for axis in axes])
    full = np.ones(x.rank)
    full[axes] = found
    return full


def _check_nearest(node: Node, nearest: str, factors: Sequence[int]) -> None:
    """Raises unless the modes repeat each element, so that the result is not shifted."""
    coordinates = node.text("coordinate_transformation_mode", "half_pixel")
    if node.op == "Upsample":
        return
    if coordinates not in ("half_pixel", "pytorch_half_pixel", "asymmetric"):
        raise node.fail(
            f"coordinate_transformation_mode {short_name(coordinates)} is not supported: "
            "use half_pixel or asymmetric"
        )
    for factor in factors:
        if not _is_repeat(factor, coordinates, nearest):
            raise node.fail(
                f"nearest_mode {short_name(nearest)} with {coordinates} shifts the image: "
                "use floor with asymmetric"
            )


MAX_CHECKED_FACTOR = 1 << 16
"""`_is_repeat` checks the positions of at most this many elements for each element."""


def _is_repeat(factor: int, coordinates: str, nearest: str) -> bool:
    """Whether the modes repeat each element `factor` times, tried on a row of four elements."""
    places = np.arange(min(factor, MAX_CHECKED_FACTOR) * 4)
    where = places / factor if coordinates == "asymmetric" else (places + 0.5) / factor - 0.5
    chosen = {
        "floor": np.floor(where),
        "ceil": np.ceil(where),
        "round_prefer_floor": np.ceil(where - 0.5),
        "round_prefer_ceil": np.floor(where + 0.5),
    }.get(nearest)
    last = places[-1] // factor
    return chosen is not None and np.array_equal(np.clip(chosen, 0, last), places // factor)
