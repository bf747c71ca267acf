"""Real networks on two and three devices: equal to the integer network, bit for bit."""

from pathlib import Path

import numpy as np
import pytest
from qnn.backends.hls import HlsEngine
from qnn.backends.linked_engine import LinkedEngine
from qnn.backends.opencl import OpenclEngine
from qnn.hardware.estimate import estimate
from qnn.hardware.resources.device import device_named
from qnn.hardware.timing.simulate import simulate
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import samples
from qnn.passes.partition import DeviceChain, partition_design
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.stream import LinkAttr
from qnn.qdialect.stream.linked_designs import LinkedDesigns, link_partners, linked_designs_of
from qnn.qdialect.text import verify
from qnn.tools.networks import load_network
from support.design import design_of
from support.opencl import needs_emulator
from support.real_networks import folder
from xdsl.dialects.builtin import ModuleOp

LINK = LinkAttr(64, 156.25, 500.0)
IMAGES = 3
CLOCK = 100.0


def partitioned(
    name: str, device: str, count: int, fps: float
) -> tuple[ModuleOp, ModuleOp, LinkedDesigns]:
    """A network of integers, the same cut for several devices, and its linked designs."""
    module = load_network(str(folder() / f"{name}.onnx"))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    integers = module.clone()
    Pipeline.parse("stream-lower").apply(module)
    chain = DeviceChain([device_named(device)] * count, LINK, fps, CLOCK)
    partition_design(design_of(module), chain)
    Pipeline.parse("size-fifos").apply(module)
    verify(module)
    (linked,) = linked_designs_of(module)
    return integers, module, linked


@pytest.mark.parametrize(
    ("name", "device", "fps", "count"),
    [
        ("cnvW1A1_cifar10", "z7020", 100, 2),
        pytest.param("cnvW1A1_cifar10", "z7020", 100, 3, marks=pytest.mark.slow),
        pytest.param("resnet8_int8_qdq", "zu9eg", 50, 2, marks=pytest.mark.slow),
        pytest.param("resnet8_int8_qdq", "zu9eg", 50, 3, marks=pytest.mark.slow),
    ],
)
def test_the_rate_and_the_budget(name: str, device: str, fps: float, count: int) -> None:
    _, _, linked = partitioned(name, device, count, fps)
    found = estimate(linked, [device_named(device)] * count, CLOCK)
    assert found.fps >= fps and len(found.parts) == count
    slowest = max(process.interval for process in linked.design.processes)
    if count == 2 and name.startswith("cnv"):
        ends = simulate(linked.design, 4).finished(linked.design)
        assert int(np.diff(ends)[-1]) == slowest == found.interval
    for part in found.parts:
        assert all(share < 0.8 for share in part.utilisation.values())


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize(
    ("name", "device", "fps"),
    [("cnvW1A1_cifar10", "z7020", 300), ("resnet8_int8_qdq", "zu9eg", 50)],
)
def test_parts_as_hls(tmp_path: Path, name: str, device: str, fps: float, count: int) -> None:
    integers, module, linked = partitioned(name, device, count, fps)
    images = samples(entry_input_types(entry_of(integers)), np.random.default_rng(0))
    images = [array[:IMAGES] for array in images]
    expected = run(integers, images)
    for result, wanted in zip(run(module, images), expected, strict=True):
        np.testing.assert_array_equal(result, wanted)
    uncut = linked.design.parent_op()
    assert isinstance(uncut, ModuleOp)
    engine = LinkedEngine(linked, link_partners(module), HlsEngine(tmp_path).program)
    for result, wanted in zip(run(uncut, images, engine=engine), expected, strict=True):
        np.testing.assert_array_equal(result, wanted)


@needs_emulator
@pytest.mark.slow
def test_parts_as_opencl() -> None:
    integers, module, linked = partitioned("cnvW1A1_cifar10", "arria10-gx1150", 2, 1000)
    images = samples(entry_input_types(entry_of(integers)), np.random.default_rng(0))
    images = [array[:1] for array in images]
    uncut = linked.design.parent_op()
    assert isinstance(uncut, ModuleOp)
    engine = LinkedEngine(linked, link_partners(module), OpenclEngine().program)
    expected = run(integers, images)
    for result, wanted in zip(run(uncut, images, engine=engine), expected, strict=True):
        np.testing.assert_array_equal(result, wanted)
