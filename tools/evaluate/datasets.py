"""Test sets: arrays, idx files (MNIST), the binary files of CIFAR-10, and folders of images."""

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

from ...qdialect.archives import MAX_EXPANSION, MIN_CHECKED_BYTES
from ...qdialect.data import Array
from ..arrays import load_array
from ..errors import UserError
from ..files import read_bytes, reason

ARRAY_SUFFIXES = (".npy", ".npz")
GZIP_MAGIC = b"\x1f\x8b"
IDX_MAGIC = b"\x00\x00\x08"
"""The start of an idx file of bytes; the number of axes follows."""

MAX_IDX_AXES = 4

IMAGE_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "PPM", "WEBP")
"""The accepted formats. Others are rare, and Pillow trusts the sizes in their headers."""

CIFAR_RECORD_BYTES = 1 + 32 * 32 * 3
"""The bytes of an image of CIFAR-10 and its class."""


def load_images(name: str) -> tuple[Array, Array | None]:
    """Images, and their classes if the test set contains them."""
    if Path(name).is_dir():
        return folder_of_images(Path(name))
    if is_array_file(name):
        return load_array(name), None
    data = decompressed_bytes(name)
    if data.startswith(IDX_MAGIC):
        return idx_array(name, data), None
    if data and len(data) % CIFAR_RECORD_BYTES == 0:
        records = np.frombuffer(data, np.uint8).reshape(-1, CIFAR_RECORD_BYTES)
        images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return images, records[:, 0].astype(np.int64)
    raise UserError(
        f"{name} is not a test set: it must be .npy, .npz:key, an idx file, a binary file of "
        "CIFAR-10, or a folder of images"
    )


def load_labels(name: str) -> Array:
    """The classes of images, one number each."""
    if is_array_file(name):
        labels = load_array(name)
    else:
        data = decompressed_bytes(name)
        if not data.startswith(IDX_MAGIC):
            raise UserError(
                f"{name} is not a file of labels: it must be .npy, .npz:key or an idx file"
            )
        labels = idx_array(name, data)
    labels = labels.reshape(labels.shape[:1] if prod(labels.shape[1:]) == 1 else labels.shape)
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or (labels.size and labels.min() < 0):
        raise UserError(f"{name}: labels must be whole numbers from 0 on, one per image")
    if labels.size and labels.max() > np.iinfo(np.int64).max:
        raise UserError(f"{name}: the label {labels.max()} does not fit in 64 bits with sign")
    return labels.astype(np.int64)


def is_array_file(name: str) -> bool:
    return name.rpartition(":")[0].endswith(ARRAY_SUFFIXES) or name.endswith(ARRAY_SUFFIXES)


def decompressed_bytes(name: str) -> bytes:
    """The bytes of a file, which are decompressed if it is a gzip file."""
    data = read_bytes(name)
    if not data.startswith(GZIP_MAGIC):
        return data
    limit = max(MIN_CHECKED_BYTES, MAX_EXPANSION * len(data))
    try:
        with gzip.open(BytesIO(data)) as file:
            whole = file.read(limit + 1)
    except (OSError, EOFError, zlib.error):
        raise UserError(f"{name} is damaged: it cannot be decompressed") from None
    if len(whole) > limit:
        raise UserError(
            f"{name} decompresses to more than {limit >> 20} MiB, the limit for a file of its size"
        )
    return whole


def idx_array(name: str, data: bytes) -> Array:
    """The array of an idx file of bytes."""
    axes = data[3] if len(data) > 3 else 0
    start = 4 + 4 * axes
    shape = [int.from_bytes(data[at : at + 4], "big") for at in range(4, start, 4)]
    if not 0 < axes <= MAX_IDX_AXES or len(data) - start != prod(shape):
        raise UserError(f"{name} is not a complete idx file: its header and its size disagree")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def folder_of_images(folder: Path) -> tuple[Array, Array | None]:
    """The images in a folder; if it has subfolders, each of them is a class."""
    try:
        classes = sorted(path for path in folder.iterdir() if path.is_dir())
        files = [sorted(path for path in part.iterdir()) for part in classes or [folder]]
    except OSError as error:
        raise UserError(reason(str(folder), error)) from None
    decode = image_decoder()
    images = [decode(path) for part in files for path in part]
    if not images:
        raise UserError(f"{folder} contains no images")
    sizes = {image.shape for image in images}
    if len(sizes) > 1:
        listed = ", ".join(sorted("x".join(map(str, size)) for size in sizes)[:4])
        raise UserError(f"{folder}: all images must have the same size, not {listed}")
    labels = np.repeat(np.arange(len(classes)), [len(part) for part in files]) if classes else None
    return np.stack(images), labels


def image_decoder() -> Callable[[Path], Array]:
    """A function that reads an image as rows, columns, and channels if it has colours."""
    try:
        pillow: Any = import_module("PIL.Image")
    except ModuleNotFoundError as error:
        raise UserError(
            f"images need the package {error.name}: pip install 'qnn-dialect[images]'"
        ) from None

    logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)  # it logs errors that it raises, too
    bombs = pillow.DecompressionBombError, pillow.DecompressionBombWarning

    def decode(path: Path) -> Array:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", pillow.DecompressionBombWarning)
                # a memory map ends where the file does, whatever lengths the file contains
                with (
                    path.open("rb") as file,
                    mmap(file.fileno(), 0, access=ACCESS_READ) as data,
                    pillow.open(data, formats=IMAGE_FORMATS) as image,
                ):
                    return np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
        except (OSError, ValueError, SyntaxError, MemoryError, *bombs):
            formats = ", ".join(IMAGE_FORMATS)
            raise UserError(f"{path} is not a readable image: {formats} are supported") from None

    return decode
