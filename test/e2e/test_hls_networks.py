"""Real networks as HLS C++, at a cheap folding: the numbers of the integer network, bit for bit."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.hls import HlsEngine
from qnn.passes import Pipeline
from qnn.passes.check_semantics import samples
from qnn.qdialect.interpreter import entry_of, input_types, run
from qnn.tools.designs import Request, design_in
from qnn.tools.files import UserError
from qnn.tools.networks import input_type, load_network
from support.real_networks import folder
from xdsl.utils.exceptions import PassFailedException

NETWORKS = sorted(Path(os.environ.get("QNN_MODELS") or ".").glob("*.onnx"))
FLOAT_INPUTS = "rn07_w8a8", "qkeras_jettagging", "residual_block_clean"
CHEAP = Request(fps=5, clock_mhz=100)
IMAGES = 3


@pytest.mark.slow
@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_a_network_is_its_hardware(path: Path, tmp_path: Path) -> None:
    folder()
    given = [input_type("global_in=ui8*0.00390625")] if path.stem in FLOAT_INPUTS else []
    try:
        module = load_network(str(path), dict(given))
        Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
        integers = module.clone()
        design_in(module, CHEAP)
    except (PassFailedException, UserError) as error:
        pytest.skip(str(error))
    rng = np.random.default_rng(7)
    inputs = [x[:IMAGES] for x in samples(input_types(entry_of(integers)), rng)]
    expected = run(integers, inputs)
    start = time.perf_counter()
    results = run(module, inputs, engine=HlsEngine(tmp_path))
    print(f"{path.stem}: {time.perf_counter() - start:.1f} s")
    for wanted, found in zip(expected, results, strict=True):
        np.testing.assert_array_equal(found, wanted)
