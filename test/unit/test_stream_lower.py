"""`stream-lower`: a design computes the same elements as the integer network."""

import numpy as np
import pytest
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.passes.stream_lower.lowering import LOWERINGS
from qnn.qdialect.qnn import QnnOp
from qnn.qdialect.stream import DesignOp
from qnn.qdialect.types import element_of, is_quant
from support.design import design_of
from support.networks import trained_network
from support.program import read_module
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException


@pytest.mark.parametrize(
    ("seeds", "least"),
    [(range(100, 116), 12), pytest.param(range(116, 200), 64, marks=pytest.mark.slow)],
)
def test_random_networks_become_designs(seeds: range, least: int) -> None:
    lowered = 0
    for seed in seeds:
        module = trained_network(np.random.default_rng(seed))
        try:
            Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
        except PassFailedException:
            continue
        Pipeline.parse("stream-lower", [CheckSemantics(seed)]).apply(module)
        assert_lowered(module)
        lowered += 1
    assert lowered > least


def assert_lowered(module: ModuleOp) -> None:
    """No op that could be in the design is left on the host, except moves."""
    assert any(isinstance(op, DesignOp) for op in module.ops)
    for op in module.walk():
        if type(op) in LOWERINGS and not op.name.startswith(("qnn.reshape", "qnn.transpose")):
            assert isinstance(op, QnnOp)
            assert not all(is_quant(element_of(v)) for v in (*op.operands, *op.results)), op.name


def lowered(text: str) -> ModuleOp:
    module = read_module(text)
    Pipeline.parse("stream-lower", [CheckSemantics()]).apply(module)
    return module


def kinds(module: ModuleOp) -> list[str]:
    """The names of the processes of a design, in order."""
    design = design_of(module)
    names = [op.name.removeprefix("stream.") for op in design.processes]
    return [name for name in names if name not in ("source", "sink")]


