"""Reads the constants of a model, after a check of their sizes and of their location on disk."""

from math import prod
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from ...qdialect.types import bit_width, is_quant
from ..errors import ImportFailure
from .elements import element_of_onnx
from .names import short_name
from .values import Constant

MAX_CONSTANT_BYTES = 1 << 32
"""The maximum size of a constant."""

MIN_UNPACKED_BITS = 8
"""Integers with fewer bits are packed in the file, but are bytes in numpy."""


def read_constant(tensor: TensorProto, name: str, folder: Path | None) -> Constant:
    """The elements of a tensor; raises if its declared size is invalid or too large."""
    what = f'constant "{short_name(name)}"'
    if any(size < 0 for size in tensor.dims):
        raise ImportFailure(f"{what} has a negative size")
    try:
        dtype = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    except KeyError:
        raise ImportFailure(f"{what} has the unknown type {tensor.data_type}") from None
    if prod(tensor.dims) * dtype.itemsize > MAX_CONSTANT_BYTES:
        raise ImportFailure(
            f"{what} declares {prod(tensor.dims)} elements: the maximum is 4 GiB of data"
        )
    if external_data_helper.uses_external_data(tensor):
        tensor = _with_external_data(tensor, what, folder, prod(tensor.dims), dtype.itemsize)
    try:
        array = numpy_helper.to_array(tensor)
    except (ValueError, TypeError, IndexError) as error:
        raise ImportFailure(f"{what} is damaged: {' '.join(str(error).split())}") from None
    if array.dtype.kind == "c":
        raise ImportFailure(f"{what} holds complex numbers, which are not supported")
    if array.dtype.kind == "f" and (np.isnan(array).any() or _has_infinite_element(array)):
        raise ImportFailure(f"{what} holds a NaN or an infinite value")
    element = element_of_onnx(tensor.data_type)
    if element is not None and is_quant(element) and bit_width(element) < MIN_UNPACKED_BITS:
        array = array.astype(np.int8 if str(element).startswith("s") else np.uint8)
    return Constant(array, element)


def _has_infinite_element(array: np.ndarray) -> bool:
    """Whether a tensor holds an infinity; a single number may be infinite, as an absent limit."""
    return array.size > 1 and bool(np.isinf(array).any())


def _with_external_data(
    tensor: TensorProto, what: str, folder: Path | None, count: int, itemsize: int
) -> TensorProto:
    """A copy of a tensor with its external data stored in it."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    if folder is None:
        raise ImportFailure(
            f"{what} has its data in {short_name(location)}: import the model from its file"
        )
    path = _path_inside_folder(folder, location, what)
    element = element_of_onnx(tensor.data_type)
    size = count * itemsize
    if element is not None and bit_width(element) < MIN_UNPACKED_BITS:
        size = -(-count * bit_width(element) // 8)
    try:
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", size))
        if offset < 0 or length != size or not path.is_file():
            raise ValueError
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(size)
        if len(data) != size:
            raise ValueError
    except (OSError, ValueError):
        raise ImportFailure(
            f"{what}: {size} bytes of data can't be read from {short_name(location)}"
        ) from None
    return onnx.TensorProto(dims=tensor.dims, data_type=tensor.data_type, raw_data=data)


def _path_inside_folder(folder: Path, location: str, what: str) -> Path:
    """The path of external data; raises if it is outside the folder of the model."""
    outside = ImportFailure(
        f"{what} has its data outside the model's folder, in {short_name(location)}: move it there"
    )
    try:
        base = folder.resolve()
        path = (base / location).resolve()
    except (OSError, ValueError, RuntimeError):
        raise outside from None
    if not location or Path(location).is_absolute() or not path.is_relative_to(base):
        raise outside
    return path
