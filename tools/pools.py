"""Pools of workers: processes on this machine, or the workers of a Dask cluster."""

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
from socket import create_connection
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from .errors import UserError

CLUSTER_TIMEOUT = 10
"""Seconds for which a cluster may be unreachable, or have no workers."""


REACH_SECONDS = 10
"""Seconds within which a scheduler must accept a connection."""

RETRY_SECONDS = 0.2
"""Time between two attempts to reach a cluster, which may just start."""

SILENT_SECONDS = 60
"""Seconds after which a worker without a sign of life is given up; they give one per second."""

LOG = logging.getLogger(__name__)


class PoolLost(Exception):
    """All workers are gone."""


@dataclass(frozen=True)
class Pool:
    """Workers that run tasks."""

    executor: Executor
    share: Callable[[Any], Any]
    """Sends a value that many tasks need to the workers once; returns what tasks receive for it."""
    check: Callable[[], None]
    """Raises `PoolLost` if all workers are gone."""


@contextmanager
def pool_at(scheduler: str | None) -> Generator[Pool]:
    """The workers of a Dask cluster, or without an address a process per processor."""
    with _cluster(scheduler) if scheduler is not None else _processes() as pool:
        yield pool


@contextmanager
def _processes() -> Generator[Pool]:
    executor = ProcessPoolExecutor(_available_processors(), _Context(), _watch_parent)
    try:
        yield Pool(executor, lambda shared: shared, lambda: None)
    except BrokenExecutor:
        raise PoolLost("a worker process was killed, perhaps for lack of memory") from None
    finally:
        executor.shutdown(cancel_futures=True)


class _Process(SpawnProcess):
    """A worker process that ignores SIGINT, even while it starts: the command ends it."""

    def start(self) -> None:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class _Context(SpawnContext):
    Process = _Process


def _available_processors() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _watch_parent() -> None:
    """Ends a worker with the command, even if that is killed."""
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@contextmanager
def _cluster(scheduler: str) -> Generator[Pool]:
    """The workers of a Dask cluster."""
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
        _check_reachable(scheduler)
        _check_certificates(distributed, scheduler)
        client = distributed.Client(scheduler, timeout=CLUSTER_TIMEOUT, set_as_default=False)
    except (OSError, RuntimeError, TypeError) as error:
        raise UserError(f"no cluster answers at {scheduler}: {_one_line(error)}") from None
    sent: dict[Any, Any] = {}

    def share(value: Any) -> Any:
        if value not in sent:
            sent[value] = client.submit(_identity, value, pure=False)
        return sent[value]

    try:
        yield Pool(client.get_executor(pure=False), share, ClusterWatch(client, scheduler))
    except lost as error:
        why = f": {_one_line(error)}" if str(error) else ""
        raise PoolLost(f"the cluster at {scheduler} was lost{why}") from None
    finally:
        # the client may raise RuntimeError: it races with its own shutdown if the scheduler is gone
        with suppress(*lost, RuntimeError):
            client.close(timeout=1)


def _identity(value: Any) -> Any:
    """A shared value as a separate task: if its worker is lost, the scheduler runs it again."""
    return value


def silence(*packages: str) -> None:
    """Silences the logs of packages: they print tracebacks of errors that become one line here."""
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
        raise UserError(
            f"{scheduler!r} is not the address of a Dask scheduler, such as tcp://localhost:8786"
        )


def _check_reachable(scheduler: str) -> None:
    """Raises OSError if nothing listens; Dask's own error would take several times as long."""
    url, end = urlsplit(scheduler), monotonic() + REACH_SECONDS
    while True:
        try:
            return create_connection((url.hostname or "", url.port or 0), REACH_SECONDS).close()
        except OSError:
            if monotonic() > end:
                raise
            sleep(RETRY_SECONDS)


def _check_certificates(distributed: Any, scheduler: str) -> None:
    """Raises UserError for an encrypted connection for which Dask has no certificates."""
    arguments = distributed.Security().get_connection_args("client")
    if scheduler.startswith("tls:") and arguments.get("ssl_context") is None:
        raise UserError(
            f"{scheduler} needs certificates: set distributed.comm.tls in Dask's configuration"
        )


class ClusterWatch:
    """Checks at most once per second whether a cluster still has workers.

    A worker that the scheduler has not heard from for `SILENT_SECONDS` is stopped or out of reach.
    The scheduler then has to give its tasks to others, which by itself it would do after minutes.
    """

    def __init__(self, client: Any, scheduler: str):
        self.client = client
        self.scheduler = scheduler
        self.seen = self.looked = monotonic()
        self.heard: dict[str, tuple[float, float]] = {}
        """When the scheduler has last heard from a worker, and when this was noticed."""

    def __call__(self) -> None:
        now = monotonic()
        if now - self.looked < 1:
            return
        self.looked = now
        if self.client.status == "running" and self._remove_silent_workers():
            self.seen = now
        elif now - self.seen > CLUSTER_TIMEOUT:
            raise PoolLost(f"the cluster at {self.scheduler} has no workers")

    def _remove_silent_workers(self) -> int:
        """Removes workers that are silent; returns the number of the others.

        Silence is counted by this process, whose clock may differ from the scheduler's.
        """
        now, workers = monotonic(), self.client.scheduler_info()["workers"]
        for address, worker in workers.items():
            seen = worker["last_seen"]
            if self.heard.get(address, (None, now))[0] != seen:
                self.heard[address] = seen, now
            self.heard.setdefault(address, (seen, now))
        silent = [a for a in workers if now - self.heard[a][1] > SILENT_SECONDS]
        for address in silent:
            LOG.warning("the worker %s does not answer: others do its work", address)
            del self.heard[address]
            self.client.sync(
                self.client.scheduler.unregister, address=address, stimulus_id="silent-worker"
            )
        return len(workers) - len(silent)


def _one_line(error: BaseException) -> str:
    """The message of an error in one line."""
    return " ".join(str(error).split())
