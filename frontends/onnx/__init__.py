"""ONNX to IR: QONNX, QDQ and QOperator networks."""

from .importer import InputType, import_model, import_onnx

__all__ = ["InputType", "import_model", "import_onnx"]
