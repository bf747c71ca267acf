"""Blocks of code that SIGINT and SIGTERM do not interrupt."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Generator[None]:
    """Delays SIGINT and SIGTERM until a block ends that must not be interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting = list[int]()
    before = {
        number: signal.signal(number, lambda number, _: waiting.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in waiting[:1]:
            signal.raise_signal(number)
