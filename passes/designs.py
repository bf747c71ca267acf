"""The designs of a module."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

from ..qdialect.stream import DesignOp


def designs_of(module: ModuleOp) -> list[DesignOp]:
    return [op for op in module.ops if isinstance(op, DesignOp)]


def designs_for(step: str, module: ModuleOp) -> list[DesignOp]:
    """The designs of a module, which has at least one for a pass to work on."""
    designs = designs_of(module)
    if not designs:
        raise PassFailedException(f"{step}: there is no design: run stream-lower first")
    return designs
