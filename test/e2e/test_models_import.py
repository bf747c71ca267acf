"""Real trained networks: level 1 gives what onnxruntime and QONNX give."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from qnn.frontends.errors import ImportFailure
from qnn.frontends.onnx import import_model, import_onnx
from qnn.qdialect.interpreter import run
from qnn.qdialect.values import as_array
from qnn.tools.network_summary import layer_summaries
from support.oracles import Array
from support.real_networks import (
    NETWORKS,
    clean_for_qonnx,
    first_of,
    folder,
    run_onnxruntime,
    run_qonnx,
)
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.interpreter import Interpreter, PythonValues
from xdsl.ir import Operation

RNG = np.random.default_rng(11)
TIE = 1e-4
"""In steps of a quantizer: how near to the middle of two a float sum may be off."""

QONNX = [name for name, network in NETWORKS.items() if not network.qdq]
QDQ = [name for name, network in NETWORKS.items() if network.qdq]


def run_in_parts(module: ModuleOp, x: Array, size: int = 100) -> Array:
    return np.concatenate([run(module, [x[k : k + size]])[0] for k in range(0, len(x), size)])


def assert_close(actual: Array, expected: Array) -> None:
    """Equal to the rounding of float sums."""
    limit = 1e-5 * float(np.abs(expected).max())
    assert actual.shape == expected.shape
    assert float(np.abs(actual - expected).max()) <= limit


@pytest.mark.parametrize("name", QONNX)
def test_qonnx_networks(name: str) -> None:
    x, _ = NETWORKS[name].load()
    x = x[: NETWORKS[name].few]
    path = folder() / f"{name}.onnx"
    actual = run_in_parts(import_onnx(str(path)), x)
    expected = first_of(run_qonnx(clean_for_qonnx(path, len(x)), x))
    assert_close(actual, expected)
    assert (actual.argmax(1) == expected.argmax(1)).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_accuracy(name: str) -> None:
    """The figure of the whole data set, to the image where no sum lies between two steps."""
    network = NETWORKS[name]
    x, y = (array[: network.images] for array in network.load())
    module = import_onnx(str(folder() / f"{name}.onnx"))
    correct = int((run_in_parts(module, x).argmax(1) == y).sum())
    assert abs(correct - network.correct) <= network.ties


@pytest.mark.slow
@pytest.mark.parametrize("name", ["TFC_1W1A", "TFC_2W2A", "lfcW1A1_mnist", "rn07_w8a8"])
def test_same_class_on_every_image(name: str) -> None:
    x, _ = NETWORKS[name].load()
    path = folder() / f"{name}.onnx"
    actual = run_in_parts(import_onnx(str(path)), x)
    np.testing.assert_array_equal(actual, first_of(run_qonnx(clean_for_qonnx(path, 500), x)))


class Recorder(Interpreter.Listener):
    """Keeps the results of each layer."""

    def __init__(self) -> None:
        self.results: dict[tuple[str, str], Array] = {}

    def did_interpret_op(self, op: Operation, results: PythonValues) -> None:
        layer = op.properties.get("layer")
        if isinstance(layer, StringAttr):
            self.results[op.name, layer.data] = as_array(results[0])


def with_results(model: onnx.ModelProto, names: Sequence[str]) -> onnx.ModelProto:
    """The model with these values as its only results."""
    copy = onnx.ModelProto.FromString(model.SerializeToString())
    del copy.graph.output[:]
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    return copy


def like(mine: Array, theirs: Array) -> Array:
    """The program may hold images with their channels last, and signals as images of one row."""
    if mine.ndim != 4:
        return mine.reshape(theirs.shape)
    first = np.moveaxis(mine, -1, 1).reshape(theirs.shape)
    same = mine.shape == theirs.shape
    return mine if same and (mine == theirs).mean() > (first == theirs).mean() else first


def check_activations(
    images: int, recorder: Recorder, quantizers: Sequence[tuple[str, Array, Array]]
) -> None:
    """Quantized activations; the first that differ in an image lie between two steps.

    What comes behind them in the same image follows from them. A quantizer is its name, what it
    was given in steps, and what it made of it.
    """
    clean, differing, total = np.ones(images, bool), 0, 0
    for name, steps, theirs in quantizers:
        different = like(recorder.results["qnn.quantize", name], theirs) != theirs
        first = different & clean.reshape(-1, *[1] * (theirs.ndim - 1))
        middle = np.abs(np.abs(steps[first]) % 1 - 0.5)
        assert (middle < TIE).all(), f"{name}: {middle.max()}"
        differing, total = differing + int(different.sum()), total + different.size
        clean &= ~different.reshape(images, -1).any(1)
    print(f"{differing} of {total} activations differ, in {(~clean).sum()} of {images} images")
    assert differing <= 0.05 * total


@pytest.mark.parametrize("name", QDQ)
def test_qdq_networks(name: str) -> None:
    x = NETWORKS[name].load()[0][: NETWORKS[name].few]
    model = onnx.load(folder() / f"{name}.onnx")
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.op_type == "QuantizeLinear"]
    names = [value for node in nodes for value in (node.input[0], node.output[0])]
    values = dict(zip(names, run_onnxruntime(with_results(model, names), x), strict=True))
    recorder = Recorder()
    run(import_onnx(str(folder() / f"{name}.onnx")), [x], [recorder])
    quantizers = [
        (node.name, values[node.input[0]] / constants[node.input[1]], values[node.output[0]])
        for node in nodes
    ]
    check_activations(len(x), recorder, quantizers)


RANDOM = {
    "tiny_unet_ch_last": 1,
    "vgg10_radioml_w8a8": 12,
    "qkeras_jettagging": 20,
    "bnn_model_fc_1layer": 20,
    "espcn_nn_resize": 1,
    "eltwise_chanlast_testcase": 1,
    "separable_conv_model_ch_last": 1,
}
SLOW = ("tiny_unet_ch_last", "separable_conv_model_ch_last")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in RANDOM]
)
def test_networks_without_data(name: str) -> None:
    model = clean_for_qonnx(folder() / f"{name}.onnx")
    shape = [d.dim_value or 1 for d in model.graph.input[0].type.tensor_type.shape.dim]
    x: Array = RNG.standard_normal((RANDOM[name], *shape[1:])).astype(np.float32)
    if name == "eltwise_chanlast_testcase":
        x = RNG.integers(0, 256, x.shape).astype(np.float32)
    recorder = Recorder()
    (actual,) = run(import_model(model), [x], [recorder])
    values = run_qonnx(model, x, every=True)
    quantizers = [
        steps_of(node, values)
        for node in model.graph.node
        if node.op_type == "Quant" and ("qnn.quantize", node.name) in recorder.results
    ]
    check_activations(len(x), recorder, quantizers)
    expected = values[model.graph.output[0].name]
    assert actual.shape == expected.shape
    limit = 1e-5 * float(np.abs(expected).max())
    assert (np.abs(actual - expected) > limit).mean() < 0.2


def steps_of(node: onnx.NodeProto, values: dict[str, Array]) -> tuple[str, Array, Array]:
    """A quantizer: its name, what it was given in steps, and the integers it made of it."""
    scale = np.float32(values[node.input[1]].reshape(-1)[0])
    given, made = values[node.input[0]], values[node.output[0]]
    return node.name, given / scale, np.rint(made / scale)


@pytest.mark.parametrize("name", ["autoencoder_int8_qdq", "mobilenet_v2_1.0_224_quant_qdq"])
def test_qdq_networks_without_data(name: str) -> None:
    model = onnx.load(folder() / f"{name}.onnx")
    shape = [d.dim_value or 1 for d in model.graph.input[0].type.tensor_type.shape.dim]
    kind: Any = np.int8 if "int8" in name else np.uint8
    info = np.iinfo(kind)
    x = RNG.integers(info.min, info.max + 1, (2, *shape[1:])).astype(kind)
    actual = run(import_onnx(str(folder() / f"{name}.onnx")), [x])[0]
    (expected,) = run_onnxruntime(model, x)
    error = np.abs(actual.astype(int) - expected.astype(int))
    assert error.max() <= 4 and (error > 0).mean() < 0.05


def test_golden_output() -> None:
    """The tutorial's own input and output."""
    path = folder() / "tfc_w1a1_multithreshold"
    (actual,) = run(import_onnx(f"{path}.onnx"), [np.load(f"{path}.input.npy")])
    np.testing.assert_array_equal(actual.reshape(-1), np.load(f"{path}.output.npy"))


