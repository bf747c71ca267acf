"""Random foldings."""

import numpy as np
from qnn.passes.tile.layer_folding import LayerFolding
from qnn.qdialect.stream import Process
from qnn.qdialect.stream.compute import MatvecOp


def divisor(rng: np.random.Generator, number: int) -> int:
    return int(rng.choice([n for n in range(1, number + 1) if number % n == 0]))


def random_fold(layer: Process, rng: np.random.Generator) -> LayerFolding:
    """A random PE and SIMD; each is None in one of ten cases, so that the search chooses it."""
    (x,), (y,) = layer.inputs, layer.outputs
    cols = x.frame[-1] if isinstance(layer, MatvecOp) else x.frame[-1] // y.frame[-1]
    pe, simd = divisor(rng, y.frame[-1]), divisor(rng, cols)
    return LayerFolding(None if rng.random() < 0.1 else pe, None if rng.random() < 0.1 else simd)
