"""Pools of workers: processes on this machine, or the workers of a Dask cluster."""

import asyncio
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

NO_WORKERS_SECONDS = 10
"""Seconds for which a cluster may be without workers."""

CONNECT_SECONDS = 10
"""Seconds within which a scheduler must accept a connection, and then answer."""

RETRY_SECONDS = 0.2
"""Time between two attempts to reach a cluster, which may just start."""

SILENT_CHECKS = 60
"""Checks without a new heartbeat after which a worker is removed; there is a check per second."""

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
        _check_scheduler(distributed, scheduler)
        client = distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
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
    url, end = urlsplit(scheduler), monotonic() + CONNECT_SECONDS
    while True:
        try:
            return create_connection((url.hostname or "", url.port or 0), CONNECT_SECONDS).close()
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


def _check_scheduler(distributed: Any, scheduler: str) -> None:
    """Raises UserError for a server of another kind; Dask's client would wait for it forever."""
    reason = ""
    try:
        if asyncio.run(_identity_at(distributed, scheduler))["type"] == "Scheduler":
            return
    except OSError as error:
        reason = _one_line(error)
    except Exception:
        # decoding the bytes of another protocol can raise anything: MemoryError, struct.error, ...
        pass
    why = f": {reason}" if reason else ""
    raise UserError(f"the server at {scheduler} does not answer as a Dask scheduler{why}")


async def _identity_at(distributed: Any, address: str) -> dict[str, Any]:
    """How the server at an address describes itself."""
    arguments = distributed.Security().get_connection_args("client")
    server = distributed.rpc(address, timeout=CONNECT_SECONDS, connection_args=arguments)
    try:
        return await asyncio.wait_for(server.identity(), CONNECT_SECONDS)
    finally:
        await server.close_rpc()


class ClusterWatch:
    """Checks at most once per second whether a cluster still has workers; removes silent ones.

    A busy worker still sends heartbeats, because its tasks run in threads of their own. A worker
    that is stopped or out of reach sends none. Once it is removed, the scheduler gives its tasks to
    others; by itself it would do so after minutes.
    """

    def __init__(self, client: Any, scheduler: str):
        self.client = client
        self.scheduler = scheduler
        self.seen = self.looked = monotonic()
        self.heard: dict[str, tuple[float, int]] = {}
        """The last heartbeat of each worker, and the number of checks since it was new."""

    def __call__(self) -> None:
        now = monotonic()
        if now - self.looked < 1:
            return
        self.looked = now
        if self.client.status == "running" and self._remove_silent_workers():
            self.seen = now
        elif now - self.seen > NO_WORKERS_SECONDS:
            raise PoolLost(f"the cluster at {self.scheduler} has no workers")

    def _remove_silent_workers(self) -> int:
        """Removes workers that are silent; returns the number of the others.

        Silence is counted in checks that the scheduler has answered, not in seconds: all workers
        would seem silent after this process or the scheduler was itself stopped for a while.
        """
        sync, scheduler = self.client.sync, self.client.scheduler
        workers = sync(scheduler.identity, callback_timeout=SILENT_CHECKS)["workers"]
        before, self.heard = self.heard, {}
        for address, worker in workers.items():
            last, checks = before.get(address, (None, 0))
            seen = worker["last_seen"]
            self.heard[address] = seen, checks + 1 if seen == last else 0
        silent = [a for a, (_, checks) in self.heard.items() if checks >= SILENT_CHECKS]
        for address in silent:
            LOG.warning("the worker %s does not answer: others do its work", address)
            sync(scheduler.unregister, address=address, stimulus_id="silent-worker")
        return len(workers) - len(silent)


def _one_line(error: BaseException) -> str:
    """The message of an error in one line."""
    return " ".join(str(error).split())
