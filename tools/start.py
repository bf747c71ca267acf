"""Where the commands start: with next to nothing imported, so that an interrupt ends them in
silence from the first moment on."""

import os
import signal
from importlib import import_module
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
"""The exit status of a command that was interrupted."""


def qnn() -> int:
    return _run("qnn")


def qnn_opt() -> int:
    return _run("qnn_opt")


def _run(module: str) -> int:
    """Runs the command of a module. Before, nothing is to clean up; after, nothing is to end."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell
        return import_module(f"{__package__}.{module}").main()
    signal.signal(signal.SIGINT, _end)
    main = import_module(f"{__package__}.{module}").main
    try:
        signal.signal(signal.SIGINT, _interrupt)
        return main()
    except BaseException:
        if not _interrupts:
            raise
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


_interrupts: list[int] = []
"""Those that came: what is imported just then may turn one into an error of its own."""


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    _interrupts.append(number)
    signal.default_int_handler(number, frame)


def _end(_: int, __: FrameType | None) -> None:
    os._exit(INTERRUPTED)
