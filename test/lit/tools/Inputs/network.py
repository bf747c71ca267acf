"""Writes a tiny ONNX network, or one that can't be imported: `network.py KIND FILE`."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QUANT = {"domain": "qonnx.custom_op.general", "signed": 1, "narrow": 0}


def tiny() -> onnx.ModelProto:
    """A quantized convolution of images that the model does not quantize."""
    nodes = [
        helper.make_node("Quant", ["w", "half", "zero", "bits"], ["v"], "Quant_w", **QUANT),
        helper.make_node("Conv", ["image", "v"], ["sums"], "Conv_0", pads=[0, 0, 0, 1]),
        helper.make_node("Relu", ["sums"], ["relu"], "Relu_0"),
        helper.make_node("Quant", ["relu", "half", "zero", "bits"], ["y"], "Quant_0", **QUANT),
    ]
    constants = {
        "w": np.float32([1, -2, 3, -4, 0, 1, 2, -1]).reshape(2, 2, 1, 2) / 2,
        "half": np.float32(0.5),
        "zero": np.float32(0),
        "bits": np.float32(4),
    }
    return model(nodes, [numpy_helper.from_array(a, name) for name, a in constants.items()])


def strange() -> onnx.ModelProto:
    """An operator that nobody knows."""
    return model([helper.make_node("Zoom", ["image"], ["y"], "Zoom_7")])


def external(location: str) -> onnx.ModelProto:
    """A model whose constant lies in another file."""
    tensor = TensorProto(name="c", dims=[1], data_type=1, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return model([helper.make_node("Add", ["image", "c"], ["y"], "Add_0")], [tensor])


def model(
    nodes: list[onnx.NodeProto], constants: list[TensorProto] | None = None
) -> onnx.ModelProto:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 2, 3, 2])
    graph = helper.make_graph(nodes, "tiny", [image], [onnx.ValueInfoProto(name="y")], constants)
    imports = [helper.make_opsetid("", 13), helper.make_opsetid(QUANT["domain"], 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


KINDS = {
    "tiny": tiny,
    "strange": strange,
    "missing-data": lambda: external("weights.bin"),
    "data-outside": lambda: external("../weights.bin"),
}

if __name__ == "__main__":
    kind, path = sys.argv[1:]
    with open(path, "wb") as file:
        file.write(KINDS[kind]().SerializeToString())
