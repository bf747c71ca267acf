"""How much a command writes to standard error beside its result."""

import logging
from enum import IntEnum


class Verbosity(IntEnum):
    """The lowest level of log messages that are printed."""

    QUIET = logging.WARNING
    """Errors."""
    NORMAL = logging.INFO
    """Errors, and each step with its duration once it is done."""
    VERBOSE = logging.DEBUG
    """Errors, and each step when it starts and when it is done."""
