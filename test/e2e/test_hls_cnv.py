"""A published design as HLS C++, bit for bit, with unbounded channels and with chosen depths."""

from pathlib import Path

import numpy as np
import pytest
from e2e.test_published_designs import folded
from qnn.backends.hls import emit
from qnn.backends.hls.simulator import Simulation
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import interpreter_of
from support.hls import module_of


@pytest.mark.slow
@pytest.mark.parametrize("bounded", [False, True])
def test_cnv_w1a1(bounded: bool, tmp_path: Path) -> None:
    design = folded("cnvW1A1_cifar10")
    module = module_of(design)
    Pipeline.parse("size-fifos").apply(module)
    images = np.random.default_rng(7).integers(-128, 128, (4, 32, 32, 3), np.int8)
    (expected,) = interpreter_of(module).call_op(design, (images,))
    (result,) = Simulation([emit(design, "cnv")], tmp_path, bounded).build().run([[images]], 300)[0]
    np.testing.assert_array_equal(result, expected)
