"""Packed memories: against a loop over single bits, round trips, and in folded designs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.passes.tile.layer_folding import foldable_layers
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.data import Array
from qnn.qdialect.packing import pack_words, unpack_words
from qnn.qdialect.stream import MemoryOp
from qnn.qdialect.types import (
    BipolarType,
    QuantType,
    TernaryType,
    bit_width,
    dtype_of,
    signed,
    unsigned,
    value_range,
)
from support.design import design_of
from support.foldings import random_fold
from support.networks import trained_network
from xdsl.utils.exceptions import PassFailedException

WIDTHS = (2, 3, 5, 8, 9, 16, 33, 64)
TYPES = [BipolarType(), TernaryType(), signed(1), unsigned(1)]
TYPES += [kind(width) for kind in (signed, unsigned) for width in WIDTHS]


def values(element: QuantType, shape: tuple[int, int], seed: int) -> Array:
    rng, (low, high) = np.random.default_rng(seed), value_range(element)
    if isinstance(element, BipolarType):
        return rng.choice(np.array([-1, 1], np.int8), shape)
    return rng.integers(low, high, shape, dtype_of(element), endpoint=True)


def bit_by_bit(matrix: Array, element: QuantType, pe: int, simd: int) -> bytes:
    """The packed words, computed bit by bit as Python integers."""
    bits, found = bit_width(element), bytearray()
    for row in range(0, len(matrix), pe):
        for col in range(0, matrix.shape[1], simd):
            for line in range(row, row + pe):
                word = 0
                for place in range(simd):
                    value = int(matrix[line, col + place])
                    code = (value > 0) if isinstance(element, BipolarType) else value % (1 << bits)
                    word |= int(code) << (place * bits)
                found += word.to_bytes(-(-simd * bits // 8), "little")
    return bytes(found)


@settings(max_examples=settings().max_examples * 3)
@given(
    st.sampled_from(TYPES),
    *(st.integers(1, 4) for _ in range(3)),
    st.integers(1, 9),
    st.integers(0, 1000),
)
def test_words_hold_their_bits(
    element: QuantType, pe: int, blocks: int, times: int, simd: int, seed: int
) -> None:
    matrix = values(element, (pe * blocks, simd * times), seed)
    words = pack_words(matrix, element, (pe, simd))
    assert words.tobytes() == bit_by_bit(matrix, element, pe, simd)
    back = unpack_words(words, matrix.shape, element, (pe, simd))
    assert back.dtype == matrix.dtype
    np.testing.assert_array_equal(back, matrix)


@pytest.mark.parametrize(
    ("seeds", "least"),
    [(range(400, 406), 8), pytest.param(range(406, 430), 35, marks=pytest.mark.slow)],
)
def test_designs_compute_the_same_from_their_memories(seeds: range, least: int) -> None:
    packed = 0
    for seed in seeds:
        module, rng = trained_network(np.random.default_rng(seed)), np.random.default_rng(seed)
        try:
            Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
        except PassFailedException:
            continue
        design = design_of(module)
        layers = foldable_layers(design)
        folds = {name: random_fold(found[0], rng) for name, found in layers.items()}
        tile_design(design, folds=folds)
        Pipeline.parse("pack-bits", [CheckSemantics(seed)]).apply(module)
        assert all("weights" not in p.properties for p in design.processes) or any(
            isinstance(op, MemoryOp) for op in module.ops
        )
        packed += sum(isinstance(op, MemoryOp) for op in module.ops)
    assert packed > least
