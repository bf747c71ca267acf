"""`qnn estimate`: its figures against those of `tile`, of summaries, and by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qnn.hardware.calibration import calibration_of
from qnn.hardware.estimate import EstimateError
from qnn.hardware.resources.cost import fifo_cost
from qnn.hardware.resources.device import Use, device_named
from qnn.hardware.timing.simulate import Deadlock, simulate, simulate_unbounded
from qnn.passes import Pipeline
from qnn.passes.designs import designs_of
from qnn.passes.tile.goal import Goal
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.qnn.steps import LookupOp
from qnn.qdialect.stream import DesignOp
from qnn.qdialect.stream.flow import RepackOp
from qnn.qdialect.stream.types import ChannelType
from qnn.qdialect.text import parse_module
from qnn.tools.network_summary import layer_summaries
from qnn.tools.qnn import main
from support.design import design_of, estimate_of
from support.networks import trained_network
from support.program import read_module
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.utils.exceptions import PassFailedException


def integer(seed: int) -> ModuleOp | None:
    module = trained_network(np.random.default_rng(seed))
    try:
        Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
        Pipeline.parse("stream-lower").apply(module.clone())
    except PassFailedException:
        return None
    return module


def unplanned(design: DesignOp) -> list[ChannelType]:
    """Channels that a search does not count: behind windows by channel, and where axes change."""
    found = [p.inputs[0] for p in design.processes if p.folding_leader is not None]
    repacks = [p for p in design.processes if isinstance(p, RepackOp)]
    return found + [p.outputs[0] for p in repacks if p.inputs[0].lanes == p.outputs[0].lanes]


@pytest.mark.parametrize(
    ("seeds", "least"),
    [(range(400, 406), 2), pytest.param(range(406, 425), 10, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("name", ["z7020", "vu9p", "arria10-gx1150"])
def test_what_tile_chose(name: str, seeds: range, least: int) -> None:
    """The resources and the rate of a folded design are those that the search saw."""
    device, tried = device_named(name), 0
    for seed in seeds:
        module = integer(seed)
        if module is None:
            continue
        Pipeline.parse("stream-lower").apply(module)
        design = design_of(module)
        tiling = tile_design(design, Goal(device, 100.0, 1e8 / (1000 + 50 * seed)))
        found = estimate_of(design, device)
        more: Use = sum(
            (
                fifo_cost(device.vendor, c, np.array([c.lanes.data]))[:, 0]
                for c in unplanned(design)
            ),
            np.zeros(len(tiling.use)),
        )
        (part,) = found.parts
        use = np.sum([layer.use for layer in part.layers], axis=0)
        np.testing.assert_allclose(use, tiling.use + more)
        assert found.interval == tiling.interval == found.bottleneck.cycles
        assert found.latency == simulate_unbounded(design).cycles
        tried += 1
    assert tried > least


@pytest.mark.parametrize(
    ("seeds", "least"),
    [(range(500, 510), 5), pytest.param(range(510, 540), 20, marks=pytest.mark.slow)],
)
def test_operations_are_those_of_the_network(seeds: range, least: int) -> None:
    """Unless lowering changes them: codebooks of depthwise layers, and zeros between pixels."""
    tried = 0
    for seed in seeds:
        module = integer(seed)
        if module is None:
            continue
        layers = layer_summaries(module)
        tables = any(isinstance(op, LookupOp) for op in module.walk())
        Pipeline.parse("stream-lower").apply(module)
        work = estimate_of(design_of(module), device_named("vu9p")).work
        if tables or any(layer.kind == "conv_transpose2d" for layer in layers):
            continue
        assert work.macs == sum(layer.macs for layer in layers)
        assert work.bops == pytest.approx(sum(layer.bops for layer in layers))
        tried += len(layers)
    assert tried > least


MATRIX = """
stream.design @main {
  %x = stream.source "x" : !stream.channel<4x8xui2, lanes = 4, depth = 2>
  %y = stream.matvec %x weights(@w) accumulator = si6 storage = STORAGE {layer = "Gemm_0"}
    : (!stream.channel<4x8xui2, lanes = 4, depth = 2>)
   -> !stream.channel<4x4xsi6, lanes = 2, depth = 8>
  stream.sink "y" %y : !stream.channel<4x4xsi6, lanes = 2, depth = 8>
}
qnn.data @w "0xa53c96f0" : tensor<4x8x!qnn.bipolar>
"""


def test_a_folded_design_is_taken_as_it_is() -> None:
    """All of these figures by hand."""
    design = design_of(read_module(MATRIX.replace("STORAGE", "block")))
    found = estimate_of(design, device_named("z7020"))
    (part,) = found.parts
    assert [layer.name for layer in part.layers] == ["x", "Gemm_0", "y"]
    source, matrix, sink = part.layers
    assert (matrix.kind, matrix.pe, matrix.simd, matrix.cycles) == ("matvec", 2, 4, 16)
    assert (source.pe, source.simd, source.cycles, sink.cycles) == (4, 4, 8, 8)
    tree, sums, channel = 4 * (3 + 2), 6, 2 * 3 + 6
    counters, words = 4, 4 * 2 + 2 * 6
    word = 4 * 2
    kept = 2 * 4 + word // 2
    assert part.named(matrix.use) == {
        "lut": round(2 * (tree + sums) + kept + 9 * counters + channel),
        "ff": 2 * (tree // 2 + 2 * sums + 4) + word + 80 * counters + words + 2 * 3 + 2 * 6,
        "bram36": 1.0,
        "uram": 0,
        "dsp": 0,
    }
    assert found.work.macs == 4 * 4 * 8 and found.work.weight_bits == 32
    assert found.work.bops == 128 * (2 * 1 + 2 + 1 + 3)
    assert found.fps == 1e8 / 16
    assert part.utilisation["bram36"] == 3 / 140


def test_weights_from_outside_come_again_for_each_vector() -> None:
    """4 vectors of 4 x 8 bits, beside 32 elements of 2 bits and 16 of 6."""
    design = design_of(read_module(MATRIX.replace("STORAGE", "outside")))
    found = estimate_of(design, device_named("z7020"))
    assert found.work.external_bits == 4 * 32 + 32 * 2 + 16 * 6
    assert found.bandwidth_gb_s == pytest.approx(288 / 8 * found.fps / 1e9)


def test_what_a_design_may_take() -> None:
    """The budget is a share of each resource; that of bandwidth is in bits per cycle."""
    budget = device_named("u250").budget(250.0)
    held = np.array([1_500_000, 3_000_000, 4608, 1280, 11_520, 77e9 * 8 / 250e6])
    np.testing.assert_allclose(budget, held * [0.7, 0.5, 0.8, 0.8, 0.8, 0.8])


@pytest.mark.parametrize(
    ("storage", "message"),
    [
        ("ultra", r"'Gemm_0' \(matvec\) needs uram, but z7020 has none"),
        ("registers", "Gemm_0.*: no hardware exists for this combination"),
    ],
)
def test_processes_that_cannot_be_built(storage: str, message: str) -> None:
    design = design_of(read_module(MATRIX.replace("STORAGE", storage)))
    with pytest.raises(EstimateError, match=message):
        estimate_of(design, device_named("z7020"))


SKIP = """
stream.design @main {
  %x = stream.source "x" : !stream.channel<8x8x1xui2, depth = 2>
  %a, %b = stream.fork %x : (!stream.channel<8x8x1xui2, depth = 2>)
    -> (!stream.channel<8x8x1xui2, depth = 2>, !stream.channel<8x8x1xui2, depth = DEPTH>)
  %p = stream.pad %a pads = [1, 1, 1, 1] : (!stream.channel<8x8x1xui2, depth = 2>)
    -> !stream.channel<10x10x1xui2, depth = 2>
  %w = stream.window %p kernel = [3, 3] : (!stream.channel<10x10x1xui2, depth = 2>)
    -> !stream.channel<8x8x9xui2, lanes = 9, depth = 2>
  %c = stream.matvec %w weights(@w) accumulator = si6 storage = lut
    : (!stream.channel<8x8x9xui2, lanes = 9, depth = 2>) -> !stream.channel<8x8x1xsi6, depth = 2>
  %y = stream.add %b, %c : (!stream.channel<8x8x1xui2, depth = DEPTH>,
    !stream.channel<8x8x1xsi6, depth = 2>) -> !stream.channel<8x8x1xsi7, depth = 2>
  stream.sink "y" %y : !stream.channel<8x8x1xsi7, depth = 2>
}
qnn.data @w "0xa501" : tensor<1x9x!qnn.bipolar>
"""


def test_channels_that_are_too_shallow_are_no_full_rate() -> None:
    """A design that channels hold up is as fast as it is when it is played through."""
    device, slower = device_named("z7020"), 0
    fastest = estimate_of(design_of(read_module(SKIP.replace("DEPTH", "64"))), device).interval
    for depth in range(2, 40, 9):
        design = design_of(read_module(SKIP.replace("DEPTH", str(depth))))
        try:
            run = simulate(design, 12)
        except Deadlock:
            with pytest.raises(Deadlock):
                estimate_of(design, device)
            continue
        found = estimate_of(design, device)
        assert found.interval == np.diff(run.finished(design))[-1] >= fastest
        slower += found.interval > fastest
    assert slower


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["estimate", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_network_at_every_level(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As trained, as integers and as a design it comes to the same."""
    module = parse_module_of("examples/conv_bn.mlir")
    files = [tmp_path / f"{level}.mlir" for level in ("trained", "integer", "lowered", "sized")]
    steps = ["", "fold-bn,minimize-accumulators", "stream-lower", "tile{device=z7020},size-fifos"]
    found: list[dict[str, Any]] = []
    for file, step in zip(files, steps, strict=True):
        if step:
            Pipeline.parse(step).apply(module)
        file.write_text(str(module))
        found.append(command(capsys, str(file), "--device", "z7020"))
    assert all(estimated == found[0] for estimated in found)
    assert found[0]["ops"] == 2 * found[0]["macs"] == 2 * 16 * 4 * 18


