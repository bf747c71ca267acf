"""The entry points of the commands, which end silently on SIGINT and SIGTERM from the start.

Little is imported here, so that the signal handlers are in place as early as possible.
"""

import _thread
import os
import signal
import sys
import time
from importlib import import_module
from types import FrameType

TERMINATING_SIGNALS = signal.SIGINT, signal.SIGTERM
"""The signals that end a command after it has cleaned up."""

RESEND_SECONDS = 0.01
"""The delay after which a lost interrupt is sent again."""


def qnn() -> int:
    return _run("qnn")


def qnn_opt() -> int:
    return _run("qnn_opt")


def _run(module: str) -> int:
    """Runs the command of a module.

    A signal before the command starts ends the process directly, because there is nothing to clean
    up yet; a signal after the command is ignored. Signals that are ignored from the start, such as
    SIGINT in a background job of a shell, stay ignored.
    """
    _open_closed_streams()
    handled = [n for n in TERMINATING_SIGNALS if signal.getsignal(n) is not signal.SIG_IGN]
    for number in handled:
        signal.signal(number, _exit_at_once)
    main = import_module(f"{__package__}.{module}").main
    sys.unraisablehook = _resend_lost_interrupt
    try:
        for number in handled:
            signal.signal(number, _interrupt)
        status = main()
        return _status(_interrupts[0]) if _interrupts and status else status
    except BaseException:
        if not _interrupts:
            raise
        return _status(_interrupts[0])
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_IGN)
        _flush_output()


def _flush_output() -> None:
    """Writes the rest of standard output, such as the text of `--help`; nobody may read it."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed_streams() -> None:
    """Opens standard streams that the caller has closed, so that no other file takes their place.

    Like a closed one, such a stream cannot be read or written: that is an error of the command that
    does so. Messages to a closed standard error are lost.
    """
    modes = (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)
    for number, (name, mode) in enumerate(zip(("stdin", "stdout", "stderr"), modes, strict=True)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # the lowest free number, as all lower ones are open
            stream = open(number, "r" if number == 0 else "w", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)


_interrupts: list[int] = []
"""The signals so far. An import that a signal interrupts may raise another error instead."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    _interrupts.append(number)
    if number == signal.SIGTERM and os.getpgrp() == os.getpid():
        _interrupt_others()
    signal.default_int_handler(number, frame)


def _resend_lost_interrupt(lost: "sys.UnraisableHookArgs") -> None:
    """Resends an interrupt that came where Python cannot raise, as in a callback of an import."""
    if isinstance(lost.exc_value, KeyboardInterrupt) and _interrupts:
        _thread.start_new_thread(_send_again, (_interrupts[-1],))
    else:
        sys.__unraisablehook__(lost)


def _send_again(number: int) -> None:
    time.sleep(RESEND_SECONDS)
    os.kill(os.getpid(), number)


def _interrupt_others() -> None:
    """Interrupts the processes that this command started, as a terminal does with the group."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.killpg(0, signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def _exit_at_once(number: int, _: FrameType | None) -> None:
    os._exit(_status(number))


def _status(number: int) -> int:
    """The exit status of a command that a signal ended."""
    return 128 + number
