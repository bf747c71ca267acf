"""Every process as OpenCL: on the vendor's emulator, it computes the same as the interpreter.

The designs are those of the tests of HLS C++, several in one emulation. Random layers are in the
slow suite.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from qnn.qdialect.dialects import new_context
from qnn.qdialect.stream import ChannelType
from qnn.qdialect.stream.elements import LabelSelectOp
from qnn.qdialect.stream.flow import RepackOp
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.text import parse_module
from qnn.qdialect.types import QuantType, unsigned
from support.design import Design
from support.generate import Choices
from support.opencl import assert_same, needs_emulator
from support.processes import one_process
from support.twins import LAYERS, scores
from unit.test_hls_processes import (
    FEW_PAIRS,
    KINDS,
    LARGE_KINDS,
    PAIRS,
    WIDTHS,
    chain,
    matrix_of,
    network,
    one_layer,
)
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.rewriter import Rewriter

pytestmark = needs_emulator

PROCESSES = Path(__file__).parents[1] / "lit" / "backends" / "processes.mlir"

Maker = Callable[[Choices], ModuleOp]
ALL_KINDS: list[Maker] = [
    *(lambda choices, layer=layer: one_layer(layer, choices) for layer in [*LAYERS, scores]),
    *KINDS,
    *LARGE_KINDS,
]


def test_processes_give_the_interpreters_numbers() -> None:
    choices = Choices.seeded(7)
    assert_same([make(choices) for make in [*KINDS, *LARGE_KINDS]], choices)


def test_all_kinds_in_one_design() -> None:
    """The design of test/lit/backends/processes.mlir."""
    module = parse_module(new_context(), PROCESSES.read_text())
    assert_same([module], Choices.seeded(9))


@pytest.mark.parametrize("bounded", [pytest.param(False, marks=pytest.mark.slow), True])
def test_chains_and_networks(bounded: bool) -> None:
    choices = Choices.seeded(8)
    assert_same([chain(choices), network(1 + bounded)], choices, bounded)


def regrouped_words() -> ModuleOp:
    """Words of two widths, of which neither divides the other."""
    design = Design()
    x = design.source(ChannelType((24,), unsigned(7), 4))
    return design.finish(design.add(RepackOp(x, 6, (24,))).output)


def tall_image() -> ModuleOp:
    """Many more lines than a window buffers."""
    design = Design()
    x = design.source(ChannelType((9, 4, 2), unsigned(8), 2))
    return design.finish(design.add(WindowOp(x, [3, 3], lanes=2)).patches)


def wide_patches() -> ModuleOp:
    """Three pieces of 192 bits in a word of a patch; neither number is a power of two."""
    design = Design()
    x = design.source(ChannelType((4, 5, 24), unsigned(8), 24))
    return design.finish(design.add(WindowOp(x, [3, 3], lanes=72)).patches)


def test_words_of_every_width() -> None:
    choices, modules = Choices.seeded(13), [regrouped_words(), tall_image(), wide_patches()]
    modules += [one_process(kind, choices) for kind in WIDTHS for _ in range(2)]
    assert_same(modules, choices)


def test_labels_of_equal_scores() -> None:
    """Many scores are equal; words have various numbers of scores and indices."""
    choices, design, labels = Choices.seeded(14), Design(), list[SSAValue]()
    for lanes, count, lanes_out, last in [
        (1, 3, 1, False),
        (2, 3, 3, True),
        (3, 2, 1, True),
        (3, 5, 5, False),
        (6, 1, 1, True),
        (6, 1, 1, False),
        (6, 12, 4, True),
    ]:
        scores = design.source(ChannelType((12,), unsigned(2), lanes))
        select = LabelSelectOp(scores, count, last)
        output = ChannelType((count,), unsigned(4), lanes_out)
        labels.append(Rewriter.replace_value_with_new_type(design.add(select).output, output))
    assert_same([design.finish(*labels)], choices)


@pytest.mark.parametrize(
    "pairs",
    [pytest.param(FEW_PAIRS, id="few"), pytest.param(PAIRS, id="all", marks=pytest.mark.slow)],
)
def test_pairs_of_types(pairs: list[tuple[QuantType, QuantType]]) -> None:
    choices = Choices.seeded(11)
    assert_same([matrix_of(*pair, choices) for pair in pairs], choices)


@pytest.mark.slow
@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_more_processes(seed: int, bounded: bool) -> None:
    choices = Choices.seeded(100 + seed)
    modules = [make(choices) for make in ALL_KINDS]
    modules += [one_process(kind, choices) for kind in WIDTHS for _ in range(6)]
    modules += [chain(choices) for _ in range(3)]
    assert_same(modules, choices, bounded)
