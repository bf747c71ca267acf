"""The native engine of `qnn run` and `qnn eval`."""

from xdsl.dialects.builtin import ModuleOp

from ..engine import Engine
from .network import load


def native_engine(module: ModuleOp) -> Engine:
    """The native engine for a network.

    Without a C++ compiler, the reference engine replaces it; the name of the result shows that.
    """
    network = load(module)
    return Engine("native" if network.native else "reference", network.run)
