"""`qnn explore`: its points against `tile`, runs that continue, and clusters that are lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qnn.hardware.resources.device import device_named
from qnn.hardware.resources.roofline import ops_by_bits
from qnn.hardware.resources.work import network_work
from qnn.hardware.search import explore as search
from qnn.hardware.search.explore import Job as Task
from qnn.hardware.search.explore import Point, explore, pareto_front, slower_jobs
from qnn.passes.tile.goal import Goal
from qnn.passes.tile.tile import tile_design
from qnn.tools.designs import lowered_design
from qnn.tools.explore import explore as command
from qnn.tools.networks import load_network, write_module
from qnn.tools.pools import PoolLost, pool_at
from qnn.tools.qnn import main
from support.cluster import DASK, cluster
from support.networks import trained_network

POINTS = 12
"""Points of each curve, instead of 50."""

IN_A_THREAD = pytest.mark.usefixtures("without_workers")


@pytest.fixture(autouse=True)
def few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CURVE_POINTS", POINTS)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a network with several layers that can be lowered."""
    path = tmp_path_factory.mktemp("network") / "net.mlir"
    with path.open("wb") as file:
        write_module(trained_network(np.random.default_rng(403)), file)
    return str(path)


def explored(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The JSON of a run."""
    assert main(["explore", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line of a run that ends in an error."""
    assert main(["explore", *arguments]) == 1
    lines = capsys.readouterr().err.splitlines()
    errors = [line for line in lines if not line.endswith(" s")]
    assert len(errors) == 1, errors
    return errors[0]


@pytest.mark.parametrize("name", ["z7020", "arria10-gx1150"])
def test_points_match_tile(network: str, name: str) -> None:
    device = device_named(name)
    (curve,) = command.curves_of(lowered_design(load_network(network)), [device], [100.0])
    with ThreadPoolExecutor(1) as pool:
        found = explore(
            [Task(curve)], slower_jobs, pool, lambda c: c, {}, command._discard, lambda *_: None
        )
    assert len(found) > POINTS / 2
    for job in list(found)[:: len(found) // 3]:
        rate = None if job.cycles is None else 1e8 / job.cycles
        tiling = tile_design(lowered_design(load_network(network)), Goal(device, 100.0, rate))
        point = found[job]
        assert point is not None
        assert point.interval == tiling.interval
        np.testing.assert_allclose(point.use, tiling.use)
        assert (tiling.use <= device.budget(100.0)).all()


def test_a_front_has_no_dominated_point() -> None:
    random = np.random.default_rng(0)
    points = [
        Point(int(cycles), tuple(map(float, use)), 0.0, 0, ())
        for cycles, *use in random.integers(1, 8, (200, 3))
    ]
    found = pareto_front([None, *points])
    figures = {(p.interval, *p.use) for p in points}
    best = {
        a for a in figures if not any(b != a and all(np.less_equal(b, a).tolist()) for b in figures)
    }
    assert {(p.interval, *p.use) for p in found} == best
    assert [p.interval for p in found] == sorted(p.interval for p in found)
    assert pareto_front([None]) == []


def test_operations_by_bits_add_up(network: str) -> None:
    design = lowered_design(load_network(network))
    assert sum(ops_by_bits(design).values()) == network_work(design).ops


@IN_A_THREAD
def test_clocks_and_fields(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = explored(capsys, network, "--devices", "z7045,z7020", "--clocks", "200,100")
    titles = [(curve["device"], curve["clock_mhz"]) for curve in found["curves"]]
    assert titles == [("z7020", 100), ("z7020", 200), ("z7045", 100), ("z7045", 200)]
    slow, fast = found["curves"][:2]
    assert fast["fastest"]["fps"] == pytest.approx(2 * slow["fastest"]["fps"])
    assert fast["roofline"]["gops"] == pytest.approx(2 * slow["roofline"]["gops"])
    assert slow["front"][0]["interval_cycles"] == slow["fastest"]["interval_cycles"]
    held = device_named("z7020").resources["lut"]
    for point in slow["front"]:
        assert point["fps"] == pytest.approx(1e8 / point["interval_cycles"])
        assert point["utilisation"]["lut"] == pytest.approx(
            point["resources"]["lut"] / held, abs=1 / held
        )


@IN_A_THREAD
def test_the_fastest_design_is_that_of_estimate(
    network: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It fits with its FIFOs, and its roof is no lower."""
    found = explored(capsys, network, "--devices", "z7020,arria10-gx1150")
    for curve in found["curves"]:
        assert main(["estimate", network, "--device", curve["device"], "--json"]) == 0
        estimate = json.loads(capsys.readouterr().out)
        assert curve["fastest"]["interval_cycles"] == estimate["interval_cycles"]
        assert curve["fastest"]["fps"] <= curve["roofline"]["fps"] * (1 + 1e-9)
        for kind, amount in estimate["resources"].items():
            assert amount <= curve["fastest"]["resources"][kind] + 1


def test_devices_are_ordered_by_their_logic() -> None:
    """An ALM counts as 1 / 0.6 LUTs: 427,200 are more than 663,360 LUTs."""
    sizes = {name: command._logic_luts(device_named(name)) for name in ("ku115", "arria10-gx1150")}
    assert sizes == pytest.approx({"ku115": 663_360, "arria10-gx1150": 712_000})


@IN_A_THREAD
def test_the_smallest_device(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is reported with the lowest clock that reaches the rate; larger devices reach it, too."""
    whole = explored(capsys, network, "--devices", "z7020", "--clocks", "100")
    rate = whole["curves"][0]["fastest"]["fps"] * 1.5
    found = explored(
        capsys, network, "--devices", "ku115,z7020", "--clocks", "100,200,300", "--fps", str(rate)
    )
    assert found["smallest"] == {"device": "z7020", "clock_mhz": 200}
    assert found["curves"][0]["at_rate"] is None
    assert found["curves"][0]["fastest"]["fps"] < rate
    reached = [curve for curve in found["curves"] if curve["at_rate"] is not None]
    assert all(curve["at_rate"]["fps"] >= rate for curve in reached)


@pytest.mark.usefixtures("without_plots")
def test_a_run_continues_from_finished_points(
    network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The point of an incomplete line is computed again, those before it are not."""
    arguments = (network, "--devices", "z7020", "-o", str(tmp_path / "out"))
    whole = explored(capsys, *arguments)
    file = tmp_path / "out" / "points.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) == len(set(lines)) > POINTS / 2
    file.write_bytes(b"".join(lines[:5]) + lines[5][:30])
    assert explored(capsys, *arguments) == whole
    after = file.read_bytes().splitlines(keepends=True)
    assert after[:5] == lines[:5]
    assert sorted(after) == sorted(lines)
    assert json.loads((tmp_path / "out" / "explore.json").read_text()) == whole


@IN_A_THREAD
@pytest.mark.usefixtures("without_plots")
def test_points_of_another_network_are_not_reused(
    network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.mlir"
    with other.open("wb") as file:
        write_module(trained_network(np.random.default_rng(404)), file)
    both = "--devices", "z7020", "-o", str(tmp_path / "out")
    explored(capsys, network, *both)
    assert explored(capsys, str(other), *both) == explored(capsys, str(other), "--devices", "z7020")


@pytest.mark.parametrize("line", ["{", "[]", '{"key": "a", "point": {"interval": 0}}'])
def test_an_invalid_line_is_an_error(
    line: str, network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "points.jsonl").write_text(f"{line}\n")
    message = error_of(capsys, network, "-o", str(tmp_path))
    assert message.startswith(f"qnn: {tmp_path}/points.jsonl:1 is not a finished point")


def started_run(arguments: Sequence[str], points: Path, lines: int) -> "subprocess.Popen[str]":
    """Starts a run, and waits until it has finished some points."""
    code = "from qnn.tools.qnn import main; raise SystemExit(main())"
    run = subprocess.Popen(
        [sys.executable, "-c", code, "explore", *arguments], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not points.exists() or points.read_bytes().count(b"\n") < lines:
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return run


CLOCKS = ",".join(str(50 + step) for step in range(40))
"""Enough clocks for a run of several seconds."""


@pytest.mark.slow
def test_a_killed_run_continues(network: str, tmp_path: Path) -> None:
    points = tmp_path / "points.jsonl"
    arguments = [network, "--clocks", CLOCKS, "-o", str(tmp_path)]
    run = started_run(arguments, points, 20)
    run.kill()
    # returns once the workers, which hold the other end of the pipe, have ended
    run.communicate(timeout=60)
    kept = points.read_bytes()
    again = started_run(arguments, points, kept.count(b"\n") + 20)
    again.send_signal(signal.SIGINT)
    errors = again.communicate(timeout=60)[1]
    assert "Traceback" not in errors
    assert "finished points: the same command continues there" in errors
    assert again.returncode == 130
    whole = kept[: kept.rfind(b"\n") + 1]
    assert points.read_bytes().startswith(whole)


def test_a_killed_worker_process() -> None:
    with pytest.raises(PoolLost, match="was killed"), pool_at(None) as pool:
        pool.executor.submit(os._exit, 1).result()


@IN_A_THREAD
def test_plots(network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    explored(capsys, network, "--devices", "z7020,u250", "-o", str(tmp_path))
    for name in ("front", "roofline"):
        text = (tmp_path / f"{name}.svg").read_text()
        assert "<svg" in text and "<dc:date>" not in text
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@IN_A_THREAD
@pytest.mark.usefixtures("without_plots")
def test_without_matplotlib(
    network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explore", network, "--devices", "z7020", "-o", str(tmp_path)]) == 0
    assert "no plots: they need the package" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"points.jsonl", "explore.json"}


@DASK
@pytest.mark.slow
def test_a_cluster(network: str, tmp_path: Path) -> None:
    """It finds the same points as processes; if it is lost, finished points are kept."""
    points = tmp_path / "lost" / "points.jsonl"
    arguments = [network, "--clocks", CLOCKS, "-o", str(tmp_path / "lost")]
    with cluster() as (address, scheduler, _):
        few = [network, "--devices", "z7020", "--scheduler", address, "-o"]
        alone = [network, "--devices", "z7020", "-o"]
        for place, run in (("dask", few), ("alone", alone)):
            assert main(["explore", *run, str(tmp_path / place)]) == 0
        results = [(tmp_path / place / "explore.json").read_text() for place in ("dask", "alone")]
        assert results[0] == results[1]
        run = started_run([*arguments, "--scheduler", address], points, 20)
        scheduler.kill()
        _, errors = run.communicate(timeout=60)
    assert run.returncode == 1
    lines = [line for line in errors.splitlines() if not line.endswith(" s")]
    assert len(lines) == 1, "\n".join(lines)
    count = len({json.loads(line)["key"] for line in points.read_text().splitlines()})
    assert lines[0].startswith(f"qnn: the cluster at {address} was lost")
    assert lines[0].endswith(f"has {count} finished points: the same command continues there")


@DASK
def test_no_cluster(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    message = error_of(capsys, network, "--scheduler", "localhost")
    assert message.startswith("qnn: 'localhost' is not the address of a Dask scheduler")
