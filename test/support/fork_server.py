"""Runs the project's commands without starting Python, which would take most of a test's time.

    python -m support.fork_server FOLDER

The server imports the commands once and writes a script for each to a folder. For each call of a
script, the server forks: the fork gets the arguments, folder, environment, standard streams and
resource limits of the caller, and the caller ends with its exit status. The fixture `commands` has
the folder.

Only the start differs from that of the installed commands, which other tests cover.
"""

import gc
import io
import json
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NoReturn

import lit
from qnn import tools

MAINS = {
    "qnn": ("qnn.tools.start", "qnn"),
    "qnn-opt": ("qnn.tools.start", "qnn_opt"),
    "filecheck": ("filecheck.main", "main"),
    "lit": ("lit.main", "main"),
}
"""The function of each command."""

LIMITS = resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE
"""The resource limits of the caller that hold for a fork as well."""

SCRIPT = """#!{python} -IS
import json, os, resource, socket, sys
if {{item for item in os.environ.items() if item[0].startswith("PYTHON")}} - {known}:
    os.execv({installed!r}, [{installed!r}, *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b"!"], [0, 1, 2])
    limits = {{number: resource.getrlimit(number) for number in {limits}}}
    call = [{installed!r}, *sys.argv[1:]], os.getcwd(), dict(os.environ), list(limits.items())
    server.sendall(json.dumps(call).encode())
    server.shutdown(socket.SHUT_WR)
    status = server.recv(1)
sys.exit(status[0] if status else "the command ended without a status")
"""
"""The script that calls the server. If a variable of Python itself differs from the server's, such
as PYTHONHASHSEED, the script runs the installed command instead. lit sets PYTHONPATH for its own
`diff`, and leaves it set for the commands after that: they are forked as well."""


def serve(folder: Path) -> NoReturn:
    """Answers calls until the process is killed; prints a line when it is ready."""
    mains = {name: getattr(import_module(module), main) for name, (module, main) in MAINS.items()}
    for module in iter_modules(tools.__path__, "qnn.tools."):
        import_module(module.name)
    import_module("qnn.frontends.onnx")
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
        server.listen(64)
        for name in mains:
            write_script(folder, name)
        print("ready", flush=True)
        while True:
            caller, _ = server.accept()
            if os.fork() == 0:
                server.close()
                answer(caller, mains)
            caller.close()


def write_script(folder: Path, name: str) -> None:
    script = folder / name
    known = {item for item in os.environ.items() if item[0].startswith("PYTHON")}
    known.add(("PYTHONPATH", str(Path(lit.__file__).parent)))
    installed = str(Path(sys.executable).with_name(name))
    address = str(folder / "socket")
    script.write_text(
        SCRIPT.format(
            python=sys.executable, known=known, installed=installed, address=address, limits=LIMITS
        )
    )
    script.chmod(0o755)


def answer(caller: socket.socket, mains: dict[str, Callable[[], int | None]]) -> NoReturn:
    """Runs the command that a script asks for, in this process."""
    _, streams, _, _ = socket.recv_fds(caller, 1, 3)
    with caller.makefile("rb") as received:
        sys.argv, folder, environment, limits = json.load(received)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout = text_stream(0, "rb"), text_stream(1, "wb")
    sys.stderr = text_stream(2, "wb", line_buffering=True, errors="backslashreplace")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for limit, bounds in limits:
        resource.setrlimit(limit, bounds)
    status = status_of(mains[Path(sys.argv[0]).name])
    caller.sendall(bytes([status & 255]))
    os._exit(0)


def text_stream(number: int, mode: str, **options: Any) -> io.TextIOWrapper:
    """A standard stream of this process, which is not closed with the object."""
    return io.TextIOWrapper(open(number, mode, closefd=False), **options)


def status_of(main: Callable[[], int | None]) -> int:
    """Runs a command to its end; returns the exit status that Python would give."""
    try:
        status = main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int | None) else 1
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status or 0


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
