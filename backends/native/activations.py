"""Activations: what becomes of a layer's sums."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...passes.scale_thresholds.threshold_lines import Ints, ThresholdRows
from ...qdialect.data import Array
from ...qdialect.types import BipolarType
from .constants import Constants
from .lines import Exceptions, line_exceptions, fit_lines
from .products import LANES, Kernel, pad_rows, cxx_bool
from .tensors import NativeTensor, type_name

MAX_COMPARED = 4
"""So many thresholds are compared with, one after another, whatever they are."""

MAX_COMPARED_OFF_LINE = 16
"""So many are where they are on no line."""


MAX_EXCEPTIONS = 12
"""So many numbers of sixteen channels may be off their lines, and are compared with one by one."""


UNREACHABLE = np.iinfo(np.int32).max
"""No sum is as large."""


@dataclass(frozen=True)
class ActivationKernel:
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
    values: Ints | None = None
    """All that sums may be, where that is less."""

    @staticmethod
    def of(
        rows: Array,
        flags: Array | None,
        offset: int,
        limits: tuple[Array, Array],
        values: Ints | None = None,
    ) -> "Thresholds":
        """Of a threshold op over sums from one limit to another, which each channel has."""
        low, high = (limit.astype(np.int64) for limit in limits)
        rows = np.broadcast_to(rows.astype(np.int64), (len(low), rows.shape[1])).copy()
        if flags is None or not flags.any():
            return Thresholds(rows, None, offset, low, high, values)
        falls = flags == 1
        t = ThresholdRows.mirrored(rows, low, high, falls)
        return Thresholds(t.rows, -falls.astype(np.int64), offset, t.low, t.high)

    @property
    def count(self) -> int:
        return self.rows.shape[1]

    def for_pixel_group(self, together: int) -> "Thresholds":
        """Those of so many pixels that are computed as one."""
        rows, low, high = (
            np.concatenate([array] * together) for array in (self.rows, self.low, self.high)
        )
        flips = None if self.flips is None else np.tile(self.flips, together)
        return Thresholds(rows, flips, self.offset, low, high, self.values)


def raw_sums(y: NativeTensor) -> ActivationKernel:
    """The sums as they are."""
    fields = [y.pointer, y.grid, str(y.shape[-1]), str(y.zero_point)]
    return ActivationKernel(f"Raw<{type_name(y.dtype)}>", fields)


def threshold_kernel(constants: Constants, product: Kernel, t: Thresholds, y: NativeTensor) -> ActivationKernel:
    """The fastest way to count the thresholds that sums have reached."""
    if product.wide or (y.dtype != np.uint8 and not y.planes):
        return search_kernel(constants, product, t, y)
    if y.planes == 1:
        return ActivationKernel("Signs", sign_fields(constants, product, t, y))
    if y.planes == 2:
        return ActivationKernel("Thirds", sign_fields(constants, product, t, y))
    if t.count <= MAX_COMPARED:
        return comparison_kernel(constants, product, t, y)
    half = (t.count + 1) // 2
    for middle in (half, half - 1):  # halves become even, counted from here
        found = line_kernel(constants, product, t, y, middle)
        if found is not None:
            return found
    return (comparison_kernel if t.count <= MAX_COMPARED_OFF_LINE else bisection_kernel)(constants, product, t, y)


def line_kernel(
    constants: Constants, product: Kernel, t: Thresholds, y: NativeTensor, middle: int
) -> ActivationKernel | None:
    """Lines from a middle level on, if there are not too many exceptions."""
    stairs = ThresholdRows(t.rows, t.low, t.high, t.values)
    lines = fit_lines(stairs, middle)
    but = line_exceptions(lines, stairs)
    if but is None:
        return None
    signs = np.ones(len(t.rows), np.int64) if t.flips is None else 1 + 2 * t.flips
    ends, entries = exception_lists(but, signs, product.padded_channels // LANES, middle)
    if ends[-1] > MAX_EXCEPTIONS * (len(ends) - 1):
        return None
    rows = (signs * lines.centers).astype(np.int32), signs.astype(np.float32) * lines.slopes
    full = t.count == 255 and middle == 128 and lowest_output(t, y) == 0
    fields = [
        y.pointer,
        y.grid,
        *(constants.pointer(pad_rows(row, product.padded_channels)) for row in (*rows, lines.heights)),
        constants.pointer(ends),
        constants.pointer(entries, "Ints") if len(entries) else "nullptr",
        *(str(n) for n in (y.shape[-1], t.count, middle, lowest_output(t, y))),
    ]
    kind = f"Line<{cxx_bool(full)}, {cxx_bool(len(entries) > 0)}>"
    return ActivationKernel(kind, fields)


def exception_lists(but: Exceptions, signs: Ints, vectors: int, middle: int) -> tuple[Array, Array]:
    """The exceptions of each vector of channels: where its list ends, and the lists; an entry has
    a sum of each channel and its level, from the middle one on."""
    ends, entries = [0], list[Array]()
    for vector in range(vectors):
        some = range(vector * LANES, min((vector + 1) * LANES, len(but)))
        count = max((len(but[channel][0]) for channel in some), default=0)
        table = np.zeros((count, 2, LANES), np.int32)
        table[:, 0] = UNREACHABLE
        for lane, channel in enumerate(some):
            numbers, levels = but[channel]
            table[: len(numbers), 0, lane] = numbers * signs[channel]
            table[: len(numbers), 1, lane] = levels - middle
        entries.append(table)
        ends.append(ends[-1] + count)
    return np.array(ends, np.int32), np.concatenate(entries)


def lowest_output(t: Thresholds, y: NativeTensor) -> int:
    """What is stored where no threshold is reached."""
    lowest = -1 if isinstance(y.element, BipolarType) else t.offset
    return lowest - y.zero_point


def flip_pointer(constants: Constants, product: Kernel, t: Thresholds) -> str:
    if t.flips is None:
        return "nullptr"
    dtype = np.int64 if product.wide else np.int32
    return constants.pointer(pad_rows(t.flips.astype(dtype), product.padded_channels))


def threshold_columns(product: Kernel, t: Thresholds) -> Array:
    """The thresholds of all channels, level by level; none reaches those of channels left over."""
    never = np.full((t.count, product.padded_channels), UNREACHABLE, np.int32)
    never[:, : len(t.rows)] = t.rows.T
    return never


def sign_fields(constants: Constants, product: Kernel, t: Thresholds, y: NativeTensor) -> list[str]:
    thresholds = constants.pointer(threshold_columns(product, t))
    channels = str(product.padded_channels)
    return [y.pointer, y.grid, thresholds, flip_pointer(constants, product, t), channels]


def comparison_kernel(constants: Constants, product: Kernel, t: Thresholds, y: NativeTensor) -> ActivationKernel:
    factor = 2 if isinstance(y.element, BipolarType) else 1
    fields = [
        y.pointer,
        y.grid,
        constants.pointer(threshold_columns(product, t)),
        flip_pointer(constants, product, t),
        *(str(n) for n in (t.count, product.padded_channels, y.shape[-1], factor, lowest_output(t, y))),
    ]
    return ActivationKernel("Counted", fields)


def bisection_kernel(constants: Constants, product: Kernel, t: Thresholds, y: NativeTensor) -> ActivationKernel:
    rows, where = np.unique(t.rows, axis=0, return_inverse=True)
    half = 1 << (t.count.bit_length() - 1)
    table = np.full((len(rows), 2 * half - 1), UNREACHABLE, np.int32)
    table[:, : t.count] = rows
    starts = (where.reshape(-1) * table.shape[1]).astype(np.int32)
    fields = [
        y.pointer,
        y.grid,
        constants.pointer(table),
        constants.pointer(pad_rows(starts, product.padded_channels)),
        flip_pointer(constants, product, t),
        *(str(n) for n in (half, y.shape[-1], lowest_output(t, y))),
    ]
    return ActivationKernel("Halved", fields)


def search_kernel(constants: Constants, product: Kernel, t: Thresholds, y: NativeTensor) -> ActivationKernel:
    dtype = np.dtype(np.int64 if product.wide else np.int32)
    factor = 2 if isinstance(y.element, BipolarType) else 1
    fields = [
        y.pointer,
        y.grid,
        constants.pointer(pad_rows(t.rows.astype(dtype), product.padded_channels)),
        flip_pointer(constants, product, t),
        *(str(n) for n in (t.count, y.shape[-1], factor, lowest_output(t, y))),
    ]
    return ActivationKernel(f"Search<{type_name(y.dtype)}, {type_name(dtype)}>", fields)