CASES = {
    "a sum with a second reader keeps its own process": (
        """
  %w = qnn.constant [[1, -1], [1, 1]] : tensor<2x2x!qnn.bipolar>
  %y = qnn.linear %x, %w : (tensor<1x2xsi4>, tensor<2x2x!qnn.bipolar>) -> tensor<1x2xsi6>
  %t = qnn.constant [[0, 3]] : tensor<1x2xui2>
  %q = qnn.threshold %y, %t : (tensor<1x2xsi6>, tensor<1x2xui2>) -> tensor<1x2xui2>
  %r = qnn.add %y, %q : (tensor<1x2xsi6>, tensor<1x2xui2>) -> tensor<1x2xsi7>""",
        "tensor<1x2xsi4>",
        "tensor<1x2xsi7>",
        ["matvec", "fork", "threshold", "add"],
    ),
    "a sum with a second reader after a move keeps its own process": (
        """
  %w = qnn.constant [[1, -2], [3, 1]] : tensor<2x2xsi3>
  %t = qnn.constant [[-2, 0, 5], [0, 1, 7]] : tensor<2x3xsi6>
  %y = qnn.linear %x, %w : (tensor<1x2xsi4>, tensor<2x2xsi3>) -> tensor<1x2xsi6>
  %m = qnn.reshape %y : (tensor<1x2xsi6>) -> tensor<1x1x2xsi6>
  %q = qnn.threshold %m, %t : (tensor<1x1x2xsi6>, tensor<2x3xsi6>) -> tensor<1x1x2xui2>
  %b = qnn.reshape %q : (tensor<1x1x2xui2>) -> tensor<1x2xui2>
  %r = qnn.add %y, %b : (tensor<1x2xsi6>, tensor<1x2xui2>) -> tensor<1x2xsi7>""",
        "tensor<1x2xsi4>",
        "tensor<1x2xsi7>",
        ["matvec", "fork", "repack", "threshold", "repack", "add"],
    ),
    "a transpose before a linear layer permutes its weights": (
        """
  %a = qnn.max_pool %x kernel = [1, 1] : (tensor<1x2x3x2xsi4>) -> tensor<1x2x3x2xsi4>
  %b = qnn.transpose %a order = [0, 3, 1, 2] : (tensor<1x2x3x2xsi4>) -> tensor<1x2x2x3xsi4>
  %c = qnn.reshape %b : (tensor<1x2x2x3xsi4>) -> tensor<1x12xsi4>
  %w = qnn.constant [[1, 2, 3, 4, 5, 6, 7, -1, -2, -3, -4, -5]] : tensor<1x12xsi4>
  %r = qnn.linear %c, %w : (tensor<1x12xsi4>, tensor<1x12xsi4>) -> tensor<1x1xsi10>""",
        "tensor<1x2x3x2xsi4>",
        "tensor<1x1xsi10>",
        ["window", "pool", "repack", "matvec"],
    ),
    "a product becomes a multiplier of a sum": (
        """
  %m = qnn.constant 3 : tensor<ui2>
  %a = qnn.mul %x, %m : (tensor<1x4xsi4>, tensor<ui2>) -> tensor<1x4xsi6>
  %r = qnn.sub %x, %a : (tensor<1x4xsi4>, tensor<1x4xsi6>) -> tensor<1x4xsi7>""",
        "tensor<1x4xsi4>",
        "tensor<1x4xsi7>",
        ["fork", "add"],
    ),
    "constants are subtracted as an offset": (
        """
  %c = qnn.constant [[1, 2, 3, 4]] : tensor<1x4xui3>
  %r = qnn.sub %x, %c : (tensor<1x4xsi4>, tensor<1x4xui3>) -> tensor<1x4xsi6>""",
        "tensor<1x4xsi4>",
        "tensor<1x4xsi6>",
        ["offset"],
    ),
    "a grouped convolution is one matrix with zeros": (
        """
  %w = qnn.constant [[[[1, 2]]], [[[3, -1]]], [[[2, 2]]], [[[1, 1]]]] : tensor<4x1x1x2xsi4>
  %r = qnn.conv2d %x, %w groups = 2
    : (tensor<1x2x2x4xsi4>, tensor<4x1x1x2xsi4>) -> tensor<1x2x2x4xsi7>""",
        "tensor<1x2x2x4xsi4>",
        "tensor<1x2x2x4xsi7>",
        ["matvec"],
    ),
    "a transposed convolution is a convolution of a padded image": (
        """
  %w = qnn.constant [[[[1], [2], [3]], [[4], [5], [6]]]] : tensor<1x2x3x1xsi4>
  %r = qnn.conv_transpose2d %x, %w strides = [2, 1] pads = [0, 1, 0, 0] output_pads = [1, 0]
    : (tensor<1x2x2x1xsi4>, tensor<1x2x3x1xsi4>) -> tensor<1x5x3x1xsi9>""",
        "tensor<1x2x2x1xsi4>",
        "tensor<1x5x3x1xsi9>",
        ["pad", "window", "matvec"],
    ),
    "a split with an unused result becomes a crop": (
        """
  %a, %r = qnn.split %x sizes = [1, 3] axis = 1
    : (tensor<1x4xsi4>) -> (tensor<1x1xsi4>, tensor<1x3xsi4>)""",
        "tensor<1x4xsi4>",
        "tensor<1x3xsi4>",
        ["crop"],
    ),
    "concat and split along rows and columns": (
        """
  %a, %b = qnn.split %x sizes = [1, 3] axis = 1
    : (tensor<1x4x2x2xsi4>) -> (tensor<1x1x2x2xsi4>, tensor<1x3x2x2xsi4>)
  %c = qnn.concat %b, %a axis = -3
    : (tensor<1x3x2x2xsi4>, tensor<1x1x2x2xsi4>) -> tensor<1x4x2x2xsi4>
  %r = qnn.concat %c, %x axis = 2
    : (tensor<1x4x2x2xsi4>, tensor<1x4x2x2xsi4>) -> tensor<1x4x4x2xsi4>""",
        "tensor<1x4x2x2xsi4>",
        "tensor<1x4x4x2xsi4>",
        ["fork", "split", "concat", "concat"],
    ),
    "constants of a concat are a pad and an offset": (
        """
  %k = qnn.constant [[[[1], [-1]], [[1], [1]]]] : tensor<1x2x2x1x!qnn.bipolar>
  %c = qnn.concat %k, %x, %x axis = 3 : (tensor<1x2x2x1x!qnn.bipolar>,
    tensor<1x2x2x2x!qnn.bipolar>, tensor<1x2x2x2x!qnn.bipolar>) -> tensor<1x2x2x5x!qnn.bipolar>
  %r = qnn.concat %c, %k axis = 3 : (tensor<1x2x2x5x!qnn.bipolar>,
    tensor<1x2x2x1x!qnn.bipolar>) -> tensor<1x2x2x6x!qnn.bipolar>""",
        "tensor<1x2x2x2x!qnn.bipolar>",
        "tensor<1x2x2x6x!qnn.bipolar>",
        [
            "fork",
            "repack",
            "pad",
            "repack",
            "concat",
            "offset",
            "lookup",
            "repack",
            "pad",
            "repack",
            "offset",
            "lookup",
        ],
    ),
    "pads of channels and of vectors": (
        """
  %a = qnn.pad %x low = [0, 1, 0, 2] high = [0, 0, 0, 4] value = 3
    : (tensor<1x2x2x2xsi4>) -> tensor<1x3x2x8xsi4>
  %b = qnn.reshape %a : (tensor<1x3x2x8xsi4>) -> tensor<1x48xsi4>
  %r = qnn.pad %b low = [0, 1] high = [0, 1] : (tensor<1x48xsi4>) -> tensor<1x50xsi4>""",
        "tensor<1x2x2x2xsi4>",
        "tensor<1x50xsi4>",
        ["repack", "pad", "repack"] * 2 + ["repack", "repack", "pad", "repack"],
    ),
    "channels and vectors are repeated": (
        """
  %a = qnn.relu %x : (tensor<1x2x2xsi4>) -> tensor<1x2x2xui3>
  %b = qnn.resize %a scales = [1, 2, 3] : (tensor<1x2x2xui3>) -> tensor<1x4x6xui3>
  %r = qnn.relu %b : (tensor<1x4x6xui3>) -> tensor<1x4x6xui3>""",
        "tensor<1x2x2xsi4>",
        "tensor<1x4x6xui3>",
        ["lookup", *["repack", "upsample", "repack"] * 2, "lookup"],
    ),
    "functions of few values become tables": (
        """
  %a = qnn.relu %x : (tensor<1x4xsi4>) -> tensor<1x4xui3>
  %r = qnn.trunc %a shift = 1 rounding = ceil : (tensor<1x4xui3>) -> tensor<1x4xui2>""",
        "tensor<1x4xsi4>",
        "tensor<1x4xui2>",
        ["lookup", "lookup"],
    ),
    "the index of the largest score": (
        "\n  %r = qnn.arg_max %x axis = 1 : (tensor<1x4xsi4>) -> tensor<1xui3>",
        "tensor<1x4xsi4>",
        "tensor<1xui3>",
        ["label_select"],
    ),
    "codebook weights": (
        """
  %i = qnn.constant [[0, 3, 2, 1]] : tensor<1x4xui2>
  %t = qnn.constant [-7, -1, 2, 5] : tensor<4xsi4>
  %w = qnn.lookup %i, %t : (tensor<1x4xui2>, tensor<4xsi4>) -> tensor<1x4xsi4>
  %r = qnn.linear %x, %w : (tensor<1x4xsi4>, tensor<1x4xsi4>) -> tensor<1x1xsi8>""",
        "tensor<1x4xsi4>",
        "tensor<1x1xsi8>",
        ["matvec"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_processes(name: str) -> None:
    body, x, r, processes = CASES[name]
    text = f"func.func @main(%x: {x}) -> {r} {{{body}\n  func.return %r : {r}\n}}"
    assert kinds(lowered(text)) == processes


REFUSALS = {
    "floats between integers": (
        """
  %s = qnn.constant 0.5 : tensor<f32>
  %a = qnn.relu %x : (tensor<1x4xsi4>) -> tensor<1x4xsi4>
  %b = qnn.dequantize %a, %s : (tensor<1x4xsi4>, tensor<f32>) -> tensor<1x4xf32>
  %c = qnn.quantize %b, %s {layer = "Quant_1"} : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xsi4>
  %r = qnn.relu %c : (tensor<1x4xsi4>) -> tensor<1x4xsi4>""",
        "qnn.dequantize: it computes with floats between integer ops; run fold-bn first",
    ),
    "no op on integers": (
        "\n  %r = qnn.reshape %x : (tensor<1x4xsi4>) -> tensor<1x4xsi4>",
        "no op computes with integers; run fold-bn first",
    ),
    "a concat of images": (
        """
  %a = qnn.concat %x, %x axis = 0 : (tensor<1x4xsi4>, tensor<1x4xsi4>) -> tensor<2x4xsi4>
  %b, %r = qnn.split %a sizes = [1, 1] axis = 0
    : (tensor<2x4xsi4>) -> (tensor<1x4xsi4>, tensor<1x4xsi4>)""",
        "qnn.concat: its axis 0 is the batch; only the axes of one image can be concatenated",
    ),
}


def test_a_tensor_is_squared_by_one_process() -> None:
    body = "%r = qnn.mul %x, %x : (tensor<1x4xsi4>, tensor<1x4xsi4>) -> tensor<1x4xsi8>"
    head = "func.func @main(%x: tensor<1x4xsi4>) -> tensor<1x4xsi8>"
    text = f"{head} {{\n  {body}\n  func.return %r : tensor<1x4xsi8>\n}}"
    assert "stream.mul" in str(lowered(text))


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    body, message = REFUSALS[name]
    result = "tensor<1x4xsi4>"
    head = f"func.func @main(%x: tensor<1x4xsi4>) -> {result}"
    text = f"{head} {{{body}\n  func.return %r : {result}\n}}"
    with pytest.raises(PassFailedException, match=f"stream-lower: .*{message}"):
        lowered(text)
