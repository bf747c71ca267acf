"""Clusters of workers: servers that are no schedulers, and workers that are stopped."""

from collections.abc import Callable
from socket import create_server
from threading import Thread
from typing import Any

import pytest
from qnn.tools import pools
from qnn.tools.errors import UserError
from qnn.tools.pools import SILENT_CHECKS, ClusterWatch, PoolLost, pool_at
from support.cluster import DASK


@DASK
@pytest.mark.parametrize(
    "greeting",
    [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.0 400 Bad Request\r\n\r\n", bytes(99)],
    ids=["silent", "ssh", "http", "zeros"],
)
@pytest.mark.parametrize("hangs_up", [False, True])
def test_a_server_that_is_no_scheduler(
    greeting: bytes,
    hangs_up: bool,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(pools, "CONNECT_SECONDS", 1)
    with create_server(("127.0.0.1", 0)) as server:
        connections: list[Any] = []

        def greet() -> None:
            while True:
                try:
                    connection = server.accept()[0]
                    connection.sendall(greeting)
                except OSError:
                    return
                if hangs_up:
                    connection.close()
                connections.append(connection)

        Thread(target=greet, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(UserError) as error, pool_at(address):
            pass
    message = str(error.value)
    assert message.startswith(f"the server at {address} does not answer as a Dask scheduler")
    for connection in connections:
        connection.close()
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")


class Cluster:
    """Stands for a client of Dask: a scheduler with workers, and a clock."""

    status = "running"

    def __init__(self, *workers: str):
        self.scheduler = self
        self.last_seen = dict.fromkeys(workers, 0.0)
        self.clock = 0.0

    def sync(self, call: Callable[..., Any], callback_timeout: float = 0, **given: Any) -> Any:
        return call(**given)

    def identity(self) -> dict[str, Any]:
        return {"workers": {a: {"last_seen": seen} for a, seen in self.last_seen.items()}}

    def unregister(self, address: str, stimulus_id: str) -> None:
        del self.last_seen[address]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster = Cluster("stopped", "busy")
    monkeypatch.setattr(pools, "monotonic", lambda: cluster.clock)
    return cluster


def test_only_a_stopped_worker_is_removed(cluster: Cluster) -> None:
    """A busy one finishes no task, but sends heartbeats, even if only now and then."""
    watch = ClusterWatch(cluster, "tcp://host:1")
    for second in range(1, 3 * SILENT_CHECKS):
        cluster.clock = second
        if second % (SILENT_CHECKS - 1) == 0:
            cluster.last_seen["busy"] = second
        watch()
        assert ("stopped" in cluster.last_seen) == (second <= SILENT_CHECKS)
    assert list(cluster.last_seen) == ["busy"]


def test_time_without_checks_is_no_silence(cluster: Cluster) -> None:
    """This process may be stopped for an hour, and then ask before the workers send heartbeats."""
    watch = ClusterWatch(cluster, "tcp://host:1")
    for second in (1, 2, 3600, 3601):
        cluster.clock = second
        watch()
    assert list(cluster.last_seen) == ["stopped", "busy"]


def test_all_workers_are_stopped(cluster: Cluster) -> None:
    watch = ClusterWatch(cluster, "tcp://host:1")
    with pytest.raises(PoolLost, match="the cluster at tcp://host:1 has no workers"):
        for second in range(1, 2 * SILENT_CHECKS):
            cluster.clock = second
            watch()
