"""ONNX to IR: QONNX, QDQ and QOperator networks."""

from ..inputs import InputType
from .importer import import_model, import_onnx

__all__ = ["InputType", "import_model", "import_onnx"]
