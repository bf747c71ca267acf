"""Nodes whose inputs are all constants: they are computed with ONNX's own reference.

The reference takes long to import, so that is done for the first such node only. What a node would
make is measured before it is computed.
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
"""What numbers that make no sense may raise where no check foresaw them."""

MAX_FOLDED_ELEMENTS = 1 << 26
"""The most elements that a folded node may make."""

NEVER_FOLDED_OPS = (
    *("Conv", "ConvTranspose", "ConvInteger", "DeformConv", "MaxUnpool", "Col2Im"),
    *("If", "Loop", "Scan", "SequenceMap"),
)
"""What nobody computes from constants alone, and where onnx's shape inference may crash."""

MAX_INFERENCE_INPUT_ELEMENTS = 1024
"""Inputs of up to this many elements are shown to shape inference."""


class Evaluator(Protocol):
    """What is used of ONNX's reference, which has no types."""

    def run(self, output_names: None, feed_inputs: dict[str, Array]) -> Sequence[Array]: ...


def fold_node(node: Node, inputs: Sequence[Array | None], opset: int) -> list[Constant]:
    """The results of a node with these inputs; None stands for one that is left out."""
    if node.op in NEVER_FOLDED_OPS:
        raise node.fail("all its inputs are constants: it has nothing to do with the images")
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
    given = [(f"i{k}", array) for k, array in enumerate(inputs) if array is not None]
    values = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
        )
        for name, array in given
    ]
    results = [onnx.ValueInfoProto(name=f"o{k}") for k in range(len(node.outputs))]
    graph = helper.make_graph([proto], "fold", values, results)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def _plain(value: Attribute) -> Attribute | onnx.TensorProto:
    return numpy_helper.from_array(value.array) if isinstance(value, Constant) else value


def _check_sizes(node: Node, model: onnx.ModelProto, feeds: dict[str, Array]) -> None:
    """Refuses what would make too much: a few bytes can ask for terabytes."""
    with_inputs = onnx.ModelProto()
    with_inputs.CopyFrom(model)
    for name, array in feeds.items():
        if array.size <= MAX_INFERENCE_INPUT_ELEMENTS:
            with_inputs.graph.initializer.append(numpy_helper.from_array(array, name))
    inferred = onnx.shape_inference.infer_shapes(with_inputs, data_prop=True)
    for value in inferred.graph.output:
        count = prod(dim.dim_value for dim in value.type.tensor_type.shape.dim)
        if count > MAX_FOLDED_ELEMENTS:
            raise node.fail(f"it would make a constant of {count} elements")
