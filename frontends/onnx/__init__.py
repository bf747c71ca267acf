"""ONNX to IR: QONNX, QDQ and QOperator networks."""

from .importer import import_model, import_onnx

__all__ = ["import_model", "import_onnx"]
