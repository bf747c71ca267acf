"""Designs as OpenCL on the vendor's emulator, compared with the interpreter."""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec

import numpy as np
import pytest
from qnn.backends.opencl import Emulation, emit
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import interpreter_of
from qnn.qdialect.qnn.constants import DataOp
from xdsl.dialects.builtin import ModuleOp, StringAttr, SymbolRefAttr

from .design import Design, design_of
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


DESIGNS_AT_ONCE = 6
"""Designs in one emulation, which takes a second to start, but whose waiting kernels all spin."""


def side_by_side(modules: Iterable[ModuleOp]) -> ModuleOp:
    """One design with the processes of several."""
    joined = Design()
    for number, module in enumerate(modules):
        design = design_of(module)
        for op in module.walk():
            for name, value in list(op.properties.items()):
                if isinstance(value, SymbolRefAttr):
                    op.properties[name] = SymbolRefAttr(f"{value.string_value()}_{number}")
                elif isinstance(value, StringAttr) and name in ("port", "sym_name"):
                    op.properties[name] = StringAttr(f"{value.data}_{number}")
        for op in list(design.processes):
            op.detach()
            joined.add(op)
        for op in list(module.ops):
            if isinstance(op, DataOp):
                op.detach()
                joined.module.body.block.add_op(op)
    return joined.finish()


def assert_same(modules: Sequence[ModuleOp], choices: Choices, bounded: bool = False) -> None:
    """Designs give the interpreter's numbers for two or three frames."""
    for module in modules:
        Pipeline.parse("size-fifos").apply(module)
    for start in range(0, len(modules), DESIGNS_AT_ONCE):
        module = side_by_side(modules[start : start + DESIGNS_AT_ONCE])
        design = design_of(module)
        frames = frames_for(choices, design, choices.integer(2, 3))
        emulation = Emulation(emit(design, "design"), bounded, 120)
        expected = interpreter_of(module).call_op(design, tuple(frames))
        for sink, wanted, found in zip(design.sinks, expected, emulation.run(frames), strict=True):
            assert wanted.dtype == found.dtype
            np.testing.assert_array_equal(found, wanted, f"{sink.port} of {design}")
