"""Where work is done: on the processors of this machine, or on a Dask cluster."""

import logging
import os
import signal
from collections.abc import Callable, Generator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Thread
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from .files import UserError

ABSENT = 10
"""So many seconds a cluster may be away, or be without workers."""


class PoolLost(Exception):
    """Nobody does the work any more."""


@dataclass(frozen=True)
class Pool:
    """Workers."""

    executor: Executor
    carried: Callable[[Any], Any]
    """How what many tasks share gets to a worker."""
    check: Callable[[], None]
    """Raises if there are no workers any more."""


@contextmanager
def pool_at(scheduler: str | None) -> Generator[Pool]:
    """The workers of a cluster, or as many processes as there are processors."""
    with _cluster(scheduler) if scheduler is not None else _processes() as pool:
        yield pool


@contextmanager
def _processes() -> Generator[Pool]:
    executor = ProcessPoolExecutor(_processors(), _Context(), _start)
    try:
        yield Pool(executor, lambda shared: shared, lambda: None)
    except BrokenExecutor:
        raise PoolLost("a process that does the work was ended") from None
    finally:
        executor.shutdown(cancel_futures=True)


class _Process(SpawnProcess):
    """A worker that no interrupt reaches, not even while it starts."""

    def start(self) -> None:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class _Context(SpawnContext):
    Process = _Process


def _processors() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start() -> None:
    """A worker ends with the command however that ends."""
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@contextmanager
def _cluster(scheduler: str) -> Generator[Pool]:
    """The workers of a Dask cluster; each gets what tasks share once."""
    try:
        distributed: Any = import_module("distributed")
    except ModuleNotFoundError as error:
        raise UserError(
            f"--scheduler needs the package {error.name}: pip install 'qnn-dialect[dask]'"
        ) from None
    check_address(scheduler)
    silence("distributed", "tornado")
    lost = (OSError, ImportError, CancelledError, distributed.KilledWorker)
    try:
        client = distributed.Client(scheduler, timeout=ABSENT, set_as_default=False)
    except OSError as error:
        raise UserError(f"there is no cluster at {scheduler}: {_line(error)}") from None
    sent: dict[Any, Any] = {}

    def carried(shared: Any) -> Any:
        if shared not in sent:
            sent[shared] = client.submit(_given, shared, pure=False)
        return sent[shared]

    try:
        yield Pool(client.get_executor(pure=False), carried, Watch(client, scheduler))
    except lost as error:
        why = f": {_line(error)}" if str(error) else ""
        raise PoolLost(f"the cluster at {scheduler} went away{why}") from None
    finally:
        with suppress(*lost, RuntimeError):  # of a race in a client whose scheduler is gone
            client.close(timeout=1)


def _given(shared: Any) -> Any:
    """What tasks share, as a task: the scheduler has it done again where it is lost."""
    return shared


def silence(*packages: str) -> None:
    """Packages log tracebacks of what is told in one line here."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in packages:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def check_address(scheduler: str) -> None:
    try:
        url = urlsplit(scheduler)
        whole = url.scheme in ("tcp", "tls") and url.hostname and url.port
    except ValueError:
        whole = False
    if not whole:
        raise UserError(f"{scheduler!r} is no address of a scheduler, as tcp://localhost:8786 is")


class Watch:
    """Looks whether a cluster still has workers, once in a while."""

    def __init__(self, client: Any, scheduler: str):
        self.client = client
        self.scheduler = scheduler
        self.seen = self.looked = monotonic()

    def __call__(self) -> None:
        now = monotonic()
        if now - self.looked < 1:
            return
        self.looked = now
        if self.client.status == "running" and self.client.nthreads():
            self.seen = now
        elif now - self.seen > ABSENT:
            raise PoolLost(f"the cluster at {self.scheduler} has no workers")


def _line(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split())
