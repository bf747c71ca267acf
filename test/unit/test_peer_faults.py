"""Faults that users of other compilers met, one test or a few for each; the judge is QONNX."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qnn.frontends.onnx import import_model
from qnn.passes import Pipeline
from qnn.passes.driver.registry import PASSES as REGISTRY
from qnn.passes.driver.registry import PassEntry
from qnn.qdialect.qnn.constants import ConstantPool, constant_of
from qnn.qdialect.qnn.elementwise import AddOp
from qnn.qdialect.qnn.linear import Conv2dOp, LinearOp, LinearOpBase
from qnn.qdialect.qnn.quantization import QuantizeOp
from qnn.qdialect.qnn.steps import ThresholdOp
from qnn.qdialect.types import BipolarType, element_of, is_quant, signed
from qnn.tools.qnn_opt import main as qnn_opt
from support.onnx_networks import PASSES, QONNX, Net
from support.program import print_module
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.exceptions import PassFailedException

pytest.importorskip(
    "qonnx", reason="the package qonnx, which gives the reference, is not installed"
)


def ops(module: ModuleOp, kind: Any) -> list[Any]:
    return [op for op in module.walk() if isinstance(op, kind)]


@pytest.mark.parametrize("skip", ["identity", "convolution"])
@pytest.mark.parametrize(
    "scales", [(0.25, 0.25), (0.3, 0.3), (0.5, 0.25), (0.3, 0.1), (0.17, 0.23)]
)
def test_residual_block_folds(scales: tuple[float, float], skip: str) -> None:
    """Fault 1: a residual block fails, with shared and with independent scales."""
    net = Net((3, 6, 5))
    x = net.quant(net.add("Relu", net.quant("x", 8, 0.07)), 4, scales[0], signed=0)
    main = net.add("Relu", net.batch_norm(net.conv(x, (3, 3, 3, 3), 4, 0.2, pads=[1] * 4), 3, 9))
    main = net.quant(main, 4, scales[1], signed=0)
    if skip == "convolution":
        x = net.quant(net.batch_norm(net.conv(x, (3, 3, 1, 1), 4, 0.2), 3, 3), 4, scales[0])
    total = net.add("Relu", net.add("Add", main, x))
    net.quant(net.conv(net.quant(total, 4, 0.41, signed=0), (2, 3, 1, 1), 4, 0.11), 5, 0.7)
    module = net.check()
    assert all(is_quant(element_of(op.output)) for op in ops(module, AddOp))
    assert not any(op.name == "qnn.relu" for op in module.walk())


MODES = ["ROUND", "HALF_EVEN", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"]


@pytest.mark.parametrize("mode", MODES)
def test_rounding_mode_of_an_activation_is_kept_at_ties(mode: str) -> None:
    """Fault 2: `rounding_mode` is ignored, so that FLOOR and ties come out wrong by one."""
    net = Net((4, 5, 3))
    sums = net.conv(net.quant("x", 3, 1.0), (5, 4, 1, 1), 2, 1.0)
    net.quant(sums, 4, 2.0, rounding_mode=mode)
    images = net.rng.integers(-4, 4, (40, *net.shape)).astype(np.float32)
    steps = net.reference_values(images)[sums] / 2
    ties = steps[steps % 1 == 0.5]
    assert {-1.5, -0.5, 0.5, 1.5} <= set(ties.tolist())
    net.check(images)


DOMAINS = ["onnx.brevitas", "finn.custom_op.general", QONNX, "finn", "qonnx"]


def quantized_by(op: str, domain: str) -> Net:
    net = Net((3, 6, 5))
    kind: dict[str, Any] = {"op": op, "domain": domain}
    x = net.quant("x", 6, 0.3, rounding_mode="FLOOR", **kind)
    w = net.rng.normal(size=(4, 3, 3, 3)).astype(np.float32)
    y = net.batch_norm(net.add("Conv", x, net.quant(w, 3, 0.4, narrow=1, **kind)), 4, 5)
    net.quant(y, 4, 0.3, 2, rounding_mode="CEIL", **kind)
    return net


@pytest.mark.parametrize("domain", DOMAINS)
def test_int_quant_folds_as_quant(domain: str) -> None:
    """Fault 3: `IntQuant`, the newer name of `Quant`, is passed through in silence."""
    expected = quantized_by("Quant", QONNX).check()
    module = import_model(quantized_by("IntQuant", domain).model())
    Pipeline.parse(PASSES).apply(module)
    assert print_module(module) == print_module(expected)
    assert len(ops(module, ThresholdOp)) == 1


def test_int_quant_is_what_qonnx_executes() -> None:
    """Fault 3, judged by QONNX itself."""
    quantized_by("IntQuant", QONNX).check()


@pytest.mark.parametrize("scale", [1.0, 0.37])
def test_networks_whose_only_quantizers_are_bipolar(scale: float) -> None:
    """Fault 4: they are skipped, and fail far away."""
    net = Net((3, 6, 5))
    x = net.quant("x", 1, scale)
    x = net.quant(net.batch_norm(net.conv(x, (4, 3, 3, 3), 1, scale), 4, 3), 1, 1.0)
    x = net.quant(net.batch_norm(net.conv(x, (5, 4, 2, 2), 1, 1.0), 5, 4), 1, scale)
    net.add("MatMul", net.add("Flatten", x), net.weights((30, 4), 1, 0.2))
    module = net.check()
    assert len(ops(module, LinearOpBase)) == 3
    for op in ops(module, LinearOpBase):
        assert element_of(op.x) == element_of(op.weights) == BipolarType()


@pytest.mark.parametrize("shift", [0.0, 140.0, -140.0, 600.0, -600.0])
def test_thresholds_out_of_reach_keep_their_meaning(shift: float) -> None:
    """Fault 6: thresholds narrowed below the accumulator's range gave wrong results.

    The sums reach the last value of their type, which a threshold that is never reached lies above.
    """
    net = Net((24,))
    w = np.zeros((24, 6), np.float32)
    w[:6] = np.float32([7, 7, 3, -7, -7, -3])[:, None]
    w = net.rng.permuted(w, axis=0)
    y = net.add("MatMul", net.quant("x", 4, 1.0, signed=0), net.quant(w, 4, 1.0))
    shifts = np.linspace(-300, 300, 6, dtype=np.float32) + np.float32(shift)
    net.quant(net.add("Add", y, shifts), 3, 110.0)
    most = np.where(w.T > 0, np.float32(15), np.float32(0))
    module = net.check(np.concatenate([most, 15 - most, net.images(30, 9)]))
    (layer,), (steps,) = ops(module, LinearOp), ops(module, ThresholdOp)
    assert (most @ w).max() == 255 and element_of(layer.output) == signed(9)
    rows = constant_of(steps.thresholds)
    assert rows is not None and rows.min() >= -256 and rows.max() <= 256


@pytest.mark.parametrize("own", [False, True], ids=["in the convolution", "a node of its own"])
@pytest.mark.parametrize("zero", [-5, 0, 3, 7])
def test_padding_stands_for_zero_whatever_the_zero_point(zero: int, own: bool) -> None:
    """Fault 6: padding changed values."""
    net = Net((3, 5, 4))
    x = net.quant("x", 4, 0.3, zero)
    if own:
        x = net.add("Pad", x, np.array([0, 0, 1, 2, 0, 0, 2, 0]))
    how = {} if own else {"pads": [1, 2, 2, 0]}
    net.quant(net.conv(x, (4, 3, 3, 3), 4, 0.13, **how), 5, 0.61, -3)
    module = net.check()
    if not own:
        assert ops(module, Conv2dOp)[0].pad_value.value.data == zero


@pytest.mark.parametrize("groups", [1, 4])
def test_one_bit_padded_with_zero_keeps_its_values(groups: int) -> None:
    """Fault 6: one bit holds no zero, and the border must count none."""
    net = Net((4, 5, 6))
    x = net.quant("x", 1, 0.5)
    y = net.conv(x, (4, 4 // groups, 3, 3), 2, 0.25, pads=[1, 0, 1, 1], group=groups)
    net.quant(net.batch_norm(y, 4), 3, 0.4)
    (conv,) = ops(net.check(), Conv2dOp)
    assert element_of(conv.x) == BipolarType()


def refusal(net: Net) -> list[str]:
    """The error of `fold-bn` for a network, by lines."""
    with pytest.raises(PassFailedException) as caught:
        Pipeline.parse("fold-bn").apply(import_model(net.model()))
    return str(caught.value).splitlines()


def test_float_mul_before_a_convolution_is_named() -> None:
    """Fault 8: float `Mul` nodes left behind split the graph, and nobody says which or why."""
    net = Net((3, 6, 5))
    x = net.add("Mul", net.quant("x", 4, 0.5), net.rng.normal(size=(3, 1, 1)).astype(np.float32))
    net.quant(net.conv(x, (2, 3, 3, 3), 4, 0.25), 4, 1.0)
    assert refusal(net)[:2] == [
        "fold-bn cannot make these ops integer:",
        '  qnn.conv2d "Conv_3": its input is float: it is quantized, but then changed by '
        'qnn.mul "Mul_1"; put a quantizer directly before this layer',
    ]


def test_float_mul_of_two_tensors_folds() -> None:
    """Fault 8, where both sides depend on the image: a gate."""
    net = Net((3, 6, 5))
    x = net.quant("x", 4, 0.5)
    gate = net.add("Sigmoid", net.conv(x, (3, 3, 1, 1), 4, 0.25))
    net.quant(net.add("Mul", x, gate), 4, 0.25)
    net.check()


def random_network(seed: int) -> Net:
    """Convolutions, batch norms, a pool, a residual add and a classifier, with random weights."""
    net = Net((3, 10, 9), seed)
    x = net.quant("x", 8, 0.021)
    x = net.add("Relu", net.batch_norm(net.conv(x, (6, 3, 3, 3), 5, 0.083), 6, 4))
    x = net.quant(net.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), 4, 0.173, signed=0)
    y = net.add("Relu", net.batch_norm(net.conv(x, (6, 6, 3, 3), 3, 0.31, pads=[1] * 4), 6, 9))
    y = net.add("Add", net.quant(y, 4, 0.213, signed=0), x)
    y = net.quant(net.add("Relu", y), 3, 0.47, signed=0)
    y = net.add("Flatten", net.quant(net.conv(y, (4, 6, 2, 1), 2, 0.71, strides=[1, 2]), 4, 0.93))
    net.add("MatMul", y, net.weights((24, 5), 6, 0.027))
    return net


@pytest.mark.parametrize("seed", range(3))
def test_no_accuracy_is_lost(seed: int) -> None:
    """Fault 12: accuracy lost in conversion without notice."""
    net = random_network(seed)
    net.check(net.images(250, 1.0))


@dataclass(frozen=True)
class OneOff(ModulePass):
    """A wrong pass: it moves thresholds of one channel of the last quantizer by one."""

    name = "test-one-off"

    count: int

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        steps = ops(op, ThresholdOp)[-1]
        rows = np.array(constant_of(steps.thresholds))
        rows[0, : self.count] += 1
        fresh = ConstantPool(op).constant(rows, element_of(steps.thresholds), "thresholds")
        Rewriter.insert_op(fresh, InsertPoint.before(steps))
        steps.operands[1] = fresh.output


@pytest.mark.parametrize("count", [15, 1])
def test_check_semantics_catches_a_pass_that_loses_accuracy(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fault 12: a channel that is off is seen on random inputs, a single threshold on many."""
    net = random_network(0)
    module = import_model(net.model())
    Pipeline.parse(PASSES).apply(module)
    file, images = str(tmp_path / "net.mlir"), str(tmp_path / "images.npy")
    Path(file).write_text(print_module(module))
    np.save(images, net.images(250, 1.0))
    monkeypatch.setitem(REGISTRY, OneOff.name, PassEntry(lambda: OneOff, "for tests"))
    check = ["--check-semantics"] if count > 1 else ["--check-inputs", images]
    assert qnn_opt([file, f"--test-one-off=count={count}"]) == 0
    assert qnn_opt([file, f"--test-one-off=count={count}", *check]) == 1
    assert re.fullmatch(
        r'qnn-opt: test-one-off changed what the module computes: layer "Quant_17" differs '
        r"in \d+ of \d+ elements; element \d+ was -?\d and is -?\d\n",
        capsys.readouterr().err,
    )


