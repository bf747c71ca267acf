"""Imports torch programs from files, which needs no torch, or from memory, which does.

module = import_module(network.eval(), torch.zeros(1, 3, 32, 32))
"""

from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module as import_module_named
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from onnx import ModelProto
from xdsl.dialects.builtin import ModuleOp

from ..errors import ImportFailure
from ..inputs import Inputs
from ..onnx.importer import Importer, import_model
from . import layout_operators, operators, quantizers
from .archive import READ_ERRORS, damaged_archive, read_archive
from .program import TorchProgram
from .qat import freeze_fake_quantizers
from .translation import Translation

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

__all__ = [
    "import_module",
    "import_program",
    "import_pt2",
    "layout_operators",
    "operators",
    "quantizers",
]


def import_pt2(path: str, inputs: Inputs | None = None) -> ModuleOp:
    """Imports a file written by `torch.export.save`, without running or unpickling its content."""
    program = read_archive(path, path)
    try:
        return _import(program, inputs)
    except READ_ERRORS as error:
        raise damaged_archive(path, error) from None


def import_program(program: "ExportedProgram", inputs: Inputs | None = None) -> ModuleOp:
    """Imports a program that `torch.export.export` returned."""
    import torch

    file = BytesIO()
    torch.export.save(program, file)
    return _import(read_archive(file, "the program"), inputs)


def import_module(
    module: "nn.Module",
    example: "Tensor | Sequence[Tensor]",
    inputs: Inputs | None = None,
) -> ModuleOp:
    """Imports a module in evaluation mode, for inputs like `example`.

    A module with Brevitas layers is imported through Brevitas' export to QONNX.
    """
    import torch

    if module.training:
        raise ImportFailure("the module is in training mode: call its method eval() first")
    args = (example,) if isinstance(example, torch.Tensor) else tuple(example)
    if any(type(part).__module__.startswith("brevitas.") for part in module.modules()):
        return import_model(_qonnx(module, args), inputs)
    try:
        program = torch.export.export(freeze_fake_quantizers(module), args)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise ImportFailure(f"torch can't export the module: {reason}") from error
    return import_program(program, inputs)


def _qonnx(module: "nn.Module", args: "tuple[Tensor, ...]") -> ModelProto:
    """A Brevitas module as QONNX."""
    try:
        export: Any = import_module_named("brevitas.export")
        with redirect_stdout(StringIO()):  # torch prints its progress
            return export.export_qonnx(module, args)
    except ImportError as error:
        raise ImportFailure(
            f"Brevitas can't export the module: {error}; pip install onnxscript onnxoptimizer"
        ) from None


def _import(program: TorchProgram, inputs: Inputs | None) -> ModuleOp:
    return Importer(Translation(program).graph(), inputs or {}).run()
