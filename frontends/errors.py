"""The error that all importers raise."""

from ..qdialect.diagnostics import printable


class ImportFailure(Exception):
    """A model that cannot be imported; the message is one line: where, why, and what to do."""

    def __init__(self, message: str):
        super().__init__(printable(message))
