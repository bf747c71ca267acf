"""Sizes and positions of sliding windows, as pure functions of sizes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xdsl.utils.exceptions import VerifyException

MAX_PADDED_SIZE = 1 << 20
"""Rows, and columns, of an image with its padding."""


@dataclass(frozen=True)
class Window:
    """A two-dimensional sliding window; every pair has rows first, columns second."""

    kernel: tuple[int, int]
    strides: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Rows or columns of padding above, left, below and right of the image."""
    dilations: tuple[int, int] = (1, 1)

    @property
    def extent(self) -> tuple[int, int]:
        """The rows and columns that one window spans, dilation included."""
        (kh, kw), (dh, dw) = self.kernel, self.dilations
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    def outputs(self, height: int, width: int) -> tuple[int, int]:
        """The number of windows in an image: rows and columns of the result."""
        top, left, bottom, right = self.pads
        padded = height + top + bottom, width + left + right
        if max(self.strides) > MAX_PADDED_SIZE:
            raise VerifyException(
                f"the strides {list(self.strides)} are too large: at most {MAX_PADDED_SIZE:,}"
            )
        if max(padded) > MAX_PADDED_SIZE:
            raise VerifyException(
                f"the padded image of {padded[0]}x{padded[1]} is too large: at most "
                f"{MAX_PADDED_SIZE:,} rows and columns are supported"
            )
        for size, extent, name in zip(padded, self.extent, ("high", "wide"), strict=True):
            if size < extent:
                raise VerifyException(
                    f"a window {extent} {name} does not fit into {size} (with padding)"
                )
        return (
            (padded[0] - self.extent[0]) // self.strides[0] + 1,
            (padded[1] - self.extent[1]) // self.strides[1] + 1,
        )

    def never_empty(self, height: int, width: int) -> bool:
        """Whether every window has at least one tap inside the image."""
        counts = self.outputs(height, width)
        return all(
            any(0 <= start + tap * dilation < size for tap in range(kernel))
            for size, kernel, stride, dilation, pad, count in zip(
                (height, width),
                self.kernel,
                self.strides,
                self.dilations,
                self.pads[:2],
                counts,
                strict=True,
            )
            for start in border_starts(size, kernel, stride, dilation, pad, count)
        )

    def transposed_outputs(
        self, height: int, width: int, output_pads: Sequence[int]
    ) -> tuple[int, int]:
        """Rows and columns of a transposed convolution's result: the inverse of `outputs`."""
        top, left, bottom, right = self.pads
        rows = (height - 1) * self.strides[0] + self.extent[0] + output_pads[0] - top - bottom
        cols = (width - 1) * self.strides[1] + self.extent[1] + output_pads[1] - left - right
        if rows < 1 or cols < 1:
            raise VerifyException(
                f"the pads {list(self.pads)} leave a result of {rows}x{cols}: reduce them"
            )
        return rows, cols


def window_of(
    kernel: Sequence[int], strides: Sequence[int], pads: Sequence[int], dilations: Sequence[int]
) -> Window:
    """A window from the properties of an op."""
    kh, kw = kernel
    sh, sw = strides
    top, left, bottom, right = pads
    dh, dw = dilations
    return Window((kh, kw), (sh, sw), (top, left, bottom, right), (dh, dw))


def border_starts(
    size: int, kernel: int, stride: int, dilation: int, pad: int, count: int
) -> Iterator[int]:
    """The start positions along one axis of all windows that extend into the padding.

    All other windows lie within the image. The loop stops at the first of those and continues after
    the last, so its time depends on the border only, not on the image.
    """
    span = (kernel - 1) * dilation + 1
    for index in range(count):
        start = index * stride - pad
        if start >= 0 and start + span <= size:
            last_inside = max(index, (size - span + pad) // stride)
            break
        yield start
    else:
        return
    for index in range(last_inside + 1, count):
        yield index * stride - pad
