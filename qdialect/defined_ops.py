"""The ops that modules define.

A dialect lists its modules, not its ops: a new op in one of them needs no other entry.
"""

from types import ModuleType
from typing import TypeVar

from xdsl.irdl import IRDLOperation

OpT = TypeVar("OpT", bound=IRDLOperation)


def ops_defined_in(base: type[OpT], *modules: ModuleType) -> tuple[type[OpT], ...]:
    """The ops with a common base class, module after module, in the order of their definitions.

    Base classes of ops have no name, and an op that a module imports belongs to another module.
    """
    return tuple(
        op
        for module in modules
        for op in vars(module).values()
        if isinstance(op, type)
        and issubclass(op, base)
        and op.__module__ == module.__name__
        and "name" in vars(op)
    )
