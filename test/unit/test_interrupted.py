"""Commands that are interrupted, killed, or run twice at the same time.

An output is the old or the new one, and complete. After SIGINT or SIGTERM, no process and no
temporary file is left.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import pytest
from qnn.tools.explore.points import Points
from qnn.tools.report.build import Build
from support.benchmarks import benchmark

NETWORK = Path(__file__).parents[2] / "examples" / "conv_bn.mlir"
START = """
import os, sys
from qnn.tools import start
load = start.import_module
start.import_module = lambda name: (os.write(2, b"!"), load(name))[1]
sys.exit(start.qnn())
"""
"""Prints `!` before its imports, because a signal that comes earlier interrupts Python itself."""

COMMANDS = {
    "import": "import net.onnx -o out.mlir",
    "run": f"run {NETWORK} --input x.npy -o y.npy",
    "run native": f"run {NETWORK} --input x.npy -o y.npy --engine native",
    "eval": f"eval {NETWORK} --images x.npy --labels labels.npy",
    "estimate": f"estimate {NETWORK} --device z7020 --trace trace.json",
    "explore": f"explore {NETWORK} --devices z7020,zu3eg -o fronts",
    "explore one rate": f"explore {NETWORK} --devices z7020,zu3eg --fps 1000 -o fronts",
    "compile": f"compile {NETWORK} --target hls --device z7020 -o build",
    "compile opencl": f"compile {NETWORK} --target opencl --device arria10-gx1150 -o build",
    "report": "report build -o page.html",
}
LARGE = 1 << 30
"""Bytes that no file of a command exceeds."""

WRITERS = [name for name in COMMANDS if " -o " in COMMANDS[name] and name != "explore"]
"""Commands that write files; to explore more than one rate takes longer."""

OUTPUTS = ("out.mlir", "y.npy", "trace.json", "page.html", "fronts/explore.json")
"""Files that are written as a whole."""

SLOW = pytest.mark.slow


@dataclass(frozen=True)
class Place:
    """The working directory of commands."""

    folder: Path
    commands: Path
    """A folder whose `qnn` starts at once, for tests that send no signal."""
    durations: dict[str, float] = field(default_factory=dict[str, float])
    """Seconds that commands take, by their names; each has run to its end once."""

    @property
    def environment(self) -> dict[str, str]:
        places = {"TMPDIR": str(self.folder / "tmp"), "XDG_CACHE_HOME": str(self.folder / "cache")}
        return {**os.environ, **places}

    def start(self, command: str) -> "subprocess.Popen[bytes]":
        """Starts a command in its own process group, and waits until its imports begin."""
        started = subprocess.Popen(
            [sys.executable, "-c", START, *command.split()],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert started.stderr is not None and started.stderr.read(1) == b"!"
        return started

    def fork(self, command: str, most: int) -> "subprocess.CompletedProcess[str]":
        """Runs a command that may write at most `most` bytes per file."""
        return subprocess.run(
            [self.commands / "qnn", *command.split()],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )

    def fail(self, command: str, most: int) -> str:
        """Returns the error of a command that may write at most `most` bytes per file."""
        done = self.fork(command, most)
        assert done.returncode == 1, done.stderr
        return done.stderr

    def run(self, command: str) -> float:
        """Runs a command to its end; returns its duration in seconds."""
        start, started = time.monotonic(), self.start(command)
        _, errors = started.communicate(timeout=120)
        assert started.returncode == 0, errors.decode()
        return time.monotonic() - start

    def duration(self, name: str) -> float:
        """How long a command takes; its output is there afterwards."""
        if name not in self.durations:
            self.durations[name] = self.run(COMMANDS[name])
        return self.durations[name]

    def files(self) -> set[str]:
        """All files and folders, except for those in the cache."""
        paths = (path.relative_to(self.folder) for path in self.folder.rglob("*"))
        return {str(path) for path in paths if path.parts[0] != "cache"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, commands: Path) -> Place:
    """A working directory with the inputs of all commands."""
    place = Place(tmp_path_factory.mktemp("interrupted"), commands)
    (place.folder / "tmp").mkdir()
    onnx.save(benchmark("fuzz.kinds.onnx").by_qonnx(), place.folder / "net.onnx")
    np.save(place.folder / "x.npy", np.zeros((4, 6, 6, 2), np.uint8))
    np.save(place.folder / "labels.npy", np.zeros(4, np.int64))
    build = place.fork(COMMANDS["compile"], LARGE)
    assert build.returncode == 0, build.stderr
    return place


def run_stopped(place: Place, command: str, how: signal.Signals, after: float) -> tuple[int, str]:
    """Sends a signal to a command and its processes; returns its status and its errors."""
    started = place.start(command)
    time.sleep(after)
    os.killpg(started.pid, how)
    _, errors = started.communicate(timeout=60)
    return started.returncode, errors.decode()


def has_ended(group: int) -> bool:
    """Whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


ENDS = {
    "interrupt": (signal.SIGINT, os.killpg),
    "kill": (signal.SIGTERM, os.kill),
    "timeout": (signal.SIGTERM, os.killpg),
}
"""Ctrl-C in a terminal, `kill` for the command alone, and `timeout` for its process group."""

QUICK_ENDS = (
    ("explore one rate", "interrupt"),
    ("explore one rate", "kill"),
    ("run native", "interrupt"),
    ("compile", "timeout"),
)
"""A command with workers, one with a compiler, and one that writes a folder."""


