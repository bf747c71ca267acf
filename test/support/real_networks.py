"""Trained networks in the folder `QNN_MODELS`, with their data sets."""

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import onnxruntime
import pytest

from .oracles import Array

CHANNELS_LAST = "qonnx.custom_op.channels_last"


def folder() -> Path:
    """The folder of the networks; without it, the test is skipped."""
    given = os.environ.get("QNN_MODELS")
    if not given:
        pytest.skip("QNN_MODELS is not set to the folder of the trained networks")
    return Path(given)


def data(name: str) -> dict[str, Array]:
    with np.load(folder().parent / "data" / name) as file:
        return dict(file)


@cache
def reference() -> ModuleType:
    """The script that measured the reference figures; it prepares the images of each network."""
    pytest.importorskip(
        "qonnx", reason="the package qonnx, which gives the reference, is not installed"
    )
    spec = importlib.util.spec_from_file_location("reference", folder() / "reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    arguments, sys.argv = sys.argv, ["reference.py"]
    try:
        spec.loader.exec_module(module)
    finally:
        sys.argv = arguments
    return module


def signed(pixels: Array) -> Array:
    return (pixels.astype(np.int16) - 128).astype(np.int8)


def mnist(prepare: Callable[[Array], Array]) -> tuple[Array, Array]:
    x, y = reference().mnist()
    return prepare(x).astype(np.float32), y


def cifar10(prepare: Callable[[Array], Array]) -> tuple[Array, Array]:
    x, y = reference().cifar10()
    return prepare(x), y


def keywords() -> tuple[Array, Array]:
    file = data("kws_hls4mlfinn_mfcc_1000.npz")
    x = file["x"].reshape(-1, 1, 10, 49) * 0.33674246072769165
    return x.astype(np.float32), file["y"]


def commands() -> tuple[Array, Array]:
    file = data("kws01_mfcc_1000.npz")
    return file["x"][..., None], file["y"]


def visual_wake_words() -> tuple[Array, Array]:
    file = data("vww_300.npz")
    return signed(file["x"]), file["y"]


def imagenet() -> tuple[Array, Array]:
    """The network has a class for the background before those of the data set."""
    file = data("imagenet_samples_100_128.npz")
    return file["x"], file["y"] + 1


def unit(pixels: Array) -> Array:
    return pixels[:, None] / 255.0


@dataclass(frozen=True)
class Network:
    """A network with a data set, and its accuracy in other runtimes."""

    load: Callable[[], tuple[Array, Array]]
    images: int
    correct: int
    ties: int = 0
    """Images whose class may differ because a sum is exactly between two steps."""
    few: int = 200
    """The number of images in a quick test."""
    qdq: bool = False


def cnv() -> tuple[Array, Array]:
    return cifar10(lambda x: reference().cnv_input(x))


NETWORKS = {
    "TFC_1W1A": Network(lambda: mnist(unit), 10_000, 9_296),
    "TFC_2W2A": Network(lambda: mnist(unit), 10_000, 9_660),
    "lfcW1A1_mnist": Network(
        lambda: mnist(lambda x: np.where(x.reshape(-1, 784) >= 128, 1, -1)), 10_000, 9_834
    ),
    "cnvW1A1_cifar10": Network(cnv, 10_000, 7_922, few=8),
    "cnvW2A2_cifar10": Network(cnv, 10_000, 8_429, few=8),
    "rn07_w8a8": Network(
        lambda: cifar10(lambda x: (x.transpose(0, 3, 1, 2) / 256).astype(np.float32)),
        10_000,
        8_266,
        few=10,
    ),
    "kws_mlp_w3a3": Network(keywords, 1_000, 825),
    "resnet8_int8_qdq": Network(lambda: cifar10(signed), 2_000, 1_751, 1, 20, qdq=True),
    "dscnn_int8_qdq": Network(commands, 1_000, 902, few=100, qdq=True),
    "mobilenetv1_025_96_int8_qdq": Network(visual_wake_words, 300, 255, few=10, qdq=True),
    "mobilenet_v1_0.25_128_quant_qdq": Network(imagenet, 100, 47, 2, 10, qdq=True),
}


def run_onnxruntime(model: onnx.ModelProto, x: Array) -> list[Array]:
    """All results for images one by one, without graph optimisation."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    results = [session.run(None, {name: x[k : k + 1]}) for k in range(len(x))]
    return [np.concatenate(parts) for parts in zip(*results, strict=True)]


def clean_for_qonnx(path: Path, batch: int = 1) -> onnx.ModelProto:
    """A network that QONNX can execute: with known shapes, and names that QONNX chooses."""
    reference()
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.change_batchsize import ChangeBatchSize
    from qonnx.transformation.infer_shapes import InferShapes
    from qonnx.util.cleanup import cleanup_model

    model = onnx.load(path)
    if not any(entry.domain == CHANNELS_LAST for entry in model.opset_import):
        opset = next(entry.version for entry in model.opset_import if not entry.domain)
        model.opset_import.append(onnx.helper.make_opsetid(CHANNELS_LAST, opset))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrapped = cleanup_model(ModelWrapper(model))
        if batch > 1:
            wrapped = wrapped.transform(ChangeBatchSize(batch)).transform(InferShapes())
    return wrapped.model


def run_qonnx(model: onnx.ModelProto, x: Array, every: bool = False) -> dict[str, Array]:
    """The results of QONNX's own execution; with `every`, all intermediate values, too."""
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx

    wrapped = ModelWrapper(model)
    port = wrapped.graph.input[0]
    batch = port.type.tensor_type.shape.dim[0].dim_value
    images = [x[k : k + batch] for k in range(0, len(x), batch)]
    parts = [execute_onnx(wrapped, {port.name: part}, every) for part in images]
    return {key: np.concatenate([np.atleast_1d(p[key]) for p in parts]) for key in parts[0]}


def first_of(values: dict[str, Array]) -> Array:
    return next(iter(values.values()))
