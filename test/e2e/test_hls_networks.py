"""Real networks as HLS C++, at a cheap folding: the numbers of the integer network, bit for bit."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.hls import HlsEngine
from qnn.backends.hls.engine import SIMULATION_CYCLES
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import samples
from qnn.passes.tile.goal import Goal
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.types import check_element, dtype_of
from qnn.tools.commands.values import parse_input
from qnn.tools.designs import design_in
from qnn.tools.errors import UserError
from qnn.tools.network_summary import layer_summaries
from qnn.tools.networks import load_network
from support.real_networks import NETWORKS, folder
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

FOUND = sorted(Path(os.environ.get("QNN_MODELS") or ".").glob("*.onnx"))
NOT_LOWERED = {
    "residual_block_clean": (PassFailedException, "cannot make these ops integer"),
    "three_layer_bn_keras": (UserError, "its gamma has shape"),
}
"""Networks that cannot be lowered, with the error: an add of floats feeds a convolution; a batch
norm has more parameters than channels."""
LOWERED = [path for path in FOUND if path.stem not in NOT_LOWERED]
FLOAT_INPUTS = "rn07_w8a8", "qkeras_jettagging", "residual_block_clean"
CHEAP = Goal(fps=5, clock_mhz=100)
SMALL_MACS = 60_000_000
"""Multiply-adds of an image up to which many images are tested."""
MANY_IMAGES, FEW_IMAGES = 200, 3


def integers_of(path: Path) -> ModuleOp:
    """A network of integers, from which a design can be made."""
    given = [parse_input("global_in=ui8*0.00390625")] if path.stem in FLOAT_INPUTS else []
    module = load_network(str(path), dict(given))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    return module


@pytest.mark.parametrize("name", NOT_LOWERED)
def test_a_network_that_cannot_be_lowered_is_an_error(name: str) -> None:
    error, reason = NOT_LOWERED[name]
    with pytest.raises(error, match=reason):
        integers_of(folder() / f"{name}.onnx")


def images_for(name: str, integers: ModuleOp) -> list[Array]:
    """Images of the network's data set if there is one, otherwise random and extreme ones."""
    macs = sum(layer.macs for layer in layer_summaries(integers))
    count = MANY_IMAGES if macs <= SMALL_MACS else FEW_IMAGES
    types = entry_input_types(entry_of(integers))
    if name in NETWORKS and name not in FLOAT_INPUTS:
        dtype = dtype_of(check_element(types[0].element_type))
        return [NETWORKS[name].load()[0][:count].astype(dtype)]
    rng = np.random.default_rng(7)
    drawn = [samples(types, rng) for _ in range(count)]
    return [np.concatenate(frames)[:count] for frames in zip(*drawn, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("path", LOWERED, ids=lambda path: path.stem)
def test_networks_give_the_interpreters_numbers(path: Path, bounded: bool, tmp_path: Path) -> None:
    """With unbounded channels, and with the chosen depths."""
    folder()
    integers = integers_of(path)
    module = integers.clone()
    design_in(module, Goal(target_cycles=SIMULATION_CYCLES))
    inputs = images_for(path.stem, integers)
    expected = run(integers, inputs)
    start = time.perf_counter()
    results = run(module, inputs, engine=HlsEngine(tmp_path, bounded))
    print(f"{path.stem}: {len(inputs[0])} images, {time.perf_counter() - start:.1f} s")
    for wanted, found in zip(expected, results, strict=True):
        np.testing.assert_array_equal(found, wanted)
