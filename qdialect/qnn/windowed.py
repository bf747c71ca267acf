"""The sliding window of convolutions and pools: the properties and checks that they share."""

from abc import abstractmethod
from collections.abc import Sequence

from xdsl.dialects.builtin import DenseArrayBase
from xdsl.irdl import prop_def

from ..shapes import Window, window_of
from .base import IntsProperty, QnnOp, Shape, ints_attr, require, require_sizes, text_of


def window_properties(
    strides: Sequence[int], pads: Sequence[int], dilations: Sequence[int]
) -> dict[str, DenseArrayBase]:
    """The properties of `WindowedOp`, for the constructors of its subclasses."""
    return {
        "strides": ints_attr(strides),
        "pads": ints_attr(pads),
        "dilations": ints_attr(dilations),
    }


class WindowedOp(QnnOp):
    """An op that slides a two-dimensional window over an NHWC image."""

    strides = prop_def(IntsProperty, default_value=ints_attr([1, 1]))
    """Rows and columns from one window to the next, at least 1."""
    pads = prop_def(IntsProperty, default_value=ints_attr([0, 0, 0, 0]))
    """Rows or columns added above, left, below and right of the image, at least 0."""
    dilations = prop_def(IntsProperty, default_value=ints_attr([1, 1]))
    """Rows and columns from one tap of the window to the next, at least 1."""

    @property
    @abstractmethod
    def kernel_size(self) -> Sequence[int]:
        """Rows and columns of taps."""

    @property
    def window(self) -> Window:
        return window_of(
            self.kernel_size,
            self.strides.get_values(),
            self.pads.get_values(),
            self.dilations.get_values(),
        )

    def check_window(self, image: Shape) -> None:
        """Raises VerifyException unless the image is NHWC and the properties are in range."""
        require(len(image) == 4, f"the input must be NHWC, it is {text_of(image)}")
        require_sizes(self.strides.get_values(), 2, 1, "strides")
        require_sizes(self.pads.get_values(), 4, 0, "pads")
        require_sizes(self.dilations.get_values(), 2, 1, "dilations")
