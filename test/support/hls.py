"""Designs as HLS C++: several are compiled as one program and compared with the interpreter."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from qnn.backends.build_cache import user_cache
from qnn.backends.hls import HlsEngine, HlsSource, emit
from qnn.backends.hls.simulator import Simulation
from qnn.passes import Pipeline
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import interpreter_of
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.borders import PadOp
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.elements import AddOp
from qnn.qdialect.stream.flow import ForkOp
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import check_element, signed, unsigned
from xdsl.dialects.builtin import ModuleOp, StringAttr

from .design import Design, design_of
from .generate import Choices


def module_of(design: DesignOp) -> ModuleOp:
    module = design.parent_op()
    assert isinstance(module, ModuleOp)
    return module


def frames_for(choices: Choices, design: DesignOp, count: int) -> list[Array]:
    """Random frames for each source of a design."""
    return [
        choices.array(check_element(channel.element), (count, *channel.frame))
        for channel in (source.outputs[0] for source in design.sources)
    ]


@cache
def precompiled_headers(bounded: bool = False) -> Path:
    """The library's headers for unoptimized programs, which all tests and later runs share."""
    engine = HlsEngine(user_cache("hls"), bounded)
    return engine.headers(Simulation([], engine.cache, bounded, optimize=False))


def build_quickly(sources: Sequence[HlsSource], folder: Path, bounded: bool = False) -> Simulation:
    """A program without optimization: to compile it takes longer than to run it."""
    headers = precompiled_headers(bounded)
    return Simulation(sources, folder, bounded, optimize=False, headers=headers).build()


def assert_same(
    modules: Sequence[ModuleOp],
    choices: Choices,
    folder: Path,
    bounded: bool = False,
    **options: bool,
) -> None:
    """Each design gives the interpreter's numbers for two or three frames."""
    for module in modules:
        Pipeline.parse("size-fifos").apply(module)
    designs = [design_of(module) for module in modules]
    sources = [emit(design, f"d{n}", **options) for n, design in enumerate(designs)]
    frames = [frames_for(choices, design, choices.integer(2, 3)) for design in designs]
    simulation = build_quickly(sources, folder, bounded)
    for design, inputs, results in zip(designs, frames, simulation.run(frames, 60), strict=True):
        assert_results(design, inputs, results)


def assert_results(design: DesignOp, inputs: Sequence[Array], found: Sequence[Array]) -> None:
    """A design's results are the interpreter's."""
    expected = interpreter_of(module_of(design)).call_op(design, tuple(inputs))
    for wanted, result in zip(expected, found, strict=True):
        assert wanted.dtype == result.dtype
        np.testing.assert_array_equal(result, wanted, str(design))


BYTE = unsigned(8)
RNG = np.random.default_rng(7)

HOSTILE = [
    "",
    "while",
    "Frames",
    "3x3",
    '"; system("rm -rf /"); //',
    "a\nb",
    "*/ int evil; /*",
    "../../etc/passwd",
    "слой",
    "名前\u202e",
    "x" * 10_000,
    "x" * 10_001,
    "a/b",
    "a.b",
    "A_B",
    "__proto__",
    "\\",
    "??/",
    "${x}",
]
"""Names that would break a file, a script or a line of code."""


def layer(storage: Storage = Storage.BLOCK, name: str = "Conv_0") -> ModuleOp:
    design = Design()
    x = design.source(ChannelType((5, 4, 2), BYTE, 2))
    patches = design.add(WindowOp(x, [3, 3], lanes=2)).patches
    weights = design.data(np.random.default_rng(0).integers(-8, 8, (4, 18)), signed(4))
    output = ChannelType((3, 2, 4), signed(18), 2)
    matvec = MatvecOp(patches, output, weights, signed(18), storage=storage)
    matvec.layer = StringAttr(name)
    module = design.finish(design.add(matvec).output)
    Pipeline.parse("size-fifos").apply(module)
    return module


def residual() -> ModuleOp:
    """A window, and in parallel a channel for the pixels that the window buffers."""
    design = Design()
    x = design.source(ChannelType((4, 4, 1), unsigned(8), depth=2))
    fork = design.add(ForkOp(x))
    padded = design.add(PadOp(fork.copies[0], [1, 1, 1, 1])).output
    patches = design.add(WindowOp(padded, [3, 3])).patches
    weights = design.data(np.ones((1, 9), int), unsigned(1))
    wide = ChannelType((4, 4, 1), unsigned(12))
    summed = design.add(MatvecOp(patches, wide, weights, unsigned(12))).output
    total = ChannelType((4, 4, 1), unsigned(13))
    module = design.finish(design.add(AddOp(summed, fork.copies[1], total)).output)
    Pipeline.parse("size-fifos").apply(module)
    return module


def frames(count: int = 2) -> np.ndarray:
    return RNG.integers(0, 256, (count, 5, 4, 2), np.uint8)
