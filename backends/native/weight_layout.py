"""How the weights of a linear layer are stored for the kernel that reads them."""

from typing import Any

import numpy as np

from ...qdialect.data import Array
from .tensors import WORD_BITS, NativeTensor


def weight_spread(weights: Array) -> Array:
    """The difference between the largest and the smallest weight of each channel."""
    flat = weights.reshape(len(weights), -1).astype(np.int64)
    return flat.max(1) - flat.min(1)


def byte_shifts(weights: Array) -> Array:
    """The number to subtract from each channel's weights so that they fit into signed bytes: 0 if
    they do already, else the one that moves the smallest weight to -128. Weights whose spread is
    at most 255 fit after that."""
    lowest = weights.reshape(len(weights), -1).astype(np.int64).min(1)
    return np.where(channels_fit(weights, np.int8), 0, lowest + 128)


def channels_fit(weights: Array, dtype: Any) -> Array:
    """For each channel, whether all of its weights can be represented in a type."""
    flat, limits = weights.reshape(len(weights), -1), np.iinfo(dtype)
    return (flat.min(1) >= limits.min) & (flat.max(1) <= limits.max)


def pad_rows(array: Array, count: int) -> Array:
    """An array with rows of zeros appended until there are `count`."""
    padded = np.zeros((count, *array.shape[1:]), array.dtype)
    padded[: len(array)] = array
    return padded


def initial_sums(x: NativeTensor, weights: Array, bias: Array, count: int, dtype: Any) -> Array:
    """The value at which each channel's sum starts, padded to `count` channels.

    The input is stored as `x - x.offset`, and sum(w * x) = sum(w * stored) + x.offset * sum(w): the
    last term is a constant that joins the bias. It may lie outside of `dtype` although the layer's
    result does not. It is then wrapped, and so are the sums (-fwrapv): arithmetic modulo 2^bits
    gives the exact result, because the result itself fits.
    """
    offsets = x.offset * weights.reshape(len(weights), -1).sum(1, dtype=object)
    bits = np.dtype(dtype).itemsize * 8
    half = 1 << (bits - 1)
    wrapped = [(int(value) + half) % (2 * half) - half for value in bias.astype(object) + offsets]
    return pad_rows(np.array(wrapped, dtype), count)


def pack_bits(flags: Array) -> Array:
    """Flags as the bits of 64-bit words along the last axis, the first flag in the lowest bit."""
    missing = -flags.shape[-1] % WORD_BITS
    padded = np.pad(flags, [(0, 0)] * (flags.ndim - 1) + [(0, missing)])
    return np.packbits(padded, axis=-1, bitorder="little").view(np.uint64)


def pack_small_weights(weights: Array, bits: int, lowest: int) -> Array:
    """Weights of 2, 4 or 6 bits, counted from the lowest; several share a byte.

    Weights that share a byte belong to different vectors (the last axis but two), so one shift and
    one mask unpack a whole vector. With 2 or 4 bits, byte `i` holds the weights `i` of 4 or 2
    vectors. With 6 bits, three bytes hold the weights of four vectors: the first three in their
    lower six bits, the fourth two bits at a time in the upper ones.
    """
    if bits == 8:
        return weights
    vectors = np.moveaxis((weights - lowest).astype(np.uint8), -3, 0)
    if bits == 6:
        *first, last = vectors
        stored = [vector | (last >> 2 * n & 3) << 6 for n, vector in enumerate(first)]
    else:
        sharing = 8 // bits
        groups = vectors.reshape(-1, sharing, *vectors.shape[1:])
        stored = [sum(part << bits * n for n, part in enumerate(group)) for group in groups]
    return np.stack(stored, -3)


def widen_weights(weights: Array) -> Array:
    """Weights as 16-bit numbers: of each vector, first the even inputs, then the odd ones."""
    even, odd = weights[..., ::2].astype(np.int16), weights[..., 1::2].astype(np.int16)
    return np.stack([even, odd], -3)
