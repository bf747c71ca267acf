"""From handwritten digits to the report of an FPGA design, in half a minute.

    pip install '.[onnx,hls,examples]' && python examples/quickstart.py digits/

It trains a small network with numpy, writes it as ONNX with standard operators, and then runs the
commands that it prints. Afterwards the folder contains `digits.onnx`, the test set
(`images.npy` and `labels.npy`), and `project` for Vitis HLS, simulated with g++, with its
`report.html`.
"""

import argparse
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

Array = npt.NDArray[np.float32]

PIXEL, STEP = 1 / 16, 1 / 8
"""The scales of a pixel, which has five bits, and of an activation, which has four."""

TRAINED_ON = 1297
"""The other 500 images are the test set."""

COMMANDS = (
    "qnn eval digits.onnx --images images.npy --labels labels.npy",
    "qnn compile digits.onnx --target hls --device z7020 --fps 20000 --inputs few.npy -o project",
    "make -C project bounded",
    "qnn report project",
)


class Layer:
    """Four-bit weights with a scale for each output, and the floats that they represent."""

    def __init__(self, weights: Array):
        rows = np.abs(weights).reshape(len(weights), -1)
        self.scale = (rows.max(axis=1) / 7).astype(np.float32)
        shape = (-1,) + (1,) * (weights.ndim - 1)
        self.integers = np.rint(weights / self.scale.reshape(shape)).astype(np.int8)
        self.floats = self.integers * self.scale.reshape(shape)


def convolve(x: Array, weights: Array) -> Array:
    """Images and weights with their channels first; no padding."""
    return np.einsum("nchwij,ocij->nohw", sliding_window_view(x, (3, 3), (2, 3)), weights)


def activate(x: Array) -> Array:
    """Batch norm with the statistics of these images, ReLU, and a quantizer of four bits."""
    mean, variance = statistics(x)
    normal = (x - mean[:, None, None]) / np.sqrt(variance[:, None, None] + 1e-5)
    return np.clip(np.rint(normal / STEP), 0, 15) * STEP


def statistics(x: Array) -> tuple[Array, Array]:
    return x.mean((0, 2, 3)), x.var((0, 2, 3))


def train(images: Array, labels: npt.NDArray[np.int64]) -> tuple[list[Layer], list[Array]]:
    """Two convolutions with random weights, and the best linear layer after them."""
    rng = np.random.default_rng(0)
    sums: list[Array] = []
    layers: list[Layer] = []
    x = images
    for shape in ((16, 1, 3, 3), (32, 16, 3, 3)):
        layers.append(Layer(rng.standard_normal(shape, np.float32)))
        sums.append(convolve(x, layers[-1].floats))
        x = activate(sums[-1])
    features = x.reshape(len(x), -1)
    wanted = np.where(labels[:, None] == np.arange(10), 1, -1)
    ridge = features.T @ features + 100 * np.eye(features.shape[1])
    layers.append(Layer(np.linalg.solve(ridge, features.T @ wanted).T.astype(np.float32)))
    return layers, sums


def exported(layers: list[Layer], sums: list[Array]) -> onnx.ModelProto:
    """The network in ONNX's own operators, with QuantizeLinear and DequantizeLinear."""
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, values: npt.ArrayLike) -> str:
        constants.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def node(kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def quantized(x: str, scale: float, name: str, kind: int) -> str:
        constants.append(helper.make_tensor(f"{name}_zero", kind, [], [0]))
        by = [constant(f"{name}_scale", scale), f"{name}_zero"]
        return node("DequantizeLinear", [node("QuantizeLinear", [x, *by], name), *by], f"{name}_x")

    def weights(layer: Layer, name: str) -> str:
        values = layer.integers
        constants.append(helper.make_tensor(name, TensorProto.INT4, values.shape, values.ravel()))
        scale = constant(f"{name}_scale", layer.scale)
        return node("DequantizeLinear", [name, scale], f"{name}_x", axis=0)

    x = quantized("image", PIXEL, "pixels", TensorProto.UINT8)
    for k, values in enumerate(sums, 1):
        x = node("Conv", [x, weights(layers[k - 1], f"weights{k}")], f"conv{k}")
        mean, variance = statistics(values)
        norm = {"gamma": np.ones_like(mean), "beta": 0 * mean, "mean": mean, "variance": variance}
        moments = [constant(f"{name}{k}", value) for name, value in norm.items()]
        x = node("BatchNormalization", [x, *moments], f"norm{k}")
        x = quantized(node("Relu", [x], f"relu{k}"), STEP, f"active{k}", TensorProto.UINT4)
    x = node("Flatten", [x], "flat")
    node("Gemm", [x, weights(layers[-1], "weights3")], "scores", transB=1)
    shapes = {"image": ["images", 1, 8, 8], "scores": ["images", 10]}
    image, scores = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    )
    graph = helper.make_graph(nodes, "digits", [image], [scores], constants)
    opset = helper.make_opsetid("", 21)
    return helper.make_model(graph, opset_imports=[opset], ir_version=10)


def write(folder: Path) -> None:
    """Trains the network; writes it, the test set, and twenty of its images for the testbench."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.images))
    images = (digits.images[order, None] * PIXEL).astype(np.float32)
    labels = digits.target[order]
    layers, sums = train(images[:TRAINED_ON], labels[:TRAINED_ON])
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(exported(layers, sums), folder / "digits.onnx")
    np.save(folder / "images.npy", images[TRAINED_ON:])
    np.save(folder / "labels.npy", labels[TRAINED_ON:])
    np.save(folder / "few.npy", images[TRAINED_ON:][:20])


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # an interrupt ends it without a traceback
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path, help="the folder to write to")
    build = parser.parse_args().build
    write(build)
    for command in COMMANDS:
        print(f"\n$ {command}", flush=True)
        if status := subprocess.run(command.split(), cwd=build).returncode:
            sys.exit(status)
    print(f"\nOpen {build / 'project/report.html'} in a browser.")


if __name__ == "__main__":
    main()
