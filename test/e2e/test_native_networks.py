"""Real trained networks on the native engine: every result is that of level 2."""

import numpy as np
import pytest
from qnn.backends.native import Options, load
from qnn.backends.native.processor import best_instruction_set, processor_count
from qnn.frontends.inputs import InputType
from qnn.frontends.onnx import import_onnx
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import run
from support.generate import Choices, random_inputs
from support.real_networks import NETWORKS, folder
from xdsl.dialects.builtin import ModuleOp

BYTES = {
    "rn07_w8a8": {"global_in": InputType.parse("ui8*0.00390625")},
    "qkeras_jettagging": {"global_in": InputType.parse("si16*0.001")},
}
"""The types of the inputs that the networks do not quantize."""

SMALL = {
    "cnvW1A1_cifar10": 6,
    "cnvW2A2_cifar10": 6,
    "lfcW1A1_mnist": 40,
    "TFC_1W1A": 40,
    "TFC_2W2A": 40,
    "kws_mlp_w3a3": 40,
    "rn07_w8a8": 6,
    "resnet8_int8_qdq": 6,
    "dscnn_int8_qdq": 6,
    "mobilenetv1_025_96_int8_qdq": 3,
    "mobilenet_v1_0.25_128_quant_qdq": 3,
    "autoencoder_int8_qdq": 20,
    "tfc_w1a1_multithreshold": 40,
    "bnn_model_fc_1layer": 40,
    "vgg10_radioml_w8a8": 3,
    "eltwise_chanlast_testcase": 3,
    "qkeras_jettagging": 40,
}
"""Networks, and how many images."""

QUICK = ("cnvW1A1_cifar10", "TFC_2W2A", "resnet8_int8_qdq", "dscnn_int8_qdq", "qkeras_jettagging")
"""Signs, two bits, residual and depthwise layers, and an input that is not quantized."""

LARGE = (
    "espcn_nn_resize",
    "mobilenet_v2_1.0_224_quant_qdq",
    "separable_conv_model_ch_last",
    "tiny_unet_ch_last",
)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    return Options(tmp_path_factory.mktemp("native"), best_instruction_set(), processor_count())


def integer(name: str) -> ModuleOp:
    module = import_onnx(str(folder() / f"{name}.onnx"), BYTES.get(name, {}))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    return module


def check(name: str, count: int, options: Options) -> None:
    """Random and extreme images, all at once and one by itself."""
    module = integer(name)
    network = load(module, options)
    assert network.native
    inputs = random_inputs(Choices.seeded(3), module, batch=count)
    expected = run(module, inputs)
    for actual, wanted in zip(network.run(inputs), expected, strict=True):
        assert actual.dtype == wanted.dtype
        np.testing.assert_array_equal(actual, wanted)
    for actual, wanted in zip(network.run([x[:1] for x in inputs]), expected, strict=True):
        np.testing.assert_array_equal(actual, wanted[:1])


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in SMALL],
)
def test_networks(name: str, options: Options) -> None:
    check(name, SMALL[name], options)


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_large_networks(name: str, options: Options) -> None:
    check(name, 2, options)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in BYTES])
def test_whole_test_sets(name: str, options: Options) -> None:
    """Each image's results, and how many are right."""
    module, (x, y) = integer(name), NETWORKS[name].load()
    network = load(module, options)
    scores = network.predict(x)
    for first in range(0, len(x), 100):
        part = slice(first, first + 100)
        np.testing.assert_array_equal(scores[part], run(module, [x[part]])[0])
    images = NETWORKS[name].images
    correct = int((scores.argmax(1) == y)[:images].sum())
    assert abs(correct - NETWORKS[name].correct) <= NETWORKS[name].ties
