"""A stage of a network as a shared library: compiled once, cached, and loaded.

The cache holds each library with its constants. A library with a damaged file is compiled again.
"""

import ctypes
import logging
import os
import shutil
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
from .. import build_cache
from ..programs import Commands
from .constants import KnownValues
from .emitter import emit
from .plan import plan_stage
from .processor import InstructionSet, best_instruction_set, processor_count
from .stages import Stage
from .tensors import VECTOR_BYTES, quant_type_of

LOG = logging.getLogger(__name__)

NATIVE_FOLDER = Path(__file__).parent
CXX_COMPILERS = "g++", "c++", "clang++"
CXX_OPTIONS = [
    *("-std=c++17", "-O3", "-shared", "-fPIC", "-pthread"),
    *("-fwrapv", "-ffp-contract=off", "-Wno-psabi", "-w"),
]
"""As in numpy, integers wrap and floats are rounded after each operation: without
-ffp-contract=off, a fused multiply-add would round once, and lines (`lines.py`) would no longer be
exact."""

SOURCE_FILE, LIBRARY_FILE, CONSTANTS_FILE = "network.cpp", "network.so", "constants.bin"


@dataclass(frozen=True)
class Options:
    """How a network is compiled and run."""

    folder: Path
    """The cache of compiled libraries."""
    instruction_set: InstructionSet
    threads: int
    min_shared_values: int = 1 << 20
    """Threads share a single image if its activations have at least this many values; for smaller
    networks, starting the threads would take longer than the image."""

    @staticmethod
    def default() -> "Options":
        """The fastest instruction set, all processors, and the user's cache folder."""
        cache = build_cache.user_cache("native")
        return Options(cache, best_instruction_set(), processor_count())


class NativeError(Exception):
    """A network cannot be compiled; the message gives the reason."""


def cxx_compiler() -> str:
    """The system's C++ compiler."""
    for name in CXX_COMPILERS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise NativeError("no C++ compiler found: install g++ or clang++")


class Library:
    """Computes the outputs of a stage from its inputs, for any number of images."""

    def __init__(self, stage: Stage, known: KnownValues, options: Options):
        level, folder = options.instruction_set, options.folder
        self.stage = stage
        self.threads = options.threads
        size = sum(prod(shape_of(value)) for op in stage.ops for value in op.results)
        self.threads_per_image = options.threads if size >= options.min_shared_values else 1
        self.lock = Lock()
        library = folder / build_cache.fingerprint(fingerprint_content(stage, known, level))
        try:
            self.library, self.constants = open_library(
                library, lambda new: compile_stage(stage, known, level, new)
            )
        except OSError as error:
            why = "it is a file" if folder.is_file() else error.strerror or error
            raise NativeError(f"cannot write compiled libraries to {folder}: {why}") from None
        self.library.qnn_arena_bytes.restype = ctypes.c_long
        self.library.qnn_step.restype = ctypes.c_char_p
        self.arena_bytes: int = self.library.qnn_arena_bytes()
        self.arenas = aligned_memory(self.arena_bytes * options.threads)

    def __call__(self, inputs: Sequence[Array]) -> list[Array]:
        """The outputs; all inputs hold the same number of images."""
        first = shape_of(self.stage.inputs[0])
        images = len(inputs[0]) // first[0] if first else 1
        given = [np.ascontiguousarray(array) for array in inputs]
        results = [empty_result(value, images) for value in self.stage.outputs]
        with self.lock:
            self.library.qnn_run(
                address(self.arenas),
                address(self.constants),
                addresses(given),
                addresses(results),
                ctypes.c_long(images),
                self.threads if images > 1 else self.threads_per_image,
            )
        return results

    def profile(self, inputs: Sequence[Array], repeat: int) -> dict[str, float]:
        """The seconds that one thread needs for each step of the first image."""
        results = [empty_result(value, 1) for value in self.stage.outputs]
        names: list[str] = []
        while (name := self.library.qnn_step(len(names))) is not None:
            names.append(name.decode())
        seconds = np.zeros(len(names))
        given = [np.ascontiguousarray(array) for array in inputs]
        with self.lock:
            self.library.qnn_profile(
                address(self.arenas),
                address(self.constants),
                addresses(given),
                addresses(results),
                repeat,
                address(seconds),
            )
        return dict(zip(names, (seconds / repeat).tolist(), strict=True))


def open_library(folder: Path, make: Callable[[Path], None]) -> tuple[ctypes.CDLL, Array]:
    """A library and its constants, compiled if the cache does not hold them."""
    build_cache.build_once(folder, make)
    return ctypes.CDLL(str(folder / LIBRARY_FILE)), map_file(folder / CONSTANTS_FILE)


def empty_result(value: SSAValue, images: int) -> Array:
    """Memory for a value of each image."""
    shape = shape_of(value)
    whole = (images * shape[0], *shape[1:]) if shape else shape
    return np.empty(whole, dtype_of(quant_type_of(value)))


def address(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def addresses(arrays: Sequence[Array]) -> "ctypes.Array[ctypes.c_void_p]":
    return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))


def aligned_memory(size: int) -> Array:
    """Memory that is aligned to vectors, with at least one vector after it."""
    memory = np.zeros(size + 2 * VECTOR_BYTES, np.uint8)
    return memory[-memory.ctypes.data % VECTOR_BYTES :]


def map_file(path: Path) -> Array:
    """The bytes of a file, mapped so that processes share them."""
    with path.open("rb") as file:
        return np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_READ), np.uint8)


def fingerprint_content(
    stage: Stage, known: KnownValues, level: InstructionSet
) -> Iterator[str | bytes]:
    """Everything that a compiled library depends on: ops and constants, the sources of the native
    engine, the C++ compiler and its options."""
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
    for path in sorted([*NATIVE_FOLDER.rglob("*.py"), *NATIVE_FOLDER.rglob("*.hpp")]):
        yield path.read_bytes()
    status = os.stat(cxx_compiler())
    yield " ".join([cxx_compiler(), str(status.st_size), str(status.st_mtime_ns), *CXX_OPTIONS])
    yield " ".join(level.flags)


def compile_stage(stage: Stage, known: KnownValues, level: InstructionSet, folder: Path) -> None:
    """Compiles a stage, and writes all files of its library to a folder."""
    plan = plan_stage(stage, known, level)
    (folder / SOURCE_FILE).write_text(emit(plan))
    (folder / CONSTANTS_FILE).write_bytes(plan.constants or bytes(1))
    options = [*CXX_OPTIONS, *level.flags, f"-I{NATIVE_FOLDER / 'include'}"]
    command = [cxx_compiler(), *options, SOURCE_FILE, "-o", LIBRARY_FILE]
    LOG.debug("compiling for this processor: %s", " ".join(command))
    with Commands(folder) as commands:
        done = commands.run(command, folder)
    if done.status:
        raise NativeError(f"{cxx_compiler()} cannot compile the network:\n{done.errors}")
