"""One attempt to compile a network and to run it on every engine."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from qnn.backends.native import load
from qnn.frontends.inputs import InputType
from qnn.frontends.onnx import import_onnx
from qnn.frontends.onnx.model import ImportFailure
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import samples
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.tools.engines import engine_for
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

from .quantized_files import Drawn


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: "equal", "refused", "different" or "crashed", and the details."""

    verdict: str
    details: str = ""


def attempt(file: Path, drawn: Drawn, hls: bool) -> Outcome:
    """Compiles a model file to a design; compares all engines with the imported network."""
    given = {} if drawn.input_type is None else {"x": InputType.parse(drawn.input_type)}
    try:
        network = import_onnx(str(file), given)
        integers = import_onnx(str(file), given)
        Pipeline.parse("fold-bn,minimize-accumulators").apply(integers)
        design = integers.clone()
        Pipeline.parse("stream-lower,scale-thresholds").apply(design)
    except (ImportFailure, PassFailedException) as error:
        return Outcome("refused", " ".join(str(error).split()))
    except Exception as error:
        return Outcome("crashed", f"{type(error).__name__}: {str(error).splitlines()[:1]}")
    return compare(file, network, integers, design, hls)


def compare(
    file: Path, network: ModuleOp, integers: ModuleOp, design: ModuleOp, hls: bool
) -> Outcome:
    """Random and extreme images on all engines; the imported network is the reference."""
    images = samples(entry_input_types(entry_of(network)), np.random.default_rng(1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = run(network, images)
        engines = {
            "integers": lambda: run(integers, images),
            "native": lambda: load(integers).run(images),
            "design": lambda: run(design, images),
        }
        if hls:
            engines["hls"] = lambda: engine_for(integers.clone(), "hls").run(images)
        for name, engine in engines.items():
            try:
                found = engine()
            except Exception as error:
                return Outcome("crashed", f"{name}: {type(error).__name__}: {error}")
            if not all(map(same, found, expected)):
                return Outcome("different", name)
    return Outcome("equal", framework_difference(file, images, expected))


def same(found: Array, expected: Array) -> bool:
    return found.shape == expected.shape and np.array_equal(found, expected, equal_nan=True)


def framework_difference(file: Path, images: list[Array], expected: list[Array]) -> str:
    """The share of results that differ from onnxruntime's by more than float rounding."""
    options = SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception:
        return ""
    names = [value.name for value in session.get_inputs()]
    if any(image.dtype != np.float32 for image in images):
        return ""
    results = [[], *[[] for _ in expected[1:]]]
    for n in range(len(images[0])):
        feed = dict(zip(names, [image[n : n + 1] for image in images], strict=True))
        for kept, result in zip(results, session.run(None, feed), strict=True):
            kept.append(result)
    share = max(
        float(np.mean(np.abs(np.concatenate(kept) - want) > 1e-4 * (1 + np.abs(want))))
        for kept, want in zip(results, expected, strict=True)
    )
    return f"{share:.3f}" if share else ""