@pytest.mark.parametrize("negative", [False, True])
def test_scales_per_channel_that_are_no_power_of_two(negative: bool) -> None:
    """Fault 13: accuracy is "generally poor" with them."""
    net = Net((3, 7, 5))
    scale = net.rng.uniform(0.03, 0.9, (6, 1, 1, 1))
    if negative:
        scale *= np.where(np.arange(6) % 2, 1, -1).reshape(6, 1, 1, 1)
    x = net.conv(net.quant("x", 8, 0.0173), (6, 3, 3, 3), 4, scale)
    x = net.quant(net.add("Relu", net.batch_norm(x, 6, 4)), 4, 0.117, signed=0)
    x = net.conv(x, (4, 6, 3, 1), 3, net.rng.uniform(0.03, 0.9, (4, 1, 1, 1)))
    x = net.quant(x, 4, net.rng.uniform(0.3, 0.9, (1, 4, 1, 1)))
    module = net.check(net.images(60))
    assert not ops(module, QuantizeOp)[1:]


WINDOWS: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "depthwise": ((4, 7, 6), (4, 1, 3, 3), {"group": 4, "pads": [1, 1, 1, 1]}),
    "depthwise multiplied": ((3, 7, 5), (6, 1, 3, 3), {"group": 3}),
    "depthwise strided": ((4, 7, 6), (4, 1, 3, 3), {"group": 4, "strides": [2, 2]}),
    "grouped": ((4, 7, 6), (6, 2, 3, 3), {"group": 2, "pads": [0, 1, 0, 1]}),
    "dilated": ((3, 9, 8), (4, 3, 3, 3), {"dilations": [2, 3]}),
    "dilated and padded": ((3, 7, 6), (4, 3, 3, 2), {"dilations": [2, 1], "pads": [2, 1, 2, 0]}),
    "one row": ((3, 12), (4, 3, 5), {"pads": [2, 1]}),
    "one row, strided and dilated": ((3, 17), (4, 3, 3), {"strides": [2], "dilations": [3]}),
    "one row, depthwise": ((4, 11), (4, 1, 3), {"group": 4, "pads": [1, 1]}),
    "not square": ((3, 9, 5), (4, 3, 5, 2), {"pads": [3, 0, 1, 1]}),
    "strided": ((3, 11, 10), (4, 3, 3, 3), {"strides": [3, 2], "pads": [1, 1, 1, 1]}),
    "larger stride than kernel": ((3, 11, 8), (4, 3, 2, 1), {"strides": [3, 4]}),
    "padded by the runtime": (
        (3, 8, 5),
        (4, 3, 3, 2),
        {"auto_pad": "SAME_UPPER", "strides": [2, 1]},
    ),
}


