"""Real networks as HLS C++, at a cheap folding: the numbers of the integer network, bit for bit."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.hls import HlsEngine
from qnn.frontends.summary import summarize
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import samples
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.types import check_element, dtype_of
from qnn.tools.designs import Request, design_in
from qnn.tools.files import UserError
from qnn.tools.networks import input_type, load_network
from qnn.tools.simulated import CYCLES
from support.real_networks import NETWORKS, folder
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

FOUND = sorted(Path(os.environ.get("QNN_MODELS") or ".").glob("*.onnx"))
NOT_LOWERED = {
    "residual_block_clean": (PassFailedException, "leaves floats behind"),
    "three_layer_bn_keras": (UserError, "its gamma has shape"),
}
"""Networks that no design is made of, and why: an add of floats feeds a convolution; a batch norm
has more parameters than channels."""
LOWERED = [path for path in FOUND if path.stem not in NOT_LOWERED]
FLOAT_INPUTS = "rn07_w8a8", "qkeras_jettagging", "residual_block_clean"
CHEAP = Request(fps=5, clock_mhz=100)
SMALL = 60_000_000
"""Multiply-adds of an image up to which many images are tried."""
MANY, FEW = 200, 3


def integers_of(path: Path) -> ModuleOp:
    """A network in integers, which a design can be made of."""
    given = [input_type("global_in=ui8*0.00390625")] if path.stem in FLOAT_INPUTS else []
    module = load_network(str(path), dict(given))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    return module


@pytest.mark.parametrize("name", NOT_LOWERED)
def test_a_network_that_is_not_lowered_says_why(name: str) -> None:
    error, reason = NOT_LOWERED[name]
    with pytest.raises(error, match=reason):
        integers_of(folder() / f"{name}.onnx")


def images_for(name: str, integers: ModuleOp) -> list[Array]:
    """Of the network's data set if there is one; random and extreme ones otherwise."""
    macs = sum(layer.macs for layer in summarize(integers))
    count, types = MANY if macs <= SMALL else FEW, entry_input_types(entry_of(integers))
    if name in NETWORKS and name not in FLOAT_INPUTS:
        dtype = dtype_of(check_element(types[0].element_type))
        return [NETWORKS[name].load()[0][:count].astype(dtype)]
    rng = np.random.default_rng(7)
    drawn = [samples(types, rng) for _ in range(count)]
    return [np.concatenate(frames)[:count] for frames in zip(*drawn, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("path", LOWERED, ids=lambda path: path.stem)
def test_a_network_is_its_hardware(path: Path, bounded: bool, tmp_path: Path) -> None:
    """With channels of any depth, and of those chosen."""
    folder()
    integers = integers_of(path)
    module = integers.clone()
    design_in(module, Request(cycles=CYCLES))
    inputs = images_for(path.stem, integers)
    expected = run(integers, inputs)
    start = time.perf_counter()
    results = run(module, inputs, engine=HlsEngine(tmp_path, bounded))
    print(f"{path.stem}: {len(inputs[0])} images, {time.perf_counter() - start:.1f} s")
    for wanted, found in zip(expected, results, strict=True):
        np.testing.assert_array_equal(found, wanted)
