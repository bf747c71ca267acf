"""Reads `.pt2` files, which `torch.export.save` writes: a zip of JSON and of tensors as raw bytes.

torch itself would unpickle data and evaluate expressions from the file. A model may come from an
untrusted source, so this reader never runs anything from it.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Any, BinaryIO, TypeAlias

import numpy as np

from ...qdialect import archives
from ...qdialect.archives import Unpacker
from ...qdialect.data import Array
from ...qdialect.input_files import require_regular
from ..errors import ImportFailure
from .program import Argument, OperatorCall, ProgramInput, TensorRef, TorchProgram

Json: TypeAlias = dict[str, Any]

SCHEMA_VERSION = 8
"""The supported major version of torch's format."""

MAX_JSON_BYTES = 1 << 27
"""Maximum size of an unpacked JSON file."""

MAX_REPEATED_ELEMENTS = 1 << 26
"""Maximum elements of a tensor that is larger than its storage (stride 0)."""

TORCH_DTYPES = {
    1: "uint8",
    2: "int8",
    3: "int16",
    4: "int32",
    5: "int64",
    6: "float16",
    7: "float32",
    8: "float64",
    12: "bool",
    28: "uint16",
}
"""The codes of torch's element types."""


def read_archive(file: str | BinaryIO, name: str) -> TorchProgram:
    """Reads a program; reports a damaged file in one line."""
    try:
        if isinstance(file, str):
            require_regular(file)
        with zipfile.ZipFile(file) as archive:
            return _Archive(archive, name).program()
    except OSError as error:
        raise ImportFailure(f"{name}: {(error.strerror or str(error)).lower()}") from None
    except zipfile.BadZipFile:
        raise ImportFailure(
            f"{name} is not a .pt2 file: it is not a zip archive; save it with torch.export.save"
        ) from None
    except READ_ERRORS as error:
        raise damaged_archive(name, error) from None


READ_ERRORS = (
    *archives.ARCHIVE_ERRORS,
    ArithmeticError,
    AttributeError,
    MemoryError,
    TypeError,
)
"""Exceptions that reading a damaged file may raise."""


def damaged_archive(name: str, error: Exception) -> ImportFailure:
    reason = " ".join(f"{type(error).__name__} {error}".split())[:200]
    return ImportFailure(f"{name} is damaged, or not a .pt2 file: {reason}")


MODEL_ENTRY, WEIGHTS_ENTRY = "models/model.json", "data/weights/model_weights_config.json"
"""Entries of every `.pt2` file; torch 2.8 does not write the second one."""


class _Archive:
    """An open `.pt2` file."""

    def __init__(self, archive: zipfile.ZipFile, name: str):
        self.archive = archive
        self.unpacker = Unpacker(archive)
        self.name = name
        for needed in (MODEL_ENTRY, WEIGHTS_ENTRY):
            if not any(entry.endswith(needed) for entry in archive.namelist()):
                raise ImportFailure(
                    f"{name} contains no {needed}: save the program with torch 2.9 or newer, "
                    "torch.export.save(torch.export.export(module, (example,)), FILE)"
                )
        models = (entry for entry in archive.namelist() if entry.endswith(MODEL_ENTRY))
        self.root = next(models).removesuffix(MODEL_ENTRY)

    def program(self) -> TorchProgram:
        model = self._json("models/model.json")
        version = model["schema_version"]["major"]
        if version != SCHEMA_VERSION:
            raise ImportFailure(
                f"{self.name} has version {version} of torch's format: "
                f"only version {SCHEMA_VERSION} is supported"
            )
        module = model["graph_module"]
        graph, signature = module["graph"], module["signature"]
        sizes = {name: _sizes(value) for name, value in graph["tensor_values"].items()}
        inputs: list[ProgramInput] = []
        constants: dict[str, Array] = {}
        for spec in signature["input_specs"]:
            ((kind, given),) = spec.items()
            if kind == "user_input":
                name = _argument(given["arg"], {}).name
                dtype = _dtype(graph["tensor_values"][name]["dtype"])
                inputs.append(ProgramInput(name, dtype, sizes[name]))
            elif (key := SIGNATURE_KEYS.get(kind)) is not None:
                constants[given["arg"]["name"]] = self._tensor(given[key])
            else:
                raise ImportFailure(
                    f"{self.name} has an input of kind {kind}: only tensors are supported"
                )
        outputs = [_output(spec) for spec in signature["output_specs"]]
        calls = list(_calls(graph["nodes"], sizes))
        return TorchProgram(inputs, constants, calls, outputs, sizes)

    def _json(self, path: str) -> Json:
        if self.archive.getinfo(self.root + path).file_size > MAX_JSON_BYTES:
            raise ImportFailure(f"{self.name}: {path} is larger than {MAX_JSON_BYTES >> 20} MiB")
        return json.loads(self._bytes(path))

    def _bytes(self, path: str) -> bytes:
        return self.unpacker.read(self.root + path)

    @cached_property
    def _configs(self) -> dict[str, Json]:
        """The index of the tensors in each folder."""
        return {
            folder: self._json(f"data/{folder}/model_{folder}_config.json")["config"]
            for folder in ("weights", "constants")
        }

    def _tensor(self, key: str) -> Array:
        """A parameter, a buffer or a constant."""
        for folder, config in self._configs.items():
            entry = config.get(key)
            if entry is None:
                continue
            if entry["use_pickle"]:
                raise ImportFailure(
                    f"{self.name} stores {key} as pickled Python, which could run any code: "
                    "save plain tensors"
                )
            return _strided_tensor(self._bytes(f"data/{folder}/{entry['path_name']}"), entry, key)
        raise ImportFailure(f"{self.name} has no data for the tensor {key}: save the program again")


