"""Every process as HLS C++: emitted, compiled and run, it gives the interpreter's numbers."""

from collections.abc import Callable
from math import prod
from pathlib import Path

import pytest
from support.generate import Choices
from support.hls import assert_same
from unit.test_stream_meaning import LAYERS, Both, Twin, labels, scores
from qnn.qdialect.types import shape_of
from xdsl.dialects.builtin import ModuleOp

DESIGNS = 4
"""Random designs of each kind, compiled at once."""


def one_layer(layer: Callable[[Twin, Both], Both], choices: Choices) -> ModuleOp:
    twin = Twin(choices)
    return twin.design.finish(layer(twin, twin.image())[1])


@pytest.mark.parametrize("layer", [*LAYERS, scores], ids=lambda layer: layer.__name__)
def test_a_process_is_its_hardware(layer: Callable[[Twin, Both], Both], tmp_path: Path) -> None:
    choices = Choices.seeded(7)
    assert_same([one_layer(layer, choices) for _ in range(DESIGNS)], choices, tmp_path)
