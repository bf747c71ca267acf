"""Real networks as OpenCL, on the emulator: the numbers of the integer network, bit for bit."""

import numpy as np
import pytest
from e2e.test_hls_networks import CHEAP, FLOAT_INPUTS
from e2e.test_published_designs import folded
from qnn.backends.opencl import OpenclEngine, emulate
from qnn.backends.opencl.printer import emit
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import samples
from qnn.qdialect.interpreter import entry_input_types, entry_of, interpreter_of, run
from qnn.tools.commands.values import parse_input
from qnn.tools.designs import design_in
from qnn.tools.networks import load_network
from support.hls import module_of
from support.opencl import needs_emulator
from support.published import CNV
from support.real_networks import folder

pytestmark = [needs_emulator, pytest.mark.slow]

IMAGES = 20
NETWORKS = [
    "TFC_1W1A",
    "TFC_2W2A",
    "lfcW1A1_mnist",
    "kws_mlp_w3a3",
    "rn07_w8a8",
    "dscnn_int8_qdq",
    "mobilenetv1_025_96_int8_qdq",
    "resnet8_int8_qdq",
]


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("name", CNV)
def test_published_designs(name: str, bounded: bool) -> None:
    design = folded(name)
    module = module_of(design)
    Pipeline.parse("size-fifos").apply(module)
    images = np.random.default_rng(7).integers(-128, 128, (IMAGES, 32, 32, 3), np.int8)
    (expected,) = interpreter_of(module).call_op(design, (images,))
    (result,) = emulate(emit(design), [images], bounded)
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_give_the_interpreters_numbers(name: str, bounded: bool) -> None:
    path = folder() / f"{name}.onnx"
    given = [parse_input("global_in=ui8*0.00390625")] if name in FLOAT_INPUTS else []
    module = load_network(str(path), dict(given))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    integers = module.clone()
    design_in(module, CHEAP)
    rng, types = np.random.default_rng(7), entry_input_types(entry_of(integers))
    drawn = [samples(types, rng) for _ in range(IMAGES)]
    inputs = [np.concatenate(frames)[:IMAGES] for frames in zip(*drawn, strict=True)]
    expected = run(integers, inputs)
    results = run(module, inputs, engine=OpenclEngine(bounded))
    for wanted, found in zip(expected, results, strict=True):
        np.testing.assert_array_equal(found, wanted)
