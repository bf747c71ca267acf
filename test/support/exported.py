"""Networks as other tools write them: exported by torch, quantized by onnxruntime.

module = check_lowered(quantized(exported(Network(), torch.zeros(1, 3, 8, 8))))
"""

import io
import logging
import tempfile
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
from qnn.frontends.onnx import import_model
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.interpreter import run
from qnn.qdialect.text import verify
from xdsl.dialects.builtin import ModuleOp

from .onnx_models import run_onnxruntime
from .oracles import Array

TO_DESIGN = "fold-bn,minimize-accumulators,stream-lower"


def exported(network: torch.nn.Module, *examples: torch.Tensor, opset: int = 17) -> onnx.ModelProto:
    """The ONNX model that torch exports."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network.eval(), examples, file, dynamo=False, opset_version=opset)
    return onnx.load_from_string(file.getvalue())


class RandomSamples(CalibrationDataReader):
    """Random inputs from which onnxruntime chooses scales."""

    def __init__(self, model: onnx.ModelProto, count: int):
        self.samples: Iterator[dict[str, Array]] = iter(
            [random_inputs(model, seed) for seed in range(count)]
        )

    def get_next(self) -> dict[str, Array]:
        return next(self.samples, {}) or None  # type: ignore[return-value]


def random_inputs(model: onnx.ModelProto, seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    shapes = {
        port.name: [size.dim_value for size in port.type.tensor_type.shape.dim]
        for port in model.graph.input
    }
    return {n: rng.normal(size=shape).astype(np.float32) for n, shape in shapes.items()}


@contextmanager
def without_warnings() -> Generator[None]:
    """onnxruntime logs to the root logger."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def quantized(
    model: onnx.ModelProto, form: QuantFormat = QuantFormat.QDQ, **options: Any
) -> onnx.ModelProto:
    """A model that onnxruntime quantizes after training."""
    with tempfile.TemporaryDirectory() as name, without_warnings():
        before, after = Path(name, "float.onnx"), Path(name, "int.onnx")
        onnx.save(model, before)
        samples = RandomSamples(model, 4)
        quantize_static(str(before), str(after), samples, quant_format=form, **options)
        return onnx.load(str(after))


def check_lowered(model: onnx.ModelProto, passes: str = TO_DESIGN, ulps: float = 0) -> ModuleOp:
    """Level 1 gives onnxruntime's numbers, and each pass keeps them; returns the last module.

    Results that onnxruntime scales itself may differ by some units in the last place.
    """
    inputs = list(random_inputs(model, 100).values())
    module = import_model(model)
    for mine, theirs in zip(run(module, inputs), run_onnxruntime(model, *inputs), strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine, theirs, rtol=ulps * 2.0**-23, atol=ulps * 2.0**-24)
    Pipeline.parse(passes, [CheckSemantics(inputs=inputs)]).apply(module)
    verify(module)
    return module
