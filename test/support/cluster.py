"""A Dask cluster on this machine."""

import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

DASK = pytest.mark.skipif(find_spec("distributed") is None, reason="dask is not installed")

START_SECONDS = 120
"""Time for the cluster to start, and to end, on a machine with much other work."""

Process = subprocess.Popen[bytes]


@contextmanager
def cluster() -> Generator[tuple[str, Process, list[Process]]]:
    """The address of a cluster, its scheduler, and two workers that are not restarted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    commands = [["dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]]
    commands += [["dask_worker", address, "--nthreads", "1", "--no-nanny"]] * 2
    parts = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{name}", *rest, "--no-dashboard"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, *rest in commands
    ]
    try:
        distributed: Any = import_module("distributed")
        with distributed.Client(address, timeout=START_SECONDS, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=START_SECONDS)
        yield address, parts[0], parts[1:]
    finally:
        for part in reversed(parts):
            part.terminate()
            part.wait(START_SECONDS)
