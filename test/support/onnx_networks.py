"""Random ONNX networks that are built node by node, compared with QONNX's own execution.

    net = Net((3, 6, 5))
    net.quant(net.conv(net.quant("x", 8, 0.5), (4, 3, 3, 3), 4, 0.25), 4, 2.0)
    folded = net.check()

Weights are random. The quantizer of an activation has the name of its layer in the program.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper
from qnn.frontends.onnx import import_model
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics, Observation, observe
from xdsl.dialects.builtin import ModuleOp

from .networks import assert_integer
from .onnx_models import model_of
from .oracles import Array
from .real_networks import run_qonnx

QONNX = "qonnx.custom_op.general"
PASSES = "fold-bn,minimize-accumulators"
Value = str | Array


class Net:
    """A network of one input `x`, whose last node gives its result."""

    def __init__(self, shape: Sequence[int], seed: int = 0):
        self.rng = np.random.default_rng(seed)
        self.shape = tuple(shape)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}
        self.quantizers: dict[str, tuple[str, Array, int]] = {}
        """The quantizers of activations by name: their results, scales and zero points."""

    def add(self, op: str, *inputs: Value, domain: str = "", **attributes: Any) -> str:
        """Appends a node, named after its operator and number."""
        name = f"{op.removeprefix('Int')}_{len(self.nodes)}"
        names = [value if isinstance(value, str) else self._constant(value) for value in inputs]
        self.nodes.append(
            helper.make_node(op, names, [f"{name}_out"], name, domain=domain, **attributes)
        )
        return f"{name}_out"

    def _constant(self, array: Array) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = array
        return name

    def quant(
        self,
        x: Value,
        bits: int,
        scale: Any,
        zero: int = 0,
        op: str = "Quant",
        domain: str = QONNX,
        **attributes: Any,
    ) -> str:
        """A quantizer of QONNX; one bit is bipolar."""
        row, flags = np.float32(scale), {"signed": 1, "narrow": 0, **attributes}
        rest = () if bits == 1 else (np.float32(zero), np.float32(bits))
        if bits == 1:
            op, flags = "BipolarQuant", {}
        result = self.add(op, x, row, *rest, domain=domain, **flags)
        return result if isinstance(x, np.ndarray) else self.quantized(result, row, zero)

    def quantized(self, result: str, scale: Any = 1.0, zero: int = 0) -> str:
        """Records a result as the activations of its layer."""
        self.quantizers[self.nodes[-1].name] = (result, np.float32(scale), zero)
        return result

    def weights(self, shape: Sequence[int], bits: int, scale: Any) -> str:
        """Random weights that fill their range, quantized."""
        reach = max(1, 1 << (bits - 1)) * np.abs(np.float32(scale))
        return self.quant(self.rng.uniform(-reach, reach, shape).astype(np.float32), bits, scale)

    def conv(self, x: str, shape: Sequence[int], bits: int, scale: Any, **attributes: Any) -> str:
        return self.add("Conv", x, self.weights(shape, bits, scale), **attributes)

    def batch_norm(self, x: str, channels: int, spread: float = 1.0) -> str:
        """A random batch norm, whose slopes may be negative; `spread` is the range of its input."""
        slope, shift, mean = self.rng.normal(size=(3, channels)).astype(np.float32)
        variance = self.rng.uniform(0.5, 2, channels).astype(np.float32) * np.float32(spread**2)
        return self.add("BatchNormalization", x, slope, shift, mean, variance)

    def images(self, count: int, size: float = 2.0) -> Array:
        """Random images, and images that drive all sums to their extremes."""
        x = self.rng.normal(0, size, (count, *self.shape)).astype(np.float32)
        ends = [np.full((1, *self.shape), end, np.float32) for end in (0, 1e4, -1e4)]
        return np.concatenate([x, *ends])

    def model(self, images: int = 1) -> onnx.ModelProto:
        x = np.zeros((images, *self.shape), np.float32)
        model = model_of(self.nodes, {"x": x}, self.constants, [self.nodes[-1].output[0]])
        model.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
        return model

    def reference_values(self, images: Array) -> dict[str, Array]:
        """Every value of the model, as QONNX computes it."""
        from qonnx.core.modelwrapper import ModelWrapper
        from qonnx.transformation.infer_shapes import InferShapes

        model = ModelWrapper(self.model(len(images))).transform(InferShapes()).model
        return run_qonnx(model, images, every=True)

    def observed(self, images: Array) -> Observation:
        """The integers of every quantizer and the result, computed by QONNX."""
        values = self.reference_values(images)
        layers = {
            name: np.rint(values[result] / scale).astype(np.int64) + zero
            for name, (result, scale, zero) in self.quantizers.items()
        }
        return Observation(layers, [values[self.nodes[-1].output[0]]])

    def check(self, images: Array | None = None, passes: str = PASSES) -> ModuleOp:
        """Every quantized activation is that of QONNX, before and after the passes; returns the
        module."""
        images = self.images(30) if images is None else images
        module, theirs = import_model(self.model()), self.observed(images)
        before = observe(module, [images])
        assert_equal(before, theirs)
        Pipeline.parse(passes, [CheckSemantics(inputs=[images])]).apply(module)
        after = observe(module, [images])
        assert after.layers.keys() == before.layers.keys()
        assert_equal(after, theirs)
        assert_integer(module)
        return module


def assert_equal(mine: Observation, theirs: Observation) -> None:
    """All recorded activations are equal; images may have their channels last in a program."""
    for name, expected in theirs.layers.items():
        assert expected.min() < expected.max(), f"{name} has only one value"
        actual = mine.layers[name][-1].astype(np.int64)
        if actual.shape != expected.shape:
            actual = np.moveaxis(actual, -1, 1).reshape(expected.shape)
        np.testing.assert_array_equal(actual, expected, name)
    for actual, expected in zip(mine.results, theirs.results, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