def parse_module_of(path: str) -> ModuleOp:
    from qnn.qdialect.dialects import new_context

    return parse_module(new_context(), (Path(__file__).parents[2] / path).read_text())


def test_a_rate_and_a_clock(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(Path(__file__).parents[2] / "examples/conv_bn.mlir")
    fast = command(capsys, path, "--device", "z7020")
    slow = command(capsys, path, "--device", "z7020", "--fps", "100000", "--clock", "50")
    assert 1e5 <= slow["fps"] < fast["fps"]
    assert slow["clock_mhz"] == 50 and slow["fps"] == 50e6 / slow["interval_cycles"]
    assert slow["resources"]["lut"] < fast["resources"]["lut"]


DENSE = """
stream.design @main {
  %x = stream.source "x" : !stream.channel<4x8xui2, lanes = 4, depth = 2>
  %y = stream.matvec %x weights(@w) accumulator = si9 storage = lut {layer = "Gemm_0"}
    : (!stream.channel<4x8xui2, lanes = 4, depth = 2>)
   -> !stream.channel<4x4xsi9, lanes = 2, depth = 8>
  stream.sink "y" %y : !stream.channel<4x4xsi9, lanes = 2, depth = 8>
}
qnn.data @w "0x00112233445566771122334455667700" : tensor<4x8xsi4>
"""


def test_the_reason_names_what_was_not_measured() -> None:
    """Weights of four bits and processes in SystemVerilog, but not the kind of layer."""
    (design,) = designs_of(read_module(DENSE))
    device = device_named("z7020")
    reason = calibration_of(design, device, 100.0).reason
    assert reason == "no measured design has weights of more than 2 bits"
    design.target = StringAttr("rtl")
    reason = calibration_of(design, device, 100.0).reason
    assert reason == "no design for --target rtl was measured"