SIGNATURE_KEYS = {
    "parameter": "parameter_name",
    "buffer": "buffer_name",
    "tensor_constant": "tensor_constant_name",
}
"""For each kind of input, the key of its tensor's name in the signature."""


def _strided_tensor(data: bytes, entry: Json, key: str) -> Array:
    """A tensor with its shape and strides, from the bytes of its storage."""
    meta = entry["tensor_meta"]
    flat = np.frombuffer(data, _dtype(meta["dtype"]))
    shape = _sizes(meta)
    strides = [_integer(stride) for stride in meta["strides"]]
    start = _integer(meta["storage_offset"])
    if 0 in shape:
        return np.zeros(shape, flat.dtype)
    last = start + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
    if min([start, *strides], default=0) < 0 or last >= len(flat):
        raise ImportFailure(
            f"the shape and strides of {key} exceed its {len(flat)} stored elements"
        )
    if prod(shape) > max(len(flat), MAX_REPEATED_ELEMENTS):
        raise ImportFailure(
            f"{key} expands {len(flat)} stored elements to {prod(shape)}: the maximum is "
            f"{MAX_REPEATED_ELEMENTS}"
        )
    steps = [stride * flat.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(flat[start:], shape, steps, writeable=False)


def _dtype(number: int) -> str:
    if number not in TORCH_DTYPES:
        raise ImportFailure(f"torch's element type number {number} is not supported")
    return TORCH_DTYPES[number]


def _sizes(value: Json) -> tuple[int, ...]:
    """A shape; dynamic sizes are 0."""
    return tuple(max(0, _integer(size)) if "as_int" in size else 0 for size in value["sizes"])


def _integer(value: Json) -> int:
    number = value["as_int"]
    if not isinstance(number, int):
        raise TypeError(f"{number!r} is not an integer")
    return number


def _output(spec: Json) -> str:
    given = spec.get("user_output")
    if given is None:
        raise ImportFailure(
            "the program writes its own buffers, as in training mode: export module.eval()"
        )
    return _argument(given["arg"], {}).name


def _calls(nodes: Sequence[Json], shapes: Mapping[str, tuple[int, ...]]) -> Iterator[OperatorCall]:
    """The calls of a graph; dynamic sizes become those of one image."""
    sizes: dict[str, int] = {}
    names: set[str] = set()
    for node in nodes:
        arguments = {given["name"]: _argument(given["arg"], sizes) for given in node["inputs"]}
        target = ".".join(node["target"].removeprefix("torch.ops.").split(".")[:2])
        outputs = [name for value in node["outputs"] for name in _result_names(value)]
        if target == "aten.sym_size":
            sizes[outputs[0]] = shapes[arguments["self"].name][arguments["dim"]] or 1
            continue
        layer = _layer_name(node)
        if layer in names:
            layer = ".".join((layer, *outputs[:1]))
        names.add(layer)
        yield OperatorCall(target, layer, arguments, outputs)


def _layer_name(node: Json) -> str:
    """The path of the calling module; the call's name is appended for modules other than
    torch's."""
    stack = node["metadata"].get("nn_module_stack", "").split(";")[-1].split(",")
    path = stack[1] if len(stack) == 3 else ""
    name = node.get("name") or node["target"].split(".")[-2]
    if path and stack[2].startswith(("torch.nn.", "qnn.training.")):
        return path
    return f"{path}.{name}" if path else name


def _result_names(value: Json) -> list[str]:
    """The names of a call's results."""
    ((kind, given),) = value.items()
    if kind == "as_none":
        return [""]
    if kind == "as_sym_int":
        return [given["as_name"]]
    several: list[Json] = given if kind == "as_tensors" else [given]
    return [item["name"] for item in several]


def _argument(value: Json, sizes: Mapping[str, int]) -> Argument:
    """The value of an argument."""
    ((kind, given),) = value.items()
    match kind:
        case "as_tensor":
            return TensorRef(given["name"])
        case "as_tensors":
            return [TensorRef(item["name"]) for item in given]
        case "as_optional_tensors":
            return [_argument(item, sizes) for item in given]
        case "as_sym_int":
            return _known_size(given, sizes)
        case "as_sym_ints":
            return [_known_size(item, sizes) for item in given]
        case "as_none":
            return None
        case _:
            return given


def _known_size(value: Json, sizes: Mapping[str, int]) -> int:
    if "as_int" in value:
        return _integer(value)
    name = value["as_name"]
    if name not in sizes:
        raise ImportFailure(
            f"the size {name} is computed from dynamic sizes: export with an example of one image"
        )
    return sizes[name]
