"""Test sets: arrays, MNIST's idx files, CIFAR-10's binary files, folders of images."""

import gzip
import logging
import warnings
import zlib
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np

from ..qdialect.archives import MAX_EXPANSION, MIN_CHECKED_BYTES
from ..qdialect.data import Array
from .arrays import load_array
from .files import UserError, read_bytes, reason

ARRAYS = (".npy", ".npz")
GZIP = b"\x1f\x8b"
IDX = b"\x00\x00\x08"
"""How an idx file of bytes starts; the number of axes follows."""

MOST_AXES = 4

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "PPM", "WEBP")
"""Of images: others are rare, and Pillow trusts what they say of their sizes."""

CIFAR = 1 + 32 * 32 * 3
"""Bytes of an image of CIFAR-10 and its class."""


def load_images(name: str) -> tuple[Array, Array | None]:
    """Images, and their classes where the file has both."""
    if Path(name).is_dir():
        return folder_of_images(Path(name))
    if is_array(name):
        return load_array(name), None
    data = unpacked(name)
    if data.startswith(IDX):
        return idx(name, data), None
    if data and len(data) % CIFAR == 0:
        records = np.frombuffer(data, np.uint8).reshape(-1, CIFAR)
        images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return images, records[:, 0].astype(np.int64)
    raise UserError(f"{name} is no .npy, .npz, idx file, CIFAR-10 binary, or folder of images")


def load_labels(name: str) -> Array:
    """The classes of images, one number each."""
    if is_array(name):
        labels = load_array(name)
    else:
        data = unpacked(name)
        if not data.startswith(IDX):
            raise UserError(f"{name} is no .npy, .npz, or idx file of classes")
        labels = idx(name, data)
    labels = labels.reshape(labels.shape[:1] if prod(labels.shape[1:]) == 1 else labels.shape)
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or (labels.size and labels.min() < 0):
        raise UserError(f"{name}: classes are whole numbers from 0 on, one for each image")
    if labels.size and labels.max() > np.iinfo(np.int64).max:
        raise UserError(f"{name}: there is a class {labels.max()}, of more than 63 bits")
    return labels.astype(np.int64)


def is_array(name: str) -> bool:
    return name.rpartition(":")[0].endswith(ARRAYS) or name.endswith(ARRAYS)


def unpacked(name: str) -> bytes:
    """The bytes of a file that may be compressed."""
    data = read_bytes(name)
    if not data.startswith(GZIP):
        return data
    most = max(MIN_CHECKED_BYTES, MAX_EXPANSION * len(data))
    try:
        with gzip.open(BytesIO(data)) as file:
            whole = file.read(most + 1)
    except (OSError, EOFError, zlib.error):
        raise UserError(f"{name} is damaged: it can't be decompressed") from None
    if len(whole) > most:
        raise UserError(f"{name} unpacks to more than {most >> 20} MiB, which is out of proportion")
    return whole


def idx(name: str, data: bytes) -> Array:
    """The array of an idx file of bytes."""
    axes = data[3] if len(data) > 3 else 0
    start = 4 + 4 * axes
    shape = [int.from_bytes(data[at : at + 4], "big") for at in range(4, start, 4)]
    if not 0 < axes <= MOST_AXES or len(data) - start != prod(shape):
        raise UserError(f"{name} is no whole idx file: it has not as many bytes as it says")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def folder_of_images(folder: Path) -> tuple[Array, Array | None]:
    """The images of a folder; where they are in folders of their own, each is a class."""
    try:
        classes = sorted(path for path in folder.iterdir() if path.is_dir())
        files = [sorted(path for path in part.iterdir()) for part in classes or [folder]]
    except OSError as error:
        raise UserError(reason(str(folder), error)) from None
    decode = decoder()
    images = [decode(path) for part in files for path in part]
    if not images:
        raise UserError(f"{folder} has no images")
    sizes = {image.shape for image in images}
    if len(sizes) > 1:
        told = ", ".join(sorted("x".join(map(str, size)) for size in sizes)[:4])
        raise UserError(f"{folder}: the images differ in size: {told}")
    labels = np.repeat(np.arange(len(classes)), [len(part) for part in files]) if classes else None
    return np.stack(images), labels


def decoder() -> Callable[[Path], Array]:
    """What reads an image: rows, columns, and channels where it has colours."""
    try:
        pillow: Any = import_module("PIL.Image")
    except ModuleNotFoundError as error:
        raise UserError(
            f"images need the package {error.name}: pip install 'qnn-dialect[images]'"
        ) from None

    logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)  # it logs what it then raises
    bombs = pillow.DecompressionBombError, pillow.DecompressionBombWarning

    def decode(path: Path) -> Array:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", pillow.DecompressionBombWarning)
                # of a map no more is read than there is, whatever the lengths in it say
                with (
                    path.open("rb") as file,
                    mmap(file.fileno(), 0, access=ACCESS_READ) as data,
                    pillow.open(data, formats=FORMATS) as image,
                ):
                    return np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
        except (OSError, ValueError, SyntaxError, MemoryError, *bombs):
            raise UserError(f"{path} is no image that can be read") from None

    return decode
