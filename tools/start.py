"""Where the commands start: with next to nothing imported, so that an interrupt ends them in
silence from the first moment on, as does a request to terminate."""

import _thread
import os
import signal
import sys
import time
from importlib import import_module
from types import FrameType
from typing import NoReturn

ENDING = signal.SIGINT, signal.SIGTERM
"""What ends a command, which cleans up before."""

SOON = 0.01
"""Seconds after which an interrupt that was lost comes again."""


def qnn() -> int:
    return _run("qnn")


def qnn_opt() -> int:
    return _run("qnn_opt")


def _run(module: str) -> int:
    """Runs the command of a module. Before, nothing is to clean up; after, nothing is to end.

    What is ignored, as interrupts are in the background of a shell, stays so.
    """
    heard = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, _end)
    main = import_module(f"{__package__}.{module}").main
    sys.unraisablehook = _lost
    try:
        for number in heard:
            signal.signal(number, _interrupt)
        status = main()
        return _status(_interrupts[0]) if _interrupts and status else status
    except BaseException:
        if not _interrupts:
            raise
        return _status(_interrupts[0])
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_IGN)


_interrupts: list[int] = []
"""Those that came: what is imported just then may turn one into an error of its own."""


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    _interrupts.append(number)
    if number == signal.SIGTERM and os.getpgrp() == os.getpid():
        _interrupt_others()
    signal.default_int_handler(number, frame)


def _lost(lost: "sys.UnraisableHookArgs") -> None:
    """An interrupt where Python can raise nothing, as in a callback of an import, comes again."""
    if isinstance(lost.exc_value, KeyboardInterrupt) and _interrupts:
        _thread.start_new_thread(_send_again, (_interrupts[-1],))
    else:
        sys.__unraisablehook__(lost)


def _send_again(number: int) -> None:
    time.sleep(SOON)
    os.kill(os.getpid(), number)


def _interrupt_others() -> None:
    """What this command started is interrupted as by a terminal, which tells the whole group."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.killpg(0, signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def _end(number: int, _: FrameType | None) -> None:
    os._exit(_status(number))


def _status(number: int) -> int:
    """The exit status of a command that a signal ended."""
    return 128 + number
