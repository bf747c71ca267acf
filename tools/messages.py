"""What commands say on standard error: a line for each message, and on a terminal, below them, one
line about what is being done, which comes and goes."""

import logging
import shutil
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

QUIET, USUAL, VERBOSE = logging.WARNING, logging.INFO, logging.DEBUG
"""What is told: mistakes only; what was done; what is being done, too."""

TICK = 1.0
WIDTH = 24


class Messages(logging.Handler):
    """Shows the messages of a command from a level on; a terminal sees what is being done, too."""

    def __init__(self, command: str, level: int):
        super().__init__()
        self.command = command
        self.told = level
        self.live = sys.stderr.isatty() and level < QUIET
        self.doing, self.since = "", 0.0
        self.stopped = threading.Event()
        if self.live:
            threading.Thread(target=self.tick, daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{self.command}: {record.getMessage()}"
        if record.levelno >= self.told:
            self.erase()
            print(line, file=sys.stderr, flush=True)
        if record.levelno == logging.DEBUG:
            share = getattr(record, "share", None)
            if share is None:
                self.since = time.monotonic()
            self.doing = line if share is None else f"{bar(share)} {line}"
        self.draw()

    def tick(self) -> None:
        """So that a line is never older than a second."""
        while not self.stopped.wait(TICK):
            self.acquire()
            self.draw()
            self.release()

    def draw(self) -> None:
        if self.live and self.doing and not self.stopped.is_set():
            seconds = int(time.monotonic() - self.since)
            columns = shutil.get_terminal_size().columns
            line = f"{self.doing} {seconds} s"[: columns - 1]
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    def erase(self) -> None:
        if self.live and self.doing:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        self.stopped.set()
        self.erase()
        super().close()


def bar(share: float) -> str:
    full = round(WIDTH * share)
    return f"[{'=' * full}{' ' * (WIDTH - full)}]"


@contextmanager
def telling(command: str, level: int) -> Generator[None]:
    """Shows what all of the compiler has to say."""
    messages, logger = Messages(command, level), logging.getLogger("qnn")
    logger.addHandler(messages)
    logger.setLevel(logging.DEBUG if messages.live else level)
    try:
        yield
    finally:
        logger.removeHandler(messages)
        messages.close()
