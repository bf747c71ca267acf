"""Why a model can't be imported."""


class ImportFailure(Exception):
    """A model that can't be imported; the message names the node, and what would help."""
