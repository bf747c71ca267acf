"""The dialects that a module may use; each is imported when the parser first meets it."""

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
"""The dialects that this project defines."""

DIALECTS = {"builtin": _builtin, "func": _func, "test": _test, **PROJECT_DIALECTS}


def new_context() -> Context:
    """A context with all of these dialects registered."""
    context = Context()
    for name, load in DIALECTS.items():
        context.register_dialect(name, load)
    return context
