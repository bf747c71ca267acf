"""The dialects that a module of ours may use, loaded when they are met."""

from collections.abc import Callable

from xdsl.context import Context
from xdsl.ir import Dialect


def _builtin() -> Dialect:
    from xdsl.dialects.builtin import Builtin

    return Builtin


def _func() -> Dialect:
    from xdsl.dialects.func import Func

    return Func


def _test() -> Dialect:
    from xdsl.dialects.test import Test

    return Test


def _qnn() -> Dialect:
    from .qnn import Qnn

    return Qnn


def _stream() -> Dialect:
    from .stream import Stream

    return Stream


PROJECT_DIALECTS: dict[str, Callable[[], Dialect]] = {"qnn": _qnn, "stream": _stream}
"""The dialects of this project."""

DIALECTS = {"builtin": _builtin, "func": _func, "test": _test, **PROJECT_DIALECTS}


def new_context() -> Context:
    """A context that knows these dialects."""
    context = Context()
    for name, load in DIALECTS.items():
        context.register_dialect(name, load)
    return context
