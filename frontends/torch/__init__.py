"""Imports torch networks: exported programs, modules, and Brevitas modules."""

from .importer import import_module, import_program, import_pt2

__all__ = ["import_module", "import_program", "import_pt2"]
