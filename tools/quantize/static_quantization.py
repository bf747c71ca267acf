"""Static quantization by onnxruntime, in the form that becomes a small and exact design.

Weights are symmetric with a scale per output channel: thresholds of a design differ between
channels anyway, so these scales cost nothing. Activations are unsigned bytes with a scale per
tensor. Behind a ReLU their zero point is 0, and onnxruntime drops the ReLU.
"""

import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ...qdialect.data import Array
from ..errors import UserError

QUANTIZED_OPERATORS = (
    "Add",
    "AveragePool",
    "Clip",
    "Concat",
    "Conv",
    "ConvTranspose",
    "Gemm",
    "GlobalAveragePool",
    "LeakyRelu",
    "MatMul",
    "MaxPool",
    "Mul",
    "Pad",
    "Relu",
    "Reshape",
    "Resize",
    "Sigmoid",
    "Split",
    "Squeeze",
    "Transpose",
    "Unsqueeze",
)
"""Operators with integer inputs and outputs. A final Softmax stays float, after the scores."""

MOVES = "Reshape", "Transpose", "Squeeze", "Unsqueeze"
"""Operators that only move elements; onnxruntime quantizes their result like their input."""

MIN_OPSET = 13
"""The first opset with a scale per channel."""

FATAL = 4
"""onnxruntime's severity that silences its log: its errors are raised as exceptions, too."""


class ImageReader:
    """Hands the images to onnxruntime one by one."""

    def __init__(self, name: str, images: Array):
        self.feeds: Iterator[dict[str, Array]] = (
            {name: images[n : n + 1]} for n in range(len(images))
        )

    def get_next(self) -> dict[str, Array] | None:
        return next(self.feeds, None)


def quantize_model(path: str, images: Array, bits: int) -> bytes:
    """The ONNX model in a file, quantized; `images` are float inputs."""
    onnxruntime, quantization = onnxruntime_modules()
    onnx: Any = import_module("onnx")
    kinds = quantization.QuantType
    with onnxruntime_errors(path), TemporaryDirectory() as folder:
        prepared, quantized = Path(folder, "prepared.onnx"), Path(folder, "quantized.onnx")
        model = with_reshapes(at_least_opset(onnx.load(path)))
        onnx.save(onnx.shape_inference.infer_shapes(optimized(model, onnxruntime)), prepared)
        quantization.quantize_static(
            prepared,
            quantized,
            ImageReader(image_input(model), images),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=list(QUANTIZED_OPERATORS),
            per_channel=True,
            activation_type=kinds.QUInt8,
            weight_type=kinds.QInt8 if bits == 8 else kinds.QInt4,
            extra_options={"WeightSymmetric": True},
        )
        result = onnx.load(quantized)
    drop_requantized_moves(result)
    result.ir_version = min(result.ir_version, oldest_ir_version(result))
    return result.SerializeToString()


def onnxruntime_modules() -> tuple[Any, Any]:
    """onnxruntime, and its module that quantizes."""
    try:
        onnxruntime: Any = import_module("onnxruntime")
        onnxruntime.set_default_logger_severity(FATAL)
        return onnxruntime, import_module("onnxruntime.quantization")
    except ModuleNotFoundError as error:
        raise UserError(
            f"quantize needs the package {error.name}: pip install 'qnn-dialect[quantize]'"
        ) from None


def optimized(model: Any, onnxruntime: Any) -> Any:
    """The model after onnxruntime's basic optimizations: it absorbs batch norms into layers."""
    onnx: Any = import_module("onnx")
    with TemporaryDirectory() as folder:
        path, options = Path(folder, "optimized.onnx"), onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(path)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        providers = ["CPUExecutionProvider"]
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=providers)
        return onnx.load(path)


@contextmanager
def onnxruntime_errors(path: str) -> Generator[None]:
    """Silences the warnings of onnxruntime, and turns an error into a `UserError` of one line."""
    logging.disable(logging.WARNING)
    try:
        yield
    except Exception as error:  # its exceptions have no common class
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(f"onnxruntime cannot quantize {path}: {reason}") from None
    finally:
        logging.disable(logging.NOTSET)


def float_scores(path: str, images: Array) -> Generator[Array]:
    """The first output of a float model for each image."""
    onnxruntime, _ = onnxruntime_modules()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    for number in range(len(images)):
        yield session.run(None, {name: images[number : number + 1]})[0]


def at_least_opset(model: Any) -> Any:
    """The model in an opset with scales per channel."""
    onnx: Any = import_module("onnx")
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    if min(versions, default=MIN_OPSET) >= MIN_OPSET:
        return model
    return onnx.version_converter.convert_version(model, MIN_OPSET)


def with_reshapes(model: Any) -> Any:
    """Replaces each Flatten of an image by a Reshape, which onnxruntime gives its input's scale.

    A Flatten gets a scale of its own, and a design then requantizes its input.
    """
    onnx: Any = import_module("onnx")
    shape = onnx.numpy_helper.from_array(np.array([0, -1]), "qnn_flat_shape")
    for node in model.graph.node:
        axis = next((each.i for each in node.attribute if each.name == "axis"), 1)
        if node.op_type == "Flatten" and axis == 1:
            node.op_type = "Reshape"
            node.input.append(shape.name)
            del node.attribute[:]
    if any(shape.name in node.input for node in model.graph.node):
        model.graph.initializer.append(shape)
    return model


def drop_requantized_moves(model: Any) -> None:
    """Removes the quantizers behind operators that only move elements.

    Such a quantizer has the scale and the zero point of the one before the operator, so it changes
    nothing; but a design would have a process for it.
    """
    graph = model.graph
    producers = {name: node for node in graph.node for name in node.output}
    readers: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    dropped = list[Any]()
    for quantizer in graph.node:
        move = producers.get(quantizer.input[0]) if quantizer.op_type == "QuantizeLinear" else None
        if move is None or move.op_type not in MOVES:
            continue
        before, after = producers.get(move.input[0]), readers.get(quantizer.output[0], [])
        if before is None or before.op_type != "DequantizeLinear" or len(after) != 1:
            continue
        if parameters(model, before) != parameters(model, quantizer):
            continue
        for reader in readers.get(after[0].output[0], []):
            names = [move.output[0] if x == after[0].output[0] else x for x in reader.input]
            reader.input[:] = names
        if after[0].output[0] not in {value.name for value in graph.output}:
            dropped += [quantizer, after[0]]
    for node in dropped:
        graph.node.remove(node)


def parameters(model: Any, quantizer: Any) -> list[bytes]:
    """The scale and the zero point of a quantizer, which are constants of the model."""
    onnx: Any = import_module("onnx")
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    return [onnx.numpy_helper.to_array(constants[name]).tobytes() for name in quantizer.input[1:]]


def image_input(model: Any) -> str:
    """The name of the input that is not a constant."""
    constants = {tensor.name for tensor in model.graph.initializer}
    return next(value.name for value in model.graph.input if value.name not in constants)


def oldest_ir_version(model: Any) -> int:
    """The oldest version of the file format for a model's operators: older onnxruntimes read it."""
    onnx: Any = import_module("onnx")
    return onnx.helper.find_min_ir_version_for(model.opset_import, ignore_unknown=True)
