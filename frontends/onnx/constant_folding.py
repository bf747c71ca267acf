"""Folds nodes whose inputs are all constants, with ONNX's reference implementation.

The reference is slow to import, so the first such node imports it. The sizes of the results are
checked before they are computed.
"""

from collections.abc import Sequence
from math import prod
from typing import Protocol, cast
from warnings import catch_warnings, simplefilter

import numpy as np
import onnx
from onnx import helper, numpy_helper

from ...qdialect.data import Array
from .node import Attribute, Node
from .values import Constant

EVALUATION_ERRORS = (ArithmeticError, LookupError, MemoryError, TypeError, ValueError)
"""Exceptions that invalid numbers in a node may raise where no check has caught them."""

MAX_FOLDED_ELEMENTS = 1 << 26
"""The maximum number of elements in a result of a folded node."""

SLOW_OPS = (
    *("Resize", "Upsample", "GridSample", "RoiAlign", "AffineGrid", "LRN"),
    *("AveragePool", "MaxPool", "LpPool", "RNN", "GRU", "LSTM", "DFT", "STFT"),
)
"""Operators that the reference computes element by element in Python."""

MAX_SLOW_ELEMENTS = 1 << 16
"""The maximum number of elements in a result of such an operator: they take some seconds."""

NEVER_FOLDED_OPS = (
    *("Conv", "ConvTranspose", "ConvInteger", "DeformConv", "MaxUnpool", "Col2Im"),
    *("If", "Loop", "Scan", "SequenceMap"),
)
"""Operators that models do not compute from constants; onnx's shape inference may crash on them."""

MAX_INFERENCE_INPUT_ELEMENTS = 1024
"""Shape inference sees the values of inputs with at most this many elements."""


class Evaluator(Protocol):
    """The part of ONNX's untyped `ReferenceEvaluator` that is used here."""

    def run(self, output_names: None, feed_inputs: dict[str, Array]) -> Sequence[Array]: ...


def fold_node(node: Node, inputs: Sequence[Array | None], opset: int) -> list[Constant]:
    """Computes the results of a node from its inputs, of which None stands for an omitted one."""
    if node.op in NEVER_FOLDED_OPS:
        raise node.fail(
            "all its inputs are constants, which is not supported: simplify the model first"
        )
    from onnx.reference import ReferenceEvaluator

    model = _model_of(node, inputs, opset)
    feeds = {f"i{k}": array for k, array in enumerate(inputs) if array is not None}
    try:
        _check_sizes(node, model, feeds)
        with np.errstate(all="ignore"), catch_warnings():
            simplefilter("ignore")
            evaluator = cast(Evaluator, ReferenceEvaluator(model))
            results = evaluator.run(None, feeds)
    except (
        *EVALUATION_ERRORS,
        AttributeError,
        ImportError,
        RuntimeError,
        onnx.shape_inference.InferenceError,
    ) as error:
        reason = " ".join(str(error).split())[:200]
        raise node.fail(f"its constant result can't be computed: {reason}") from None
    return [Constant.of(np.asarray(result)) for result in results]


def _model_of(node: Node, inputs: Sequence[Array | None], opset: int) -> onnx.ModelProto:
    names = ["" if array is None else f"i{k}" for k, array in enumerate(inputs)]
    proto = helper.make_node(node.op, names, [f"o{k}" for k in range(len(node.outputs))])
    for name, value in node.attributes.items():
        proto.attribute.append(helper.make_attribute(name, _plain(value)))
    named_inputs = [(f"i{k}", array) for k, array in enumerate(inputs) if array is not None]
    values = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
        )
        for name, array in named_inputs
    ]
    results = [onnx.ValueInfoProto(name=f"o{k}") for k in range(len(node.outputs))]
    graph = helper.make_graph([proto], "fold", values, results)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def _plain(value: Attribute) -> Attribute | onnx.TensorProto:
    return numpy_helper.from_array(value.array) if isinstance(value, Constant) else value


def _check_sizes(node: Node, model: onnx.ModelProto, feeds: dict[str, Array]) -> None:
    """Raises if a result would be too large; a node of a few bytes can request terabytes."""
    with_inputs = onnx.ModelProto()
    with_inputs.CopyFrom(model)
    for name, array in feeds.items():
        if array.size <= MAX_INFERENCE_INPUT_ELEMENTS:
            with_inputs.graph.initializer.append(numpy_helper.from_array(array, name))
    most = MAX_SLOW_ELEMENTS if node.op in SLOW_OPS else MAX_FOLDED_ELEMENTS
    inferred = onnx.shape_inference.infer_shapes(with_inputs, data_prop=True)
    for value in inferred.graph.output:
        count = prod(dim.dim_value for dim in value.type.tensor_type.shape.dim)
        if count > most:
            raise node.fail(
                f"its constant result would have {count} elements: the maximum is {most}; fold it "
                "with onnxsim before the import"
            )
