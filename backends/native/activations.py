"""Activation kernels: what a layer writes for each of its sums.

Each kernel is a C++ template of `include/qnn/activations.hpp`: it stores the sums themselves, or
counts the thresholds that they have reached, in one of several ways.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...passes.scale_thresholds.threshold_lines import Ints, ThresholdRows
from ...qdialect.data import Array
from ...qdialect.types import BipolarType
from .constants import Constants
from .lines import Exceptions, fit_float_lines, line_exceptions
from .products import Kernel, cxx_bool
from .tensors import NativeTensor, type_name
from .tiles import LANES
from .weight_layout import pad_rows

MAX_COMPARED = 4
"""Up to this many thresholds, comparing with each one is the fastest way."""

MAX_COMPARED_OFF_LINE = 16
"""The same limit for thresholds that are not on a line; above it, bisection is faster."""

MAX_MEAN_EXCEPTIONS = 12
"""Maximum exceptions of a line per vector of 16 channels (mean): each sum is compared with every
exception."""

UNREACHABLE = np.iinfo(np.int32).max
"""A threshold that no 32-bit sum reaches: `needs_wide` leaves it out of the range of sums."""


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
    """The thresholds of a layer: one ascending row per channel.

    In a channel that descends, the sums are negated before they are compared; its row and its
    limits are those of the negated sums.
    """

    rows: Ints
    flips: Ints | None
    """-1 for each channel whose sums are negated, else 0; None if no channel's are."""
    offset: int
    """The level where no threshold is reached."""
    low: Ints
    high: Ints
    """The limits of each channel's sums."""
    values: Ints | None = None
    """All values that a sum can have, if not every integer between the limits."""

    @staticmethod
    def of(
        rows: Array,
        flags: Array | None,
        offset: int,
        limits: tuple[Array, Array],
        values: Ints | None = None,
    ) -> "Thresholds":
        """The thresholds of an op; `flags` are 1 for channels that descend, and `limits` are the
        lowest and the highest sum of each channel."""
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

    def for_pixel_group(self, pixels: int) -> "Thresholds":
        """The thresholds where a group of pixels is computed as one pixel with more channels."""
        rows, low, high = (
            np.concatenate([array] * pixels) for array in (self.rows, self.low, self.high)
        )
        flips = None if self.flips is None else np.tile(self.flips, pixels)
        return Thresholds(rows, flips, self.offset, low, high, self.values)


def raw_sums(y: NativeTensor) -> ActivationKernel:
    """Stores the sums themselves."""
    fields = [y.pointer, y.grid, str(y.shape[-1]), str(y.offset)]
    return ActivationKernel(f"RawSums<{type_name(y.dtype)}>", fields)


