"""Why a model can't be imported."""

from ..qdialect.diagnostics import printable


class ImportFailure(Exception):
    """A model that can't be imported; the message, a line, names the node and what would help."""

    def __init__(self, message: str):
        super().__init__(printable(message))
