"""A part of a network as a library: compiled once, kept, and loaded.

A library is kept beside its constants, and beside the digests of both: a file that is not what was
written there is made again.
"""

import ctypes
import hashlib
import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.data import Array
from ...qdialect.types import dtype_of, shape_of
from .. import build_cache as kept
from .emitter import emit
from .plan import Planner
from .processor import Level, best_level, processors
from .stages import Stage
from .support import Known, quant_of
from .tensors import WORD

LOG = logging.getLogger(__name__)

HERE = Path(__file__).parent
COMPILERS = "g++", "c++", "clang++"
OPTIONS = [
    *("-std=c++17", "-O3", "-shared", "-fPIC", "-pthread"),
    *("-fwrapv", "-ffp-contract=off", "-Wno-psabi", "-w"),
]
"""Integers wrap, and floats are rounded after each operation, as numpy has it."""

SOURCE, LIBRARY, CONSTANTS, DIGESTS = "network.cpp", "network.so", "constants.bin", "digests"


@dataclass(frozen=True)
class Options:
    """How a network is compiled and run."""

    folder: Path
    """Where libraries are kept."""
    level: Level
    threads: int
    shared_from: int = 1 << 20
    """Threads share an image that is alone if it comes to so many numbers; they take a while to
    start."""

    @staticmethod
    def default() -> "Options":
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Options(Path(cache) / "qnn" / "native", best_level(), processors())


class NativeError(Exception):
    """A network that can't be compiled; the message says why."""


def compiler() -> str:
    """The system's C++ compiler."""
    for name in COMPILERS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise NativeError("there is no C++ compiler (g++, c++ or clang++)")


class Library:
    """Computes the outputs of a stage from its inputs, for any number of images."""

    def __init__(self, stage: Stage, known: Known, options: Options):
        level, folder = options.level, options.folder
        self.stage = stage
        self.threads = options.threads
        size = sum(prod(shape_of(value)) for op in stage.ops for value in op.results)
        self.sharing = options.threads if size >= options.shared_from else 1
        self.lock = Lock()
        made = folder / kept.fingerprint(content(stage, known, level))
        try:
            self.library, self.constants = opened(made, lambda new: build(stage, known, level, new))
        except OSError as error:
            why = "it is a file" if folder.is_file() else error.strerror or error
            raise NativeError(f"libraries can't be kept in {folder}: {why}") from None
        self.library.qnn_arena_bytes.restype = ctypes.c_long
        self.library.qnn_step.restype = ctypes.c_char_p
        self.image_bytes: int = self.library.qnn_arena_bytes()
        self.memory = aligned(self.image_bytes * options.threads)

    def __call__(self, inputs: Sequence[Array]) -> list[Array]:
        """The results, for arrays of as many images each."""
        first = shape_of(self.stage.inputs[0])
        images = len(inputs[0]) // first[0] if first else 1
        given = [np.ascontiguousarray(array) for array in inputs]
        results = [empty(value, images) for value in self.stage.outputs]
        with self.lock:
            self.library.qnn_run(
                address(self.memory),
                address(self.constants),
                addresses(given),
                addresses(results),
                ctypes.c_long(images),
                self.threads if images > 1 else self.sharing,
            )
        return results

    def profile(self, inputs: Sequence[Array], repeat: int) -> dict[str, float]:
        """Seconds that each step takes one thread for the first image."""
        results = [empty(value, 1) for value in self.stage.outputs]
        names: list[str] = []
        while (name := self.library.qnn_step(len(names))) is not None:
            names.append(name.decode())
        seconds = np.zeros(len(names))
        given = [np.ascontiguousarray(array) for array in inputs]
        with self.lock:
            self.library.qnn_profile(
                address(self.memory),
                address(self.constants),
                addresses(given),
                addresses(results),
                repeat,
                address(seconds),
            )
        return dict(zip(names, (seconds / repeat).tolist(), strict=True))


def opened(made: Path, make: Callable[[Path], None]) -> tuple[ctypes.CDLL, Array]:
    """A library and its constants; another process may take a damaged folder away meanwhile."""
    for last in (False, False, True):
        if made.is_file():
            made.unlink(missing_ok=True)
        elif made.exists() and not sound(made):
            shutil.rmtree(made, ignore_errors=True)
        try:
            if not made.exists():
                kept.build_once(made / DIGESTS, make)
            return ctypes.CDLL(str(made / LIBRARY)), mapped(made / CONSTANTS)
        except OSError:
            if last:
                raise
    raise AssertionError


def empty(value: SSAValue, images: int) -> Array:
    """Room for a value of each image."""
    shape = shape_of(value)
    whole = (images * shape[0], *shape[1:]) if shape else shape
    return np.empty(whole, dtype_of(quant_of(value)))


def address(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def addresses(arrays: Sequence[Array]) -> "ctypes.Array[ctypes.c_void_p]":
    return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))


def aligned(size: int) -> Array:
    """Bytes that start at a whole vector, and a vector behind them."""
    memory = np.zeros(size + 2 * WORD, np.uint8)
    return memory[-memory.ctypes.data % WORD :]


def mapped(path: Path) -> Array:
    """The bytes of a file, which processes share."""
    with path.open("rb") as file:
        return np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_READ), np.uint8)


def content(stage: Stage, known: Known, level: Level) -> Iterator[str | bytes]:
    """All that a library is made of: ops and constants, this package, and the compiler."""
    numbers: dict[SSAValue, int] = {}
    for value in stage.inputs:
        numbers[value] = len(numbers)
        yield str(value.type)
    for op in stage.ops:
        yield op.name
        for name, attribute in sorted(op.properties.items()):
            if name != "layer":
                yield f"{name} {attribute}"
        for value in op.operands:
            if value in known:
                yield f"{value.type}"
                yield np.ascontiguousarray(known[value]).tobytes()
            else:
                yield str(numbers[value])
        for value in op.results:
            numbers[value] = len(numbers)
            yield str(value.type)
    yield str([numbers[value] for value in stage.outputs])
    for path in sorted([*HERE.glob("*.py"), *HERE.rglob("*.hpp")]):
        yield path.read_bytes()
    status = os.stat(compiler())
    yield " ".join([compiler(), str(status.st_size), str(status.st_mtime_ns), *OPTIONS])
    yield " ".join(level.flags)


def build(stage: Stage, known: Known, level: Level, folder: Path) -> None:
    """Compiles a stage into a folder."""
    plan = Planner(stage.ops, stage.inputs, stage.outputs, known, level).plan()
    (folder / SOURCE).write_text(emit(plan))
    (folder / CONSTANTS).write_bytes(plan.constants or bytes(1))
    options = [*OPTIONS, *level.flags, f"-I{HERE / 'include'}"]
    command = [compiler(), *options, SOURCE, "-o", LIBRARY]
    LOG.debug("compiling for this processor: %s", " ".join(command))
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise NativeError(f"{compiler()} can't compile the network:\n{done.stderr}")
    (folder / DIGESTS).write_text(digests(folder))


def sound(folder: Path) -> bool:
    """Whether all that a library needs is there, as it was written."""
    try:
        return (folder / DIGESTS).read_text() == digests(folder)
    except (OSError, ValueError):
        return False


def digests(folder: Path) -> str:
    """What the files of a library come to."""
    return "\n".join(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (LIBRARY, CONSTANTS)
    )
