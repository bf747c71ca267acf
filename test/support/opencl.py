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
def has_emulator() -> bool:
    """Whether the emulator is installed."""
    try:
        return find_spec("pyopencl") is not None and bool(files("intel-opencl-rt"))
    except PackageNotFoundError:
        return False


needs_emulator = pytest.mark.skipif(not has_emulator(), reason="the emulator is not installed")


def assert_same(modules: Sequence[ModuleOp], choices: Choices, bounded: bool = False) -> None:
    """Each design gives the interpreter's numbers for two or three frames."""
    for module in modules:
        Pipeline.parse("size-fifos").apply(module)
        design = design_of(module)
        frames = frames_for(choices, design, choices.integer(2, 3))
        emulation = Emulation(emit(design, "design"), bounded, 120)
        expected = interpreter_of(module).call_op(design, tuple(frames))
        for wanted, found in zip(expected, emulation.run(frames), strict=True):
            assert wanted.dtype == found.dtype
            np.testing.assert_array_equal(found, wanted, str(design))