@pytest.mark.parametrize("window", WINDOWS)
def test_windows(window: str) -> None:
    """Fault 14: cases that break line buffers."""
    shape, kernel, attributes = WINDOWS[window]
    net = Net(shape)
    x = net.conv(net.quant("x", 6, 0.131, 3), kernel, 4, 0.217, **attributes)
    x = net.quant(net.batch_norm(x, kernel[0], 3), 4, 0.19)
    net.quant(net.conv(x, (2, kernel[0], *[1] * (len(kernel) - 2)), 3, 0.3), 4, 1.1)
    net.check()


def uniform_network(weights: int, activations: int) -> Net:
    """The same layers for all widths."""
    net = Net((3, 8, 7))
    top = 4.0 / (1 << activations)
    x = net.quant("x", 8, 0.0131)
    x = net.batch_norm(net.conv(x, (5, 3, 3, 3), weights, 1.7 / (1 << weights)), 5, 3)
    x = net.quant(x, activations, 0.91 * top)
    x = net.batch_norm(net.conv(x, (6, 5, 3, 3), weights, 1.7 / (1 << weights), pads=[1] * 4), 6, 3)
    x = net.add("MaxPool", net.quant(x, activations, 0.87 * top), kernel_shape=[2, 2])
    net.add("MatMul", net.add("Flatten", x), net.weights((120, 4), weights, 0.03))
    return net


