"""Why a model can't be imported."""

from ..qdialect.spelling import plain


class ImportFailure(Exception):
    """A model that can't be imported; the message names the node, and what would help, in a line."""

    def __init__(self, message: str):
        super().__init__(plain(message))
