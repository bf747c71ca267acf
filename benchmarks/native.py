"""Compares the native engine with onnxruntime on the same networks.

    python benchmarks/native.py path/to/models [NAME ...]

onnxruntime runs QDQ networks as they are, and CNV as a float graph of convolutions, with the
thresholds as biases, and signs. Both engines take turns on the same images, several times. Printed
are the median images per second of each, and the median, lowest and highest ratio. onnxruntime uses
all processors, in the fastest of three ways: image by image, or in batches of 16 or 128.

The column `1 thread` is the ratio of the processor time of one thread of each engine, which other
work on the machine hardly changes.

The other columns: the latency of one image, seconds to compile, milliseconds to load from the
cache, kilobytes of constants and of activations, and whether four results equal those of the
interpreter. The first line has a roof for CNV W1A1: the bits that this processor can compare and
count.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from qnn.backends.native import NativeNetwork, Options, load
from qnn.backends.native.library import CXX_OPTIONS, NATIVE_FOLDER, cxx_compiler
from qnn.backends.native.processor import best_instruction_set, processor_count
from qnn.backends.native.stages import split_into_stages
from qnn.frontends.onnx import import_onnx
from qnn.passes import Pipeline
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.qnn.layout import ReshapeOp, TransposeOp
from qnn.qdialect.qnn.linear import Conv2dOp, LinearOp
from qnn.qdialect.qnn.pooling import MaxPoolOp
from qnn.qdialect.qnn.steps import ThresholdOp
from qnn.qdialect.types import (
    BipolarType,
    check_element,
    dtype_of,
    element_of,
    is_quant,
    shape_of,
    value_range,
)
from xdsl.dialects.builtin import ModuleOp

NETWORKS = {
    "cnvW1A1_cifar10": 5.0,
    "cnvW2A2_cifar10": 3.0,
    "resnet8_int8_qdq": 1.0,
    "mobilenet_v1_0.25_128_quant_qdq": 1.0,
    "mobilenetv1_025_96_int8_qdq": 1.0,
    "mobilenet_v2_1.0_224_quant_qdq": 1.0,
    "dscnn_int8_qdq": 1.0,
    "autoencoder_int8_qdq": 1.0,
}
"""The speed relative to onnxruntime that is the goal for each network."""

ROUNDS = 9
MACS = 58_000_000
"""MACs of CNV W1A1; those of its first layer, which reads bytes, count like the others."""

Runner = Callable[[Array], Any]


@dataclass(frozen=True)
class Case:
    """A network, ready to be measured."""

    module: ModuleOp
    """The network at level 2."""
    model: onnx.ModelProto
    """The model that onnxruntime runs."""
    images: Array


def case_of(path: Path) -> Case:
    module = import_onnx(str(path))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    (type,) = entry_input_types(entry_of(module))
    element, shape = check_element(type.element_type), type.get_shape()
    count = 1024 if np.prod(shape) < 20_000 else 128
    rng = np.random.default_rng(0)
    if is_quant(element):
        low, high = value_range(element)
        images = rng.integers(low, high + 1, (count, *shape[1:])).astype(dtype_of(element))
    else:
        images = rng.random((count, *shape[1:]), np.float32)
    floats = path.stem.startswith("cnv")
    return Case(module, float_graph(module) if floats else onnx.load(path), images)


def float_graph(module: ModuleOp) -> onnx.ModelProto:
    """A network of bipolar or ternary numbers as convolutions of floats and signs."""
    stages = split_into_stages(module)
    nodes, data = list[Any](), list[Any]()
    names = {stages.entry.args[0]: "image"}

    def add(kind: str, inputs: list[str], **attributes: object) -> str:
        nodes.append(helper.make_node(kind, inputs, [f"v{len(nodes)}"], **attributes))
        return f"v{len(nodes) - 1}"

    def constant(array: Array) -> str:
        data.append(numpy_helper.from_array(array.astype(np.float32), f"c{len(data)}"))
        return f"c{len(data) - 1}"

    for op in (op for stage in stages.stages if stage.native for op in stage.ops):
        x = names[op.operands[0]]
        if isinstance(op, TransposeOp):
            y = x
        elif isinstance(op, Conv2dOp):
            y = add("Conv", [x, constant(stages.known[op.weights].transpose(0, 3, 1, 2))])
        elif isinstance(op, LinearOp):
            y = add("MatMul", [x, constant(stages.known[op.weights].T)])
        elif isinstance(op, MaxPoolOp):
            y = add("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
        elif isinstance(op, ReshapeOp):
            y = add("Flatten", [x])
        else:
            assert isinstance(op, ThresholdOp)
            wide = (1, -1, 1, 1) if len(shape_of(op.x)) == 4 else (1, -1)
            rows = stages.known[op.thresholds].T
            steps = [add("Sub", [x, constant((row - 0.5).reshape(wide))]) for row in rows]
            signs = [add("Sign", [step]) for step in steps]
            y = signs[0]
            if not isinstance(element_of(op.output), BipolarType):
                y = add("Mul", [add("Add", signs), constant(np.array(0.5))])
        names[op.results[0]] = y
    shape = shape_of(stages.entry.args[0])
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", *shape[1:]])
    scores = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "floats", [image], [scores], data)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def any_batch(model: onnx.ModelProto) -> onnx.ModelProto | None:
    """The model with a batch of any size."""
    free = onnx.ModelProto.FromString(model.SerializeToString())
    del free.graph.value_info[:]
    for value in (*free.graph.input, *free.graph.output):
        if value.type.tensor_type.shape.dim:
            value.type.tensor_type.shape.dim[0].dim_param = "n"
    return free


def session(model: onnx.ModelProto, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def in_batches(model: onnx.ModelProto, size: int, threads: int = processor_count()) -> Runner:
    free = session(model if size == 1 else any_batch(model) or model, threads)
    name = free.get_inputs()[0].name
    return lambda x: [free.run(None, {name: x[k : k + size]}) for k in range(0, len(x), size)]


def one_by_one(model: onnx.ModelProto) -> Runner:
    """Runs images one by one, with a thread and a session for each processor."""
    count = processor_count()
    sessions = [session(model, 1) for _ in range(count)]
    name = sessions[0].get_inputs()[0].name
    pool = ThreadPoolExecutor(count)

    def part(number: int, x: Array) -> None:
        for k in range(number, len(x), count):
            sessions[number].run(None, {name: x[k : k + 1]})

    return lambda x: list(pool.map(part, range(count), [x] * count))


def seconds(compute: Runner, x: Array) -> float:
    start = time.perf_counter()
    compute(x)
    return time.perf_counter() - start


def thread_seconds(compute: Runner, x: Array) -> float:
    """The processor time of this thread."""
    start = time.thread_time()
    compute(x)
    return time.thread_time() - start


def ratio_of_one_thread(case: Case, options: Options, theirs: Array) -> float:
    """The processor time of onnxruntime in one thread, relative to the engine's."""
    network = load(case.module, replace(options, threads=1))
    x, theirs = case.images[:128], theirs[:128]
    ratios = list[float]()
    for size in (1, 16, 128):
        try:
            peer = in_batches(case.model, size, threads=1)
            peer(theirs)
        except Exception:  # not every model takes any number of images
            continue
        pairs = [
            (thread_seconds(network.predict, x), thread_seconds(peer, theirs))
            for _ in range(ROUNDS)
        ]
        ratios.append(statistics.median(b / a for a, b in pairs))
    return min(ratios)


