"""Messages of the commands on standard error.

Each message is one line. On a terminal, a progress line below them shows the current step and its
time; it is erased when the step is done.
"""

import contextlib
import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Generator

from xdsl.utils.exceptions import DiagnosticException

from ..qdialect.diagnostics import truncated
from ..qdialect.text import TextError
from .errors import UsageError, UserError
from .files import reason
from .verbosity import Verbosity

REFRESH_SECONDS = 1.0
"""How often the progress line is redrawn."""

BAR_WIDTH = 24
"""Characters of a progress bar."""


class MessagePrinter(logging.Handler):
    """Prints the messages of a command, and on a terminal a progress line below them."""

    def __init__(self, command: str, verbosity: Verbosity):
        super().__init__()
        self.command = command
        self.verbosity = verbosity
        self.live = sys.stderr.isatty() and verbosity < Verbosity.QUIET
        """Whether there is a progress line."""
        self.progress, self.step_start = "", 0.0
        self.stopped = threading.Event()
        if self.live:
            threading.Thread(target=self.refresh, daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{self.command}: {record.getMessage()}"
        if record.levelno >= self.verbosity:
            self.erase()
            print(line, file=sys.stderr, flush=True)
        if record.levelno == logging.DEBUG:
            share = getattr(record, "share", None)
            if share is None:
                self.step_start = time.monotonic()
            self.progress = line if share is None else f"{progress_bar(share)} {line}"
        self.draw()

    def refresh(self) -> None:
        """Redraws the progress line with its elapsed time, until the command ends."""
        while not self.stopped.wait(REFRESH_SECONDS):
            self.acquire()
            self.draw()
            self.release()

    def draw(self) -> None:
        if self.live and self.progress and not self.stopped.is_set():
            seconds = int(time.monotonic() - self.step_start)
            columns = shutil.get_terminal_size().columns
            line = f"{self.progress} {seconds} s"[: columns - 1]
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    def erase(self) -> None:
        if self.live and self.progress:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        self.stopped.set()
        self.erase()
        super().close()


def progress_bar(share: float) -> str:
    full = round(BAR_WIDTH * share)
    return f"[{'=' * full}{' ' * (BAR_WIDTH - full)}]"


@contextlib.contextmanager
def printed_messages(command: str, verbosity: Verbosity) -> Generator[None]:
    """Prints what the whole compiler logs at this verbosity."""
    messages, logger = MessagePrinter(command, verbosity), logging.getLogger("qnn")
    level = logger.level
    logger.addHandler(messages)
    logger.setLevel(Verbosity.VERBOSE if messages.live else verbosity)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(messages)
        messages.close()


def report_errors(
    command: str, run: Callable[[], None], verbosity: Verbosity = Verbosity.NORMAL
) -> int:
    """Runs a command and returns its exit status; each expected error is printed as one line."""
    try:
        with printed_messages(command, verbosity):
            run()
            sys.stdout.flush()
        return 0
    except TextError as error:
        # a compiler shows the source line as well
        text = str(error) if command == "qnn-opt" else f"{command}: {str(error).splitlines()[0]}"
        print(text, file=sys.stderr)
    except UsageError as error:
        print(f"{command}: {truncated(str(error))}", file=sys.stderr)
        return 2
    except (UserError, DiagnosticException) as error:
        print(f"{command}: {truncated(str(error))}", file=sys.stderr)
    except BrokenPipeError:
        _discard_output()
    except OSError as error:
        _discard_output()
        print(f"{command}: {reason(error.filename or 'standard output', error)}", file=sys.stderr)
    except MemoryError as error:
        print(f"{command}: not enough memory: {truncated(str(error))}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _discard_output() -> None:
    """Keeps Python from writing the rest of standard output at exit, which would fail again."""
    with contextlib.suppress(OSError), open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())