def qdq_network() -> Net:
    """int8 as ONNX quantizes: zero points, weights per channel, biases of 32 bits."""
    net = Net((3, 8, 7))

    def quantized(x: str, scale: float, zero: int) -> str:
        parameters = np.float32(scale), np.int8(zero)
        q = net.quantized(net.add("QuantizeLinear", x, *parameters))
        return net.add("DequantizeLinear", q, *parameters)

    def layer(x: str, source: float, shape: tuple[int, ...], **how: Any) -> str:
        scale = net.rng.uniform(0.001, 0.01, shape[0]).astype(np.float32)
        w = net.rng.integers(-127, 128, shape).astype(np.int8)
        b = net.rng.integers(-900, 900, shape[0]).astype(np.int32)
        w = net.add("DequantizeLinear", w, scale, np.zeros(shape[0], np.int8), axis=0)
        b = net.add("DequantizeLinear", b, scale * np.float32(source), axis=0)
        return net.add("Relu", net.add("Conv", x, w, b, **how))

    x = quantized("x", 0.0231, -13)
    x = quantized(layer(x, 0.0231, (5, 3, 3, 3), pads=[1] * 4), 0.0617, -128)
    quantized(layer(x, 0.0617, (4, 5, 3, 3), strides=[2, 2]), 0.0713, -119)
    return net


NETWORKS = {
    **{f"W{w}A{a}": (w, a) for w, a in [(4, 4), (1, 1), (2, 2), (8, 8), (1, 2)]},
    "int8 QDQ": None,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_one_pipeline_for_all_widths(name: str) -> None:
    """Fault 15: W4A4 and W1A1 networks need different hand-picked steps."""
    widths = NETWORKS[name]
    net = uniform_network(*widths) if widths else qdq_network()
    net.check(passes="fold-bn,minimize-accumulators")
