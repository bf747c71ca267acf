"""Orders of elements: where a channel carries each element of a tensor.

An order is an array of indices: element i of a tensor is element `order[i]` of a frame of the
channel. None stands for the order in which streams carry tensors, last axis fastest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...qdialect.data import Array


@dataclass(frozen=True)
class SeparateOrder:
    """An order that permutes pixels as a whole, and the channels of every pixel in the same way."""

    pixels: Array
    """For each pixel of the tensor its index in the frame."""
    channels: Array
    """For each channel of the tensor its index in a pixel of the frame."""

    @property
    def keeps_pixels(self) -> bool:
        return in_order(self.pixels)

    def rearranged(self, weights: Array, axis: int) -> Array:
        """Weights with one axis permuted from the channels of the tensor to those of the frame."""
        return np.take(weights, np.argsort(self.channels), axis)


def in_order(indices: Array) -> bool:
    return np.array_equal(indices, np.arange(len(indices)))


def none_if_in_order(order: Array) -> Array | None:
    return None if in_order(order) else order


def separate(order: Array, depth: int) -> SeparateOrder | None:
    """Pixels of `depth` elements and their channels, if the order moves them separately."""
    by_pixel = order.reshape(-1, depth)
    pixels, channels = by_pixel[:, 0] // depth, by_pixel[0] % depth
    same = np.array_equal(np.add.outer(pixels * depth, channels), by_pixel)
    return SeparateOrder(pixels, channels) if same else None


def combine_orders(pixels: Array, channels: Array) -> Array | None:
    """The order that permutes pixels and channels; None if it changes nothing."""
    return none_if_in_order(np.add.outer(pixels * len(channels), channels).reshape(-1))


def in_frame_order(values: Array, order: Array | None) -> Array:
    """The values of a tensor's elements, in the order of the frame."""
    flat = values.reshape(-1)
    if order is None:
        return flat
    found = np.empty_like(flat)
    found[order] = flat
    return found


def parameter_rows(order: Array, channels: int, depth: int, rows: Sequence[Array]) -> Array | None:
    """For each channel of a frame: a channel of the tensor with the same parameters.

    None if the parameters of a channel vary between the pixels of the frame.

    Args:
        channels: The channels of the tensor.
        depth: The channels of the frame.
        rows: Parameters, with a row for each channel of the tensor.
    """
    together = np.concatenate([row.reshape(channels, -1) for row in rows], 1)
    _, first, kinds = np.unique(together, axis=0, return_index=True, return_inverse=True)
    of_tensor = np.tile(kinds.reshape(-1), len(order) // channels)
    of_frame = in_frame_order(of_tensor, order).reshape(-1, depth)
    return first[of_frame[0]] if (of_frame == of_frame[0]).all() else None
