"""The constants of a model: measured before they are read, and read from its own folder only."""

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
"""The most that one constant may take."""

MIN_UNPACKED_BITS = 8
"""Integers of fewer bits are packed in files, and are bytes in numpy."""


def read_constant(tensor: TensorProto, name: str, folder: Path | None) -> Constant:
    """The numbers of a tensor, once its declared size is known to be honest."""
    what = f'constant "{short_name(name)}"'
    if any(size < 0 for size in tensor.dims):
        raise ImportFailure(f"{what} has a negative size")
    try:
        dtype = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    except KeyError:
        raise ImportFailure(f"{what} has the unknown type {tensor.data_type}") from None
    if prod(tensor.dims) * dtype.itemsize > MAX_CONSTANT_BYTES:
        raise ImportFailure(f"{what} declares {prod(tensor.dims)} elements, which is too many")
    if external_data_helper.uses_external_data(tensor):
        tensor = _with_external_data(tensor, what, folder, prod(tensor.dims), dtype.itemsize)
    try:
        array = numpy_helper.to_array(tensor)
    except (ValueError, TypeError, IndexError) as error:
        raise ImportFailure(f"{what} is damaged: {' '.join(str(error).split())}") from None
    if array.dtype.kind == "c":
        raise ImportFailure(f"{what} holds complex numbers, which no layer computes with")
    if array.dtype.kind == "f" and (np.isnan(array).any() or _has_infinite_element(array)):
        raise ImportFailure(f"{what} holds a NaN or an infinite value")
    element = element_of_onnx(tensor.data_type)
    if element is not None and is_quant(element) and bit_width(element) < MIN_UNPACKED_BITS:
        array = array.astype(np.int8 if str(element).startswith("s") else np.uint8)
    return Constant(array, element)


def _has_infinite_element(array: np.ndarray) -> bool:
    """A single number may be infinite: it is a limit that is none."""
    return array.size > 1 and bool(np.isinf(array).any())


def _with_external_data(
    tensor: TensorProto, what: str, folder: Path | None, count: int, itemsize: int
) -> TensorProto:
    """A copy of a tensor that holds its data itself."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    if folder is None:
        raise ImportFailure(
            f"{what} keeps its data in {short_name(location)}: import it from a file"
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
    """The file that a location names, if it lies in the folder of the model."""
    outside = ImportFailure(f"{what} names data outside the model's folder: {short_name(location)}")
    try:
        base = folder.resolve()
        path = (base / location).resolve()
    except (OSError, ValueError, RuntimeError):
        raise outside from None
    if not location or Path(location).is_absolute() or not path.is_relative_to(base):
        raise outside
    return path