def test_float_network() -> None:
    """A network that was never quantized is imported as what it is."""
    path = folder() / "residual_block_clean.onnx"
    shape = [d.dim_value for d in onnx.load(path).graph.input[0].type.tensor_type.shape.dim]
    x = RNG.standard_normal((4, *shape[1:])).astype(np.float32)
    (expected,) = run_onnxruntime(onnx.load(path), x)
    assert_close(run(import_onnx(str(path)), [x])[0], expected)


def test_network_that_no_runtime_takes() -> None:
    """Its batch normalisations have more parameters than channels."""
    with pytest.raises(ImportFailure, match=r"BatchNormalization__.*\(64,\): it must be \(1,\)"):
        import_onnx(str(folder() / "three_layer_bn_keras.onnx"))


CNV_MACS = [1555200, 28901376, 10616832, 14745600, 2654208, 589824, 131072, 262144, 5120]


@pytest.mark.parametrize(
    ("name", "macs", "bits"),
    [
        ("cnvW1A1_cifar10", CNV_MACS, [(1, 8)] + [(1, 1)] * 8),
        ("cnvW2A2_cifar10", CNV_MACS, [(2, 8)] + [(2, 2)] * 8),
        ("lfcW1A1_mnist", [802816, 1048576, 1048576, 10240], [(1, 1)] * 4),
        ("TFC_2W2A", [50176, 4096, 4096, 640], [(2, 2)] * 4),
    ],
)
def test_published_operation_counts(
    name: str, macs: list[int], bits: list[tuple[int, int]]
) -> None:
    layers = layer_summaries(import_onnx(str(folder() / f"{name}.onnx")))
    assert [layer.macs for layer in layers] == macs
    assert [(layer.weight_bits, layer.activation_bits) for layer in layers] == bits
