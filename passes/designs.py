"""The designs of a module."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

from ..qdialect.stream import DesignOp


def designs_of(module: ModuleOp) -> list[DesignOp]:
    return [op for op in module.ops if isinstance(op, DesignOp)]


def designs_for(pass_name: str, module: ModuleOp) -> list[DesignOp]:
    """The designs for a pass to work on; an error if the module has none."""
    designs = designs_of(module)
    if not designs:
        raise PassFailedException(
            f"{pass_name}: this module contains no stream.design; run stream-lower first"
        )
    return designs
