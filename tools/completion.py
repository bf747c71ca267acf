"""`qnn completion`: a script with which a shell completes commands and options."""

from importlib import import_module

from .command_line import command_line
from .commands.completion import CompletionOptions
from .errors import UserError


def completion_command(options: CompletionOptions) -> None:
    try:
        shtab = import_module("shtab")
    except ModuleNotFoundError:
        raise UserError(
            "qnn completion needs the package shtab: pip install 'qnn-dialect[completion]'"
        ) from None
    print(shtab.complete(command_line(), options.shell))
