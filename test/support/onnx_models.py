"""Small ONNX models for the importer, and the runtimes that give the reference results."""

from collections.abc import Mapping, Sequence
from typing import Any

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from qnn.frontends.onnx import import_model

from .oracles import Array
from .program import run_checked

IR_VERSION = 10
OPSETS = {"": 21, "com.microsoft": 1, "qonnx.custom_op.general": 2}


def value_info(name: str, array: Array, batch: int | None = None) -> onnx.ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(array.dtype)
    shape = array.shape if batch is None else (batch, *array.shape[1:])
    return helper.make_tensor_value_info(name, kind, shape)


def model_of(
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, Array],
    constants: Mapping[str, Array | onnx.TensorProto],
    outputs: Sequence[str],
    opset: int = 21,
    batch: int | None = None,
) -> onnx.ModelProto:
    """A model of these nodes; inputs are declared by the arrays that they will get."""
    tensors = [
        array if isinstance(array, TensorProto) else numpy_helper.from_array(array, name)
        for name, array in constants.items()
    ]
    graph = helper.make_graph(
        list(nodes),
        "test",
        [value_info(name, array, batch) for name, array in inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        tensors,
    )
    domains = {"": opset} | {d: OPSETS.get(d, 1) for n in nodes if (d := n.domain)}
    imports = [helper.make_opsetid(*entry) for entry in domains.items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION)


def one_node(
    op: str,
    x: Array,
    *constants: Array | onnx.TensorProto | None,
    outputs: int = 1,
    opset: int = 21,
    domain: str = "",
    **attributes: Any,
) -> onnx.ModelProto:
    """A model of one node, whose first input is the image and whose others are constants."""
    given = {f"c{k}": array for k, array in enumerate(constants) if array is not None}
    names = ["x", *("" if array is None else f"c{k}" for k, array in enumerate(constants))]
    results = [f"y{k}" for k in range(outputs)]
    node = helper.make_node(op, names, results, "the_node", domain=domain, **attributes)
    return model_of([node], {"x": x}, given, results, opset)


def run_onnxruntime(model: onnx.ModelProto, *inputs: Array) -> list[Array]:
    """Runs a model without graph optimisation."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [value.name for value in session.get_inputs()]
    return session.run(None, dict(zip(names, inputs, strict=True)))


def run_imported(model: onnx.ModelProto, *inputs: Array) -> list[Array]:
    """Imports a model and runs level 1; results are checked against their declared types."""
    module = import_model(model)
    module.verify()
    return run_checked(module, inputs)
