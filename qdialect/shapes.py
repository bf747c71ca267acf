"""The arithmetic of sliding windows: pure functions of sizes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xdsl.utils.exceptions import VerifyException


@dataclass(frozen=True)
class Window:
    """A two-dimensional sliding window; rows come before columns in every pair."""

    kernel: tuple[int, int]
    strides: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Above, left, below, right."""
    dilations: tuple[int, int] = (1, 1)

    @property
    def extent(self) -> tuple[int, int]:
        """The rows and columns that one window spans, dilation included."""
        (kh, kw), (dh, dw) = self.kernel, self.dilations
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    def outputs(self, height: int, width: int) -> tuple[int, int]:
        """How many windows fit, down and across."""
        top, left, bottom, right = self.pads
        padded = height + top + bottom, width + left + right
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
        """Whether every window has a tap inside the image, and none lies wholly in the padding."""
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
        """The size of a transposed convolution's result: the input that `outputs` came from."""
        top, left, bottom, right = self.pads
        rows = (height - 1) * self.strides[0] + self.extent[0] + output_pads[0] - top - bottom
        cols = (width - 1) * self.strides[1] + self.extent[1] + output_pads[1] - left - right
        if rows < 1 or cols < 1:
            raise VerifyException(f"padding leaves a result of {rows}x{cols}")
        return rows, cols


def window_of(
    kernel: Sequence[int], strides: Sequence[int], pads: Sequence[int], dilations: Sequence[int]
) -> Window:
    """A window, from the properties of an op."""
    kh, kw = kernel
    sh, sw = strides
    top, left, bottom, right = pads
    dh, dw = dilations
    return Window((kh, kw), (sh, sw), (top, left, bottom, right), (dh, dw))


def border_starts(
    size: int, kernel: int, stride: int, dilation: int, pad: int, count: int
) -> Iterator[int]:
    """Where windows start that hang over a border; between them, every window is full."""
    span = (kernel - 1) * dilation + 1
    for number in range(count):
        start = number * stride - pad
        if start >= 0 and start + span <= size:
            number = max(number, (size - span + pad) // stride)
            break
        yield start
    else:
        return
    for last in range(number + 1, count):
        yield last * stride - pad
