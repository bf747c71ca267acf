"""Folding files, in JSON, for a design with two layers."""

import random
from typing import Any

from qnn.passes.tile.folding_file import read_folding
from qnn.passes.tile.goal import Goal
from qnn.passes.tile.layer_folding import FoldingError
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.dialects import new_context
from qnn.qdialect.stream import DesignOp
from qnn.qdialect.text import parse_module, verify

from ..kind import Kind, outcome_of
from ..values import damaged_json

DESIGN = """
!x = !stream.channel<8xui2>
!y = !stream.channel<4xsi6>
!z = !stream.channel<6xsi12>
stream.design @main {
  %x = stream.source "x" : !x
  %y = stream.matvec %x weights(@w) accumulator = si6 {layer = "Gemm_0"} : (!x) -> !y
  %z = stream.matvec %y weights(@v) accumulator = si12 {layer = "Gemm_1"} : (!y) -> !z
  stream.sink "z" %z : !z
}
qnn.data @w "0xa53c96f0" : tensor<4x8x!qnn.bipolar>
qnn.data @v "0xa53c96" : tensor<6x4x!qnn.bipolar>
"""

FOLDINGS: list[Any] = [
    {"Gemm_0": {"pe": 2, "simd": 4}, "Gemm_1": {"pe": 3, "simd": 2}},
    {"Gemm_1": {"pe": 6, "simd": 4, "storage": "lut", "dsp": False}},
    {"Gemm_0": {"storage": "block"}},
    {},
]


class Cases(Kind):
    suffix = ".json"

    def case(self, rng: random.Random) -> bytes:
        return damaged_json(rng, FOLDINGS)

    def check(self, case: bytes) -> str:
        return outcome_of(lambda: fold(self.write_case(case)), FoldingError)


def fold(path: str) -> None:
    folds = read_folding(path)
    module = parse_module(new_context(), DESIGN)
    (design,) = [op for op in module.ops if isinstance(op, DesignOp)]
    tile_design(design, Goal(None, None, None, None), folds)
    verify(module)
