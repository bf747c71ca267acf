"""What the passes over designs have in common."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

from ..qdialect.stream import DesignOp


def designs_of(module: ModuleOp, step: str) -> list[DesignOp]:
    """The designs of a module, which has at least one for a pass to work on."""
    designs = [op for op in module.ops if isinstance(op, DesignOp)]
    if not designs:
        raise PassFailedException(f"{step}: there is no design: run stream-lower first")
    return designs