def best_of(model: onnx.ModelProto, x: Array) -> Runner:
    """The fastest way to run images with onnxruntime."""
    runners = list[tuple[float, Runner]]()
    for make in (one_by_one, lambda m: in_batches(m, 16), lambda m: in_batches(m, 128)):
        try:
            runner = make(model)
            runners.append((min(seconds(runner, x) for _ in range(3)), runner))
        except Exception:  # not every model takes any number of images
            continue
    return min(runners, key=lambda runner: runner[0])[1]


def latency(network: NativeNetwork, x: Array) -> float:
    return statistics.median(seconds(network.predict, x[:1]) for _ in range(201))


def measure(name: str, path: Path, goal: float) -> str:
    case = case_of(path)
    theirs = case.images.astype(np.float32) if name.startswith("cnv") else case.images
    with tempfile.TemporaryDirectory() as folder:
        options = Options(Path(folder), best_instruction_set(), processor_count())
        start = time.perf_counter()
        network = load(case.module, options)
        cold = time.perf_counter() - start
        cached = min(seconds(lambda _: load(case.module, options), case.images) for _ in range(3))
        (entry,) = Path(folder).iterdir()
        constants = (entry / "constants.bin").stat().st_size / 1024
        activations = network.arena_bytes / 1024
        alone = ratio_of_one_thread(case, options, theirs)
    few = case.images[:4]
    equal = all(
        np.array_equal(a, b)
        for a, b in zip(network.run([few]), run(case.module, [few]), strict=True)
    )
    peer = best_of(case.model, theirs)
    network.predict(case.images)
    pairs = [(seconds(network.predict, case.images), seconds(peer, theirs)) for _ in range(ROUNDS)]
    ratios = sorted(b / a for a, b in pairs)
    ours, other = (len(case.images) / statistics.median(side) for side in zip(*pairs, strict=True))
    one = latency(network, case.images) * 1e3
    return (
        f"{name:32}{ours:9,.0f}{other:9,.0f}{statistics.median(ratios):7.1f} "
        f"({ratios[0]:.1f} to {ratios[-1]:.1f}) {goal:4g} {alone:8.1f} {one:7.2f}"
        f"{cold:6.1f}{cached * 1e3:7.0f}{constants:8,.0f}{activations:8,.0f}"
        f"  {'equal' if equal else 'DIFFERENT'}"
    )


def roof() -> float:
    """Bits per second that all processors compare and count."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "roof"
        source = Path(__file__).parent / "roof.cpp"
        options = [option for option in CXX_OPTIONS if option not in ("-shared", "-fPIC")]
        include = f"-I{NATIVE_FOLDER / 'include'}"
        command = [
            cxx_compiler(),
            *options,
            *best_instruction_set().flags,
            include,
            str(source),
            "-o",
            program,
        ]
        subprocess.run(command, check=True)
        outputs = [
            subprocess.run(
                [program, str(processor_count())], check=True, capture_output=True
            ).stdout
            for _ in range(3)
        ]
    return max(float(text.split()[0]) for text in outputs)


def main() -> None:
    folder, *names = sys.argv[1:]
    level, roof_of_cnv = best_instruction_set().name, roof() / MACS
    print(f"{level}, {processor_count()} processors; CNV W1A1's roof: {roof_of_cnv:,.0f} images/s")
    print(
        "network                         images/s  onnxrt  ratio              goal 1 thread   1, ms"
        "  cold cached  const.  activ."
    )
    for name, goal in NETWORKS.items():
        if not names or name in names:
            print(measure(name, Path(folder) / f"{name}.onnx", goal), flush=True)


if __name__ == "__main__":
    main()
