"""Activations: what becomes of a layer's sums."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...qdialect.data import Array
from ...qdialect.types import BipolarType
from .constants import Constants
from .lines import Fit, Ints, exceptions, fit
from .products import Product, rows_to
from .tensors import Tensor, type_name

FEW = 4
"""So many thresholds are compared with, one after another, whatever they are."""

SOME = 16
"""So many are where they are on no line."""


EXCEPTIONS = 4
"""So many numbers of a channel may be off a line, and are compared with one by one."""


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
    def of(
        rows: Array, flags: Array | None, offset: int, limits: tuple[Array, Array]
    ) -> "Thresholds":
        """Of a threshold op over sums from one limit to another, which each channel has."""
        low, high = (limit.astype(np.int64) for limit in limits)
        rows = np.broadcast_to(rows.astype(np.int64), (len(low), rows.shape[1])).copy()
        if flags is None or not flags.any():
            return Thresholds(rows, None, offset, low, high)
        falls = flags == 1
        rows[falls] = 1 - rows[falls, ::-1]
        low[falls], high[falls] = -high[falls], -low[falls]
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
    kind = "float" if lines.parameters.dtype == np.float32 else "double"
    if close is Fit.EXACT:
        return Activation(f"Line<{kind}>", fields)
    line = f"Line<{kind}>{{{', '.join(fields)}}}"
    but = exceptions(lines, t.rows, t.low, t.high, EXCEPTIONS)
    if but is not None:
        pairs = np.stack([*but], axis=2).reshape(len(t.rows), -1).astype(np.int32)
        table = np.ascontiguousarray(rows_to(pairs, total).T)
        return Activation(
            f"LineBut<{kind}>",
            [line, y.grid, constants.pointer(table), str(pairs.shape[1] // 2)],
        )
    rows, where = np.unique(t.rows, axis=0, return_inverse=True)
    table = np.full((len(rows), t.count + 2), np.iinfo(np.int32).max, np.int32)
    table[:, 0] = np.iinfo(np.int32).min
    table[:, 1:-1] = rows
    starts = rows_to((where.reshape(-1) * (t.count + 2)).astype(np.int32), total)
    pointers = [constants.pointer(table), constants.pointer(starts)]
    return Activation(f"Near<{kind}>", [line, y.grid, *pointers])


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
