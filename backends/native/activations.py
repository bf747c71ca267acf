"""Activations: what becomes of a layer's sums."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...qdialect.data import Array
from ...qdialect.types import BipolarType, QuantType, value_range
from .constants import Constants
from .lines import Fit, Ints, fit
from .products import Product, rows_to
from .tensors import Tensor, type_name

FEW = 4
"""So many thresholds are compared with, one after another, whatever they are."""

SOME = 16
"""So many are where they are on no line."""


@dataclass(frozen=True)
class Activation:
    """An instance of a template of `activations.hpp`."""

    type: str
    fields: Sequence[str]

    @property
    def text(self) -> str:
        return f"const {self.type} activation{{{', '.join(self.fields)}}};"


@dataclass(frozen=True)
class Thresholds:
    """The thresholds of a layer: each channel's in a row, ascending, of its sums or, where these
    are flipped, of what they are below 0."""

    rows: Ints
    flips: Ints | None
    """-1 in a channel that descends, else 0."""
    offset: int
    low: Ints
    high: Ints
    """What the sums of each channel may be, once they are flipped."""

    @staticmethod
    def of(rows: Array, flags: Array | None, offset: int, x: QuantType, channels: int) -> "Thresholds":
        """Of a threshold op over a number of channels."""
        limits = value_range(x)
        rows = np.broadcast_to(rows.astype(np.int64), (channels, rows.shape[1])).copy()
        low, high = (np.full(channels, limit, np.int64) for limit in limits)
        if flags is None or not flags.any():
            return Thresholds(rows, None, offset, low, high)
        falls = flags == 1
        rows[falls] = 1 - rows[falls, ::-1]
        low[falls], high[falls] = -limits[1], -limits[0]
        return Thresholds(rows, -falls.astype(np.int64), offset, low, high)

    @property
    def count(self) -> int:
        return self.rows.shape[1]


def raw(y: Tensor) -> Activation:
    """The sums as they are."""
    fields = [y.pointer, y.grid, str(y.shape[-1]), str(y.low)]
    return Activation(f"Raw<{type_name(y.dtype)}>", fields)


def counted(constants: Constants, product: Product, t: Thresholds, y: Tensor) -> Activation:
    """The fastest way to count the thresholds that sums have reached."""
    if product.wide or (y.dtype != np.uint8 and not y.planes):
        return search(constants, product, t, y)
    if y.planes == 1:
        return Activation("Signs", compared(constants, product, t, y))
    if y.planes == 2:
        return Activation("Thirds", compared(constants, product, t, y))
    if t.count <= FEW:
        return few(constants, product, t, y)
    lines, close = fit(t.rows, t.low, t.high)
    if close is Fit.NONE or (close is Fit.NEAR and t.count <= SOME):
        return (few if t.count <= SOME else search)(constants, product, t, y)
    total = product.all_channels
    parameters = rows_to(np.ascontiguousarray(lines.parameters.T), total).T
    fields = [
        y.pointer,
        y.grid,
        constants.pointer(np.ascontiguousarray(parameters)),
        flips(constants, product, t),
        str(total),
        str(y.shape[-1]),
        str(first(t, y)),
    ]
    if close is Fit.EXACT:
        return Activation("Line", fields)
    rows = np.full((total, t.count + 2), np.iinfo(np.int32).max, np.int32)
    rows[:, 0] = np.iinfo(np.int32).min
    rows[: len(t.rows), 1:-1] = t.rows
    line = f"Line{{{', '.join(fields)}}}"
    return Activation("Near", [line, y.grid, constants.pointer(rows), str(rows.shape[1])])


def first(t: Thresholds, y: Tensor) -> int:
    """What is stored where no threshold is reached."""
    lowest = -1 if isinstance(y.element, BipolarType) else t.offset
    return lowest - y.low


def flips(constants: Constants, product: Product, t: Thresholds) -> str:
    if t.flips is None:
        return "nullptr"
    dtype = np.int64 if product.wide else np.int32
    return constants.pointer(rows_to(t.flips.astype(dtype), product.all_channels))


def columns(product: Product, t: Thresholds) -> Array:
    """The thresholds of all channels, level by level; none reaches those of channels left over."""
    never = np.full((t.count, product.all_channels), np.iinfo(np.int32).max, np.int32)
    never[:, : len(t.rows)] = t.rows.T
    return never


def compared(constants: Constants, product: Product, t: Thresholds, y: Tensor) -> list[str]:
    thresholds = constants.pointer(columns(product, t))
    channels = str(product.all_channels)
    return [y.pointer, y.grid, thresholds, flips(constants, product, t), channels]


def few(constants: Constants, product: Product, t: Thresholds, y: Tensor) -> Activation:
    factor = 2 if isinstance(y.element, BipolarType) else 1
    fields = [
        y.pointer,
        y.grid,
        constants.pointer(columns(product, t)),
        flips(constants, product, t),
        *(str(n) for n in (t.count, product.all_channels, y.shape[-1], factor, first(t, y))),
    ]
    return Activation("Counted", fields)


def search(constants: Constants, product: Product, t: Thresholds, y: Tensor) -> Activation:
    dtype = np.dtype(np.int64 if product.wide else np.int32)
    factor = 2 if isinstance(y.element, BipolarType) else 1
    fields = [
        y.pointer,
        y.grid,
        constants.pointer(rows_to(t.rows.astype(dtype), product.all_channels)),
        flips(constants, product, t),
        *(str(n) for n in (t.count, y.shape[-1], factor, first(t, y))),
    ]
    return Activation(f"Search<{type_name(y.dtype)}, {type_name(dtype)}>", fields)
