"""Designs that were measured on boards: their cycles, their rate and their latency."""

import json
from pathlib import Path

import numpy as np
import pytest
from qnn.hardware.timing.fifo_depths import depths_for
from qnn.hardware.timing.simulate import simulate, simulate_unbounded
from qnn.passes.tile.folding_file import write_folding
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream import DesignOp
from qnn.qdialect.stream.types import channel_of
from qnn.tools.qnn import main
from support.published import CNV, folds, lowered, weighted
from support.real_networks import folder

MEASURED_LATENCY = 158_400
"""Cycles of one image alone, CNV W1A1."""


def folded(name: str) -> DesignOp:
    design = lowered(name)
    tile_design(design, folds=folds(design, name))
    design.verify()
    return design


@pytest.mark.parametrize("name", CNV)
def test_cycles_and_rate(name: str) -> None:
    design = folded(name)
    cycles = [process.interval for process in weighted(design).values()]
    assert cycles[:-1] == CNV[name].cycles
    interval = int(np.diff(simulate_unbounded(design, 3).finished(design))[-1])
    assert abs(1e8 / interval / CNV[name].fps - 1) < 0.01


def test_bounded_channels_keep_the_rate() -> None:
    design = folded("cnvW1A1_cifar10")
    depths = depths_for(design)
    assert int(np.diff(simulate(design, 5, depths).finished(design))[-1]) == 32_768
    assert sum(depth * channel_of(value).word_bits for value, depth in depths.items()) < 40_000


def test_latency() -> None:
    """Nothing is tuned to it; the board pads its last layer to 64 labels, 3,000 cycles more."""
    assert abs(simulate_unbounded(folded("cnvW1A1_cifar10")).cycles / MEASURED_LATENCY - 1) < 0.05


@pytest.mark.slow
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`qnn estimate` says the same of the network and its folding file, and plays it in a trace."""
    name, files = "cnvW1A1_cifar10", [str(tmp_path / file) for file in ("fold.json", "trace.json")]
    write_folding(files[0], folds(lowered(name), name))
    arguments = [str(folder() / f"{name}.onnx"), "--device", "z7020", "--folding", files[0]]
    assert main(["estimate", *arguments, "--json"]) == 1
    assert "of a budget of 112 (80% of 140)" in capsys.readouterr().err
    options = ["--over-budget", "--json", "--trace", files[1]]
    assert main(["estimate", *arguments, *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert round(found["fps"], 1) == 3051.8 and found["interval_cycles"] == 32_768
    cycles = [layer["cycles"] for layer in found["layers"] if layer["kind"] == "matvec"]
    assert cycles[:-1] == CNV[name].cycles
    assert abs(found["latency_cycles"] / MEASURED_LATENCY - 1) < 0.05
    assert found["ops"] == 2 * found["macs"] == 118_922_752
    assert found["utilisation"]["lut"] < 0.7
    events = json.loads(Path(files[1]).read_text())["traceEvents"]
    ends = [e["ts"] + e["dur"] for e in events if e["ph"] == "X" and e["name"] == "global_out"]
    assert ends[-1] - ends[-2] == 32_768
