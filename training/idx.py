"""Reads MNIST and similar datasets: idx files, plain or compressed by gzip."""

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .errors import TrainingError

IDX_UBYTE = 8
"""The code of unsigned bytes in the idx format."""

LabeledImages = tuple[Tensor, Tensor]
"""Images with one channel from 0 to 1, and their labels."""


def read_mnist(folder: str) -> tuple[LabeledImages, LabeledImages]:
    """The training set and the test set."""
    return _read_split(folder, "train"), _read_split(folder, "t10k")


def _read_split(folder: str, name: str) -> LabeledImages:
    images = read_idx(_find_idx(folder, f"{name}-images-idx3-ubyte"))
    labels = read_idx(_find_idx(folder, f"{name}-labels-idx1-ubyte"))
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise TrainingError(
            f"{folder}: {name} has images of shape {images.shape} and labels of shape "
            f"{labels.shape}: one label per two-dimensional image is expected"
        )
    scaled = torch.tensor(images[:, None].astype(np.float32) / 255)
    return scaled, torch.tensor(labels.astype(np.int64))


def _find_idx(folder: str, name: str) -> Path:
    for ending in ("", ".gz"):
        path = Path(folder) / f"{name}{ending}"
        if path.exists():
            return path
    raise TrainingError(f"{folder} contains neither {name} nor {name}.gz: copy one of them there")


def read_idx(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """The bytes of an idx file, in their shape."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise TrainingError(f"{path}: {' '.join(str(error).split()).lower()}") from None
    start = 4 + 4 * data[3] if len(data) > 3 else 4
    if len(data) < start or data[:3] != bytes([0, 0, IDX_UBYTE]):
        raise TrainingError(f"{path} is not an idx file of unsigned bytes: use the files of MNIST")
    shape = tuple(int(size) for size in np.frombuffer(data[4:start], ">u4"))
    if len(data) != start + prod(shape):
        raise TrainingError(
            f"{path} has {len(data) - start} bytes of data for the shape {shape}: "
            "it is damaged, fetch it again"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)
