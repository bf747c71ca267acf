"""Convolutions and matrix products of arrays, exact over integers.

Integer products run through BLAS in float32 or float64 where no partial sum can exceed 2^24 or
2^53, the integers that these types hold exactly. BLAS is many times faster than numpy's own integer
product.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .data import Array
from .shapes import Window


def exact_matmul_transposed(a: Array, b: Array) -> Array:
    """`a @ b.T` over integers, exact; in floats where the bound on the sums allows it."""
    bound = b.shape[-1] * max_magnitude(a) * max_magnitude(b)
    if bound < 1 << 24:
        return (a.astype(np.float32) @ b.astype(np.float32).T).astype(np.int64)
    if bound < 1 << 53:
        return (a.astype(np.float64) @ b.astype(np.float64).T).astype(np.int64)
    kind = exact_dtype(bound)
    return a.astype(kind) @ b.astype(kind).T


def max_magnitude(x: Array) -> int:
    """The largest absolute value in an array of integers; 0 if it is empty."""
    return max(abs(int(x.min())), abs(int(x.max()))) if x.size else 0


def exact_dtype(bound: int) -> np.dtype[Any]:
    """A numpy type for integers up to a magnitude; Python integers beyond 64 bits."""
    return np.dtype(np.int64 if bound < 1 << 63 else object)


def widened_for(ints: Array, *others: int) -> Array:
    """Casts integers to a type that can also hold `others`; unchanged if all of those are 0."""
    if not any(others):
        return ints
    return ints.astype(exact_dtype(max(max_magnitude(ints), *map(abs, others))))


def matmul_transposed(a: Array, b: Array) -> Array:
    """`a @ b.T`, exact over integers."""
    if a.dtype.kind == "f" or b.dtype.kind == "f":
        return a @ b.T
    return exact_matmul_transposed(a, b)


def pad_image(x: Array, low: Sequence[int], high: Sequence[int], value: float) -> Array:
    """Pads each axis with a value; unlike `np.pad` it keeps arrays of Python integers exact."""
    if not any((*low, *high)):
        return x
    shape = [sum(sizes) for sizes in zip(low, x.shape, high, strict=True)]
    result = np.full(shape, value, x.dtype)
    inside = (slice(start, start + size) for start, size in zip(low, x.shape, strict=True))
    result[tuple(inside)] = x
    return result


def windows(x: Array, window: Window, pad_value: float) -> Array:
    """The patch under each window; axes N, rows, columns, kernel rows, kernel columns, channels."""
    top, left, bottom, right = window.pads
    padded = pad_image(x, (0, top, left, 0), (0, bottom, right, 0), pad_value)
    (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.strides, window.dilations
    spans = np.lib.stride_tricks.sliding_window_view(padded, window.extent, axis=(1, 2))
    patches = spans[:, ::sh, ::sw, :, ::dh, ::dw]
    assert patches.shape[4:] == (kh, kw)
    return patches.transpose(0, 1, 2, 4, 5, 3)


def convolve(x: Array, weights: Array, window: Window, groups: int, pad_value: float = 0) -> Array:
    """The convolution of an NHWC image with OHWI weights, exact over integers."""
    patches = windows(x, window, pad_value)
    n, h, w, kh, kw, channels = patches.shape
    share = channels // groups
    grouped = patches.reshape(n, h, w, kh, kw, groups, share)
    kernels = weights.reshape(groups, -1, kh * kw * share)
    if share == 1 and kernels.shape[1] == 1:
        return _depthwise(grouped[..., 0], kernels[:, 0])
    parts = [
        matmul_transposed(grouped[..., group, :].reshape(n * h * w, -1), kernels[group])
        for group in range(groups)
    ]
    return np.concatenate(parts, axis=-1).reshape(n, h, w, -1)


def _depthwise(patches: Array, kernels: Array) -> Array:
    """A depthwise convolution: one sum over the taps, for all channels in one array operation."""
    n, h, w, kh, kw, channels = patches.shape
    kind = patches.dtype
    if kind.kind != "f":
        kind = exact_dtype(kh * kw * max_magnitude(patches) * max_magnitude(kernels))
    total = np.zeros((n, h, w, channels), kind)
    for tap in range(kh * kw):
        total += patches[:, :, :, tap // kw, tap % kw].astype(kind) * kernels[:, tap].astype(kind)
    return total


def _sum_type(product: Array, x: Array, weights: Array) -> np.dtype[Any]:
    """A type that holds the sums of a transposed convolution over all taps.

    `product` holds the products of one tap only.
    """
    if product.dtype.kind == "f":
        return product.dtype
    return exact_dtype(weights[0].size * max_magnitude(x) * max_magnitude(weights))


def convolve_transposed(
    x: Array, weights: Array, window: Window, groups: int, shape: tuple[int, ...]
) -> Array:
    """The transposed convolution: every element adds its kernel, times itself, to the result."""
    n, height, width, channels = x.shape
    outputs, kh, kw, share = weights.shape
    (sh, sw), (dh, dw), (top, left, _, _) = window.strides, window.dilations, window.pads
    rows = max((height - 1) * sh + window.extent[0], top + shape[0])
    cols = max((width - 1) * sw + window.extent[1], left + shape[1])
    kernels = weights.reshape(groups, outputs // groups, kh, kw, share)
    inputs = x.reshape(n * height * width, groups, channels // groups)
    full: Array | None = None
    for row in range(kh):
        for col in range(kw):
            parts = [
                matmul_transposed(inputs[:, group], kernels[group, :, row, col])
                for group in range(groups)
            ]
            product = np.concatenate(parts, axis=-1).reshape(n, height, width, outputs)
            if full is None:
                full = np.zeros((n, rows, cols, outputs), _sum_type(product, x, weights))
            down, across = row * dh, col * dw
            full[
                :,
                down : down + (height - 1) * sh + 1 : sh,
                across : across + (width - 1) * sw + 1 : sw,
            ] += product
    assert full is not None
    return full[:, top : top + shape[0], left : left + shape[1]]


def sums_by_sign(rows: Array) -> tuple[Array, Array]:
    """The sum of the positive and the sum of the negative numbers of each row."""
    if rows.dtype.itemsize > 4:
        rows = rows.astype(object)
    zero, kind = rows.dtype.type(0), np.result_type(rows, np.int64)
    positive, negative = np.maximum(rows, zero), np.minimum(rows, zero)
    return positive.sum(1, dtype=kind).astype(object), negative.sum(1, dtype=kind).astype(object)
