"""Model files as the exporting tools write them, for networks drawn at random.

onnxruntime quantizes float networks of torch; Brevitas exports modules that were quantized from
their first line. Everything that a user chooses (formats, widths, scales per channel) is drawn.
"""

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from .brevitas_networks import random_module
from .float_networks import random_network


@dataclass(frozen=True)
class Drawn:
    """A description of a drawn network, and the type of its input `x` unless it quantizes `x`."""

    description: str
    input_type: str | None = None


Writer = Callable[[int, Path], Drawn]
"""Writes the network of a seed into a file."""

MAX_IR_VERSION = 10
"""The newest IR version that every onnxruntime reads."""


class RandomImages(CalibrationDataReader):
    """Eight random images to calibrate with."""

    def __init__(self, name: str, shape: tuple[int, ...]):
        rng = np.random.default_rng(0)
        self.images = iter(
            [{name: rng.random(shape, np.float32)} for _ in range(8)],
        )

    def get_next(self) -> dict[str, Any]:
        return next(self.images, {}) or None  # type: ignore[return-value]


def write_onnxruntime(seed: int, file: Path) -> Drawn:
    """A float network of torch, quantized statically by onnxruntime."""
    choice = random.Random(seed)
    network, shape = random_network(seed)
    plain = file.with_suffix(".float.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.rand(shape),),
            str(plain),
            opset_version=choice.choice([13, 14, 17]),
            dynamo=False,
            input_names=["x"],
        )
    if choice.random() < 0.7:
        quant_pre_process(str(plain), str(plain))
    form = choice.choice([QuantFormat.QDQ, QuantFormat.QDQ, QuantFormat.QOperator])
    activations = choice.choice([QuantType.QUInt8, QuantType.QInt8])
    if form is QuantFormat.QOperator:
        activations = QuantType.QUInt8
    per_channel = choice.random() < 0.5
    symmetric = choice.random() < 0.3
    layers_only = choice.random() < 0.15
    quantize_static(
        str(plain),
        str(file),
        RandomImages("x", shape),
        quant_format=form,
        per_channel=per_channel,
        activation_type=activations,
        weight_type=QuantType.QInt8,
        # Its integer kernels add pairs of 8-bit products in 16 bits, which saturate (AVX2).
        reduce_range=form is QuantFormat.QOperator,
        op_types_to_quantize=["Conv", "Gemm", "MatMul"] if layers_only else None,
        extra_options={"ActivationSymmetric": symmetric},
    )
    lower_ir_version(file)
    words = f"{form} {activations}{' per channel' * per_channel}{' symmetric' * symmetric}"
    words += " layers only" * layers_only
    return Drawn(words)


def write_brevitas(seed: int, file: Path) -> Drawn:
    """A module of Brevitas, exported as QONNX or as QCDQ."""
    from brevitas.export import export_onnx_qcdq, export_qonnx

    choice = random.Random(seed)
    form = choice.choice(["qonnx", "qcdq"])
    drawn = random_module(seed, form)
    module = drawn.module.eval()
    image = torch.rand(drawn.shape)
    module(image)
    export = export_qonnx if form == "qonnx" else export_onnx_qcdq
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export(module, image, str(file), input_names=["x"], opset_version=13, dynamo=False)
    lower_ir_version(file)
    return Drawn(f"Brevitas {form}", drawn.input_type)


def lower_ir_version(file: Path) -> None:
    model = onnx.load(str(file))
    model.ir_version = min(model.ir_version, MAX_IR_VERSION)
    onnx.save(model, str(file))


WRITERS: dict[str, Writer] = {"onnxruntime": write_onnxruntime, "brevitas": write_brevitas}