@dataclass(frozen=True)
class ThresholdCounter:
    """Chooses how a layer counts the thresholds that its sums have reached."""

    constants: Constants
    product: Kernel
    thresholds: Thresholds
    y: NativeTensor

    def kernel(self) -> ActivationKernel:
        """The fastest kernel that is exact for all sums."""
        count, y = self.thresholds.count, self.y
        if self.product.wide or (y.dtype != np.uint8 and not y.planes):
            return self.by_search()
        if y.planes:
            return self.as_bits()
        if count <= MAX_COMPARED:
            return self.by_comparison()
        # a line's ties go to the level that is even when counted from the middle: try both parities
        half = (count + 1) // 2
        for middle in (half, half - 1):
            found = self.by_line(middle)
            if found is not None:
                return found
        return self.by_comparison() if count <= MAX_COMPARED_OFF_LINE else self.by_bisection()

    def as_bits(self) -> ActivationKernel:
        """One threshold as a bit, or two as two bits."""
        fields = [
            *self.output_fields(),
            self.threshold_columns(),
            self.flip_pointer(),
            str(self.product.padded_channels),
        ]
        return ActivationKernel("Signs" if self.y.planes == 1 else "TernarySigns", fields)

    def by_comparison(self) -> ActivationKernel:
        """Compares each sum with every threshold."""
        numbers = self.thresholds.count, self.product.padded_channels, self.y.shape[-1]
        fields = [
            *self.output_fields(),
            self.threshold_columns(),
            self.flip_pointer(),
            *map(str, (*numbers, self.level_distance(), self.lowest_output())),
        ]
        return ActivationKernel("Comparisons", fields)

    def by_line(self, middle: int) -> ActivationKernel | None:
        """Computes levels as a line, and looks up exceptions; None if there are too many.

        The sums are not negated in channels that descend: center, slope and exceptions are. This
        gives the same floats, since `(-x - center) * slope` and
        `(x + center) * -slope` round alike.
        """
        t, pad = self.thresholds, self.product.padded_channels
        rows = ThresholdRows(t.rows, t.low, t.high, t.values)
        lines = fit_float_lines(rows, middle)
        exceptions = line_exceptions(lines, rows)
        if exceptions is None:
            return None
        signs = np.ones(len(t.rows), np.int64) if t.flips is None else 1 + 2 * t.flips
        ends, entries = exception_lists(exceptions, signs, pad // LANES, middle)
        if ends[-1] > MAX_MEAN_EXCEPTIONS * (len(ends) - 1):
            return None
        centers = (signs * lines.centers).astype(np.int32)
        slopes = signs.astype(np.float32) * lines.slopes
        # all levels of a byte: saturation clips them, no comparison is needed
        saturates = t.count == 255 and middle == 128 and self.lowest_output() == 0
        numbers = self.y.shape[-1], t.count, middle, self.lowest_output()
        fields = [
            *self.output_fields(),
            *(
                self.constants.pointer(pad_rows(row, pad))
                for row in (centers, slopes, lines.heights)
            ),
            self.constants.pointer(ends),
            self.constants.pointer(entries, "Ints") if len(entries) else "nullptr",
            *map(str, numbers),
        ]
        return ActivationKernel(
            f"Line<{cxx_bool(saturates)}, {cxx_bool(len(entries) > 0)}>", fields
        )

    def by_bisection(self) -> ActivationKernel:
        """Bisects the thresholds, 16 channels in parallel. Rows are filled up to 2^n - 1
        thresholds,
        so that every search takes n steps; channels with equal rows share one."""
        t = self.thresholds
        rows, row_of_channel = np.unique(t.rows, axis=0, return_inverse=True)
        half = 1 << (t.count.bit_length() - 1)
        table = np.full((len(rows), 2 * half - 1), UNREACHABLE, np.int32)
        table[:, : t.count] = rows
        starts = (row_of_channel.reshape(-1) * table.shape[1]).astype(np.int32)
        fields = [
            *self.output_fields(),
            self.constants.pointer(table),
            self.constants.pointer(pad_rows(starts, self.product.padded_channels)),
            self.flip_pointer(),
            *map(str, (half, self.y.shape[-1], self.lowest_output())),
        ]
        return ActivationKernel("Bisection", fields)

    def by_search(self) -> ActivationKernel:
        """Searches the thresholds of one channel after another; for any types."""
        dtype = np.dtype(np.int64 if self.product.wide else np.int32)
        rows = pad_rows(self.thresholds.rows.astype(dtype), self.product.padded_channels)
        numbers = self.thresholds.count, self.y.shape[-1]
        fields = [
            *self.output_fields(),
            self.constants.pointer(rows),
            self.flip_pointer(),
            *map(str, (*numbers, self.level_distance(), self.lowest_output())),
        ]
        return ActivationKernel(f"Search<{type_name(self.y.dtype)}, {type_name(dtype)}>", fields)

    def output_fields(self) -> list[str]:
        """The first fields of every activation kernel: where the output is stored."""
        return [self.y.pointer, self.y.grid]

    def level_distance(self) -> int:
        """By how much each threshold raises the result: from -1 to +1 in a bipolar one."""
        return 2 if isinstance(self.y.element, BipolarType) else 1

    def lowest_output(self) -> int:
        """The stored value of an element that reaches no threshold."""
        lowest = -1 if isinstance(self.y.element, BipolarType) else self.thresholds.offset
        return lowest - self.y.offset

    def flip_pointer(self) -> str:
        if self.thresholds.flips is None:
            return "nullptr"
        flips = self.thresholds.flips.astype(np.int64 if self.product.wide else np.int32)
        return self.constants.pointer(pad_rows(flips, self.product.padded_channels))

    def threshold_columns(self) -> str:
        """The thresholds level by level, each for all channels; those that pad the last block have
        thresholds that no sum reaches."""
        t = self.thresholds
        columns = np.full((t.count, self.product.padded_channels), UNREACHABLE, np.int32)
        columns[:, : len(t.rows)] = t.rows.T
        return self.constants.pointer(columns)


def exception_lists(
    exceptions: Exceptions, signs: Ints, vectors: int, middle: int
) -> tuple[Array, Array]:
    """The exceptions of each vector of channels: where each vector's list ends, and all lists.

    An entry has one sum per channel, and its level counted from the middle one. Channels with fewer
    exceptions than others of their vector have a sum in their place that never occurs.
    """
    ends, entries = [0], list[Array]()
    for vector in range(vectors):
        channels = range(vector * LANES, min((vector + 1) * LANES, len(exceptions)))
        count = max((len(exceptions[channel][0]) for channel in channels), default=0)
        entry = np.zeros((count, 2, LANES), np.int32)
        entry[:, 0] = UNREACHABLE
        for lane, channel in enumerate(channels):
            sums, levels = exceptions[channel]
            entry[: len(sums), 0, lane] = sums * signs[channel]
            entry[: len(sums), 1, lane] = levels - middle
        entries.append(entry)
        ends.append(ends[-1] + count)
    return np.array(ends, np.int32), np.concatenate(entries)
