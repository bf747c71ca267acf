"""Layers over a concat of several scales: exact, or within `max-error`, or refused."""

import logging
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import event, given, settings
from hypothesis import strategies as st
from qnn.backends.native import load
from qnn.frontends.onnx import import_model
from qnn.passes import Pipeline
from qnn.passes.fold_bn.fold_bn import FoldBnPass
from qnn.qdialect.interpreter import entry_of, run
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.constants import range_of
from qnn.qdialect.qnn.elementwise import ReluOp
from qnn.qdialect.qnn.layout import ConcatOp
from qnn.qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from qnn.qdialect.types import shape_of, signed, unsigned, value_range
from support.exported import exported, quantized
from support.networks import assert_integer
from support.oracles import Array
from torch import nn
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

KINDS = ("linear", "conv", "padded", "depthwise", "grouped", "transposed")


SCALES = ("any", "powers of 2", "equal")


def two_scales(rng: np.random.Generator, kind: str, scales: str, zeros: bool) -> ModuleOp:
    """A quantized layer over a concat of two or three tensors with scales of their own."""
    program = Program()

    def floats(values: object) -> SSAValue:
        return program.constant(np.asarray(values, np.float32), f32)

    def scale(size: object = None) -> Array:
        size = rng.integers(-5, 2, size)
        return 2.0**size * (1 if scales == "powers of 2" else rng.uniform(1, 2, np.shape(size)))

    bits = int(rng.integers(2, 9))
    element = signed(bits) if rng.random() < 0.5 else unsigned(bits)
    sizes = [int(size) * 2 for size in rng.integers(1, 4, rng.integers(2, 4))]
    image = () if kind == "linear" else (4, 3)
    parts, common = [], scale()
    for size in sizes:
        x = program.input(element, (1, *image, size))
        zero = None
        if zeros and rng.random() < 0.7:
            zero = program.constant(rng.integers(*value_range(element), endpoint=True), element)
        parts.append(
            program.add(
                DequantizeOp(x, floats(common if scales == "equal" else scale()), zero)
            ).output
        )
    concat = program.add(ConcatOp(parts)).output
    channels = sum(sizes)
    groups = {"depthwise": channels, "grouped": 2}.get(kind, 1)
    outputs = channels if kind == "depthwise" else 2 * int(rng.integers(1, 4))
    kernel = () if kind == "linear" else (2, 2)
    wide = signed(int(rng.integers(2, 9)))
    ints = rng.integers(*value_range(wide), (outputs, *kernel, channels // groups), endpoint=True)
    rows = outputs if rng.random() < 0.5 else None
    w_scale = scale(rows) * rng.choice([1.0, -1.0], rows)
    weight = program.constant(ints, wide)
    w = program.add(DequantizeOp(weight, floats(w_scale), None, 0)).output
    bias = floats(rng.integers(-8, 8, outputs) / 4) if rng.random() < 0.5 else None
    if kind == "linear":
        layer = program.add(LinearOp(concat, w, bias=bias)).output
    elif kind == "transposed":
        layer = program.add(ConvTranspose2dOp(concat, w, None, bias, (2, 2))).output
    else:
        pads = (1, 0, 1, 1) if kind == "padded" else (0,) * 4
        layer = program.add(Conv2dOp(concat, w, None, bias, pads=pads, groups=groups)).output
    if rng.random() < 0.5:
        layer = program.add(ReluOp(layer)).output
    spread = 2.0 ** rng.integers(-4, 6)
    q = program.add(QuantizeOp(layer, floats(scale() * spread), signed(int(rng.integers(3, 9)))))
    return program.finish(q.output)


def images(module: ModuleOp, rng: np.random.Generator) -> list[list[Array]]:
    """Random inputs, and the ends of the ranges: of each tensor, and drawn for each element."""
    inputs = entry_of(module).body.block.args
    ends = [range_of(value) for value in inputs]
    shapes = [(40, *shape_of(value)[1:]) for value in inputs]
    pairs = list(zip(ends, shapes, strict=True))
    found = [[rng.integers(*end, shape, endpoint=True) for end, shape in pairs]]
    found.append([rng.choice(end, shape) for end, shape in pairs])
    found += [
        [np.full((1, *shape[1:]), end) for end, shape in zip(corner, shapes, strict=True)]
        for corner in product(*ends)
    ]
    return found


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(KINDS),
    st.sampled_from(SCALES),
    st.booleans(),
    st.integers(0, 2),
)
def test_levels_are_within_the_error(
    seed: int, kind: str, scales: str, zeros: bool, max_error: int
) -> None:
    rng = np.random.default_rng(seed)
    module = two_scales(rng, kind, scales, zeros)
    folded = module.clone()
    try:
        FoldBnPass(max_error).apply(None, folded)  # pyright: ignore
    except PassFailedException:
        event("refused")
        return
    event(f"compiled {kind}, {scales} scales, max-error {max_error}")
    assert_integer(folded)
    for image in images(module, rng):
        wanted, found = (run(m, image)[0].astype(int) for m in (module, folded))
        assert np.abs(found - wanted).max() <= (max_error if scales == "any" else 0)


@pytest.mark.parametrize("scales", SCALES[1:])
def test_equal_scales_and_powers_of_two_compile_exactly(scales: str) -> None:
    for seed, kind in enumerate(KINDS[:5]):
        rng = np.random.default_rng(seed)
        module = two_scales(rng, kind, scales, zeros=True)
        folded = module.clone()
        FoldBnPass().apply(None, folded)  # pyright: ignore
        for image in images(module, rng):
            np.testing.assert_array_equal(run(module, image)[0], run(folded, image)[0], kind)


class UNet(nn.Module):
    """One level of a U-Net: the skip connection has another scale than the upsampled branch."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.down, self.middle = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 6, 3, padding=1)
        self.join, self.head = nn.Conv2d(10, 5, 3, padding=1), nn.Conv2d(10, 2, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        skip = torch.relu(self.down(x))
        inner = torch.relu(3 * self.middle(nn.functional.max_pool2d(skip, 2)))
        both = torch.cat([skip, nn.functional.interpolate(inner, scale_factor=2.0)], 1)
        return torch.relu(self.join(both)), self.head(both)


def unet() -> ModuleOp:
    """A U-Net that onnxruntime quantizes, without the quantizer behind its concat."""
    model = quantized(exported(UNet(), torch.zeros(1, 3, 8, 8)), nodes_to_exclude=["/Concat"])
    (concat,) = (node for node in model.graph.node if node.op_type == "Concat")
    made_by = {name: node for node in model.graph.node for name in node.output}
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            source = made_by.get(name)
            if source is not None and source.op_type == "DequantizeLinear":
                quantizer = made_by.get(source.input[0])
                if quantizer is not None and quantizer.input[0] == concat.output[0]:
                    node.input[index] = concat.output[0]
    return import_model(model)


def test_a_unet_of_onnxruntime_is_within_the_error(caplog: pytest.LogCaptureFixture) -> None:
    module = unet()
    image = np.random.default_rng(0).normal(size=(20, 3, 8, 8)).astype(np.float32)
    wanted = run(module, [image])
    with caplog.at_level(logging.WARNING, "qnn"):
        Pipeline.parse("fold-bn{max-error=1},minimize-accumulators").apply(module)
    assert "reads a concat of tensors without a common scale" in caplog.text
    found = run(module, [image])
    for exact, close in zip(wanted, found, strict=True):
        step = np.diff(np.unique(exact)).min()
        levels_off = np.rint(np.abs(close - exact) / step)
        assert levels_off.max() <= 1
        assert (levels_off == 0).mean() > 0.9
    design = module.clone()
    Pipeline.parse("stream-lower").apply(design)
    for results in (load(module).run([image]), run(design, [image])):
        for result, level_2 in zip(results, found, strict=True):
            np.testing.assert_array_equal(result, level_2)


def test_the_error_must_be_allowed() -> None:
    with pytest.raises(
        PassFailedException, match=r"have the scales .* or allow an error: --max-err"
    ):
        FoldBnPass().apply(None, unet())  # pyright: ignore
