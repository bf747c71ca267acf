"""Designs as OpenCL on the vendor's emulator, compared with the interpreter."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec

import numpy as np
import pytest
from qnn.backends.opencl import Emulation, emit
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import interpreter_of
from xdsl.dialects.builtin import ModuleOp

from .design import design_of
from .generate import Choices
from .hls import frames_for


@cache
def is_there() -> bool:
    """Whether the emulator can run."""
    try:
        return find_spec("pyopencl") is not None and bool(files("intel-opencl-rt"))
    except PackageNotFoundError:
        return False


needs_emulator = pytest.mark.skipif(not is_there(), reason="the emulator is not installed")


def assert_same(modules: Sequence[ModuleOp], choices: Choices, strict: bool = False) -> None:
    """Each design, over two or three frames, gives the numbers that the interpreter gives."""
    for module in modules:
        Pipeline.parse("size-fifos").apply(module)
        design = design_of(module)
        frames = frames_for(choices, design, choices.integer(2, 3))
        emulation = Emulation(emit(design, "design"), strict, 120)
        expected = interpreter_of(module).call_op(design, tuple(frames))
        for wanted, found in zip(expected, emulation.run(frames), strict=True):
            assert wanted.dtype == found.dtype
            np.testing.assert_array_equal(found, wanted, str(design))