@pytest.mark.parametrize(
    ("name", "end", "times"),
    [
        *((name, end, 1) for name, end in QUICK_ENDS),
        *(pytest.param(name, end, 40, marks=SLOW) for name in COMMANDS for end in ENDS),
    ],
)
def test_an_interrupted_command_ends_silently(
    name: str, end: str, times: int, place: Place
) -> None:
    seconds, (how, send) = place.duration(name), ENDS[end]
    before = place.files()
    moments = random.Random(f"{name} {how} {times}")
    for moment in (0.0, *(moments.uniform(0, seconds) for _ in range(times))):
        started = place.start(COMMANDS[name])
        time.sleep(moment)
        send(started.pid, how)
        errors = started.communicate(timeout=60)[1].decode()
        status = started.returncode
        assert status in (0, 128 + how), f"{name} after {moment:.3f} s: {status} {errors}"
        assert "Traceback" not in errors and "Exception" not in errors, errors
        assert place.files() == before, f"{name} after {moment:.3f} s"
        for _ in range(100):
            if has_ended(started.pid):
                break
            time.sleep(0.05)
        assert has_ended(started.pid), f"{name} after {moment:.3f} s: a process is left"


LOST = """
import os, signal, sys, time
from types import SimpleNamespace
from qnn.tools import start

class Last:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

def main():
    Last()
    time.sleep(30)
    return 0

start.import_module = lambda name: SimpleNamespace(main=main)
sys.exit(start.qnn())
"""


def test_an_interrupt_is_never_lost() -> None:
    """Even where Python drops exceptions, as in a callback of an import."""
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, "")


def test_the_quickstart_ends_silently(tmp_path: Path) -> None:
    """Like the commands that it runs: the interrupt comes once the first one has installed its
    signal handlers."""
    pytest.importorskip("sklearn", reason="needs onnx and scikit-learn")
    command = tmp_path / "qnn"
    command.write_text(f"#!{sys.executable}{START}")
    command.chmod(0o755)
    started = subprocess.Popen(
        [sys.executable, NETWORK.with_name("quickstart.py"), tmp_path / "digits"],
        env={**os.environ, "PATH": os.pathsep.join([str(tmp_path), os.environ["PATH"]])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert started.stderr is not None and started.stderr.read(1) == b"!"
    os.killpg(started.pid, signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == -signal.SIGINT and errors == b"", errors.decode()


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("import", 1),
        ("compile", 1),
        *(pytest.param(name, 40, marks=SLOW) for name in COMMANDS),
    ],
)
def test_outputs_survive_a_kill(name: str, times: int, place: Place) -> None:
    """Killed at any moment, outputs are complete, old or new, and the next run succeeds."""
    seconds = place.duration(name)
    whole = contents(place)
    moments = random.Random(f"{name} {times}")
    for moment in (moments.uniform(0, seconds) for _ in range(times)):
        run_stopped(place, COMMANDS[name], signal.SIGKILL, moment)
        assert contents(place) == whole, f"{name} after {moment:.3f} s"
        if "build" in COMMANDS[name]:
            Build.read(place.folder / "build")
        if "explore" in name:
            Points(place.folder / "fronts" / "points.jsonl")
    assert place.fork(COMMANDS[name], LARGE).returncode == 0


def contents(place: Place) -> dict[str, bytes]:
    paths = (place.folder / name for name in OUTPUTS)
    return {path.name: path.read_bytes() for path in paths if path.exists()}


def run_in_parallel(place: Place, commands: Sequence[str]) -> list[tuple[int, str]]:
    """Runs commands at the same time."""
    started = [place.start(command) for command in commands]
    errors = [process.communicate(timeout=120)[1].decode() for process in started]
    return [(process.returncode, text) for process, text in zip(started, errors, strict=True)]


def test_two_builds_of_one_folder(place: Place) -> None:
    """All end, and the folder holds exactly one of them, complete."""
    before = set((place.folder / "build").glob(".qnn-*"))
    commands = [COMMANDS["compile"], COMMANDS["compile opencl"]]
    for status, errors in run_in_parallel(place, commands):
        assert "Traceback" not in errors
        assert status == 0 or len(errors.splitlines()[-1]) < 300
    folder = place.folder / "build"
    build = Build.read(folder)
    top = folder / ("top.cl" if build.description["target"] == "opencl" else "top.cpp")
    assert top.is_file() and len(build.parts[0].code) == len(build.parts[0].names)
    assert len(list(folder.glob("top.c*"))) == 1
    assert set(folder.glob(".qnn-*")) == before
    assert place.fork(COMMANDS["compile"], LARGE).returncode == 0


def test_two_explorations_of_one_folder(place: Place) -> None:
    (place.folder / "fronts" / "points.jsonl").unlink(missing_ok=True)
    for status, errors in run_in_parallel(place, [COMMANDS["explore one rate"]] * 2):
        assert status == 0, errors
    Points(place.folder / "fronts" / "points.jsonl")


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk(name: str, place: Place) -> None:
    assert place.fork(COMMANDS[name], LARGE).returncode == 0
    before, whole = place.files(), contents(place)
    errors = place.fail(COMMANDS[name], 64)
    assert "Traceback" not in errors and "too large" in errors.splitlines()[-1]
    assert place.files() == before and contents(place) == whole
    Build.read(place.folder / "build")


@pytest.mark.parametrize(
    "command", ["devices", "devices --json", f"estimate {NETWORK} --device z7020"]
)
def test_full_standard_output(command: str, commands: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [commands / "qnn", *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.endswith("qnn: standard output: no space left on device\n")


@pytest.mark.parametrize("name", WRITERS)
def test_an_output_below_a_file(name: str, place: Place) -> None:
    """Fails like a folder without write permission, and for root as well."""
    before = place.files()
    errors = place.fail(COMMANDS[name].replace(" -o ", " -o x.npy/"), LARGE)
    last = errors.splitlines()[-1]
    assert "not a directory" in last or "no such directory" in last
    assert place.files() == before
