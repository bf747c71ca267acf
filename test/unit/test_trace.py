"""Traces of designs: valid in the Chrome format, and equal to the cycle model."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qnn.hardware.timing import trace as tracing
from qnn.hardware.timing.simulate import simulate, simulate_unbounded
from qnn.hardware.timing.timeline import Timeline
from qnn.hardware.timing.trace import MAX_COUNTER_POINTS, TRACED_FRAMES, simulated_frames, trace
from qnn.passes import Pipeline
from qnn.qdialect.stream import DesignOp
from qnn.tools.qnn import main
from support.design import design_of
from support.networks import trained_network
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

EXAMPLE = str(Path(__file__).parents[2] / "examples/conv_bn.mlir")

Event = dict[str, Any]


@cache
def designs(sized: bool = True) -> list[DesignOp]:
    """Designs of random networks, some with skip connections; no test changes them."""
    found = list[DesignOp]()
    for seed in range(600, 606):
        module = trained_network(np.random.default_rng(seed))
        try:
            Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
        except PassFailedException:
            continue
        Pipeline.parse("tile{target-fps=50000 clock-mhz=100}").apply(module)
        if sized:
            Pipeline.parse("size-fifos").apply(module)
        found.append(design_of(module))
    return found


def of_kind(found: dict[str, Any], kind: str) -> list[Event]:
    return [event for event in found["traceEvents"] if event["ph"] == kind]


def by_track(events: list[Event]) -> list[list[Event]]:
    """Groups events by track: counters by their names, all others by thread id."""
    tracks: dict[tuple[Any, ...], list[Event]] = {}
    for event in events:
        key = (event["pid"], event["name"] if event["ph"] == "C" else event["tid"])
        tracks.setdefault(key, []).append(event)
    return list(tracks.values())


def channels(run: Timeline) -> list[SSAValue]:
    return list(run.read)


@pytest.mark.parametrize("sized", [True, False])
def test_the_events_of_the_format(sized: bool) -> None:
    """Events of a track do not overlap, and every event has the fields of its kind."""
    for design in designs(sized):
        run = simulated_frames(design)
        found = json.loads(json.dumps(trace(design, run)))
        assert {event["ph"] for event in found["traceEvents"]} == {"M", "X", "C"}
        for event in found["traceEvents"]:
            assert isinstance(event["pid"], int) and isinstance(event["tid"], int)
        names = [e["args"]["name"] for e in of_kind(found, "M") if e["name"] == "thread_name"]
        tracks = by_track(of_kind(found, "X"))
        assert len(tracks) == len(names) == len(set(names)) == len(design.processes)
        for track in tracks:
            assert [event["args"]["frame"] for event in track] == list(range(TRACED_FRAMES))
            ends = [event["ts"] + event["dur"] for event in track]
            assert all(e["ts"] >= 0 and e["dur"] > 0 and e["args"]["waited"] >= 0 for e in track)
            assert all(e["ts"] >= end for e, end in zip(track[1:], ends, strict=False))
        counters = by_track(of_kind(found, "C"))
        assert len(counters) == len(channels(run))
        for track in counters:
            times = [event["ts"] for event in track]
            assert times == sorted(set(times)) and len(track) <= MAX_COUNTER_POINTS + 1
            assert all(list(event["args"]) == ["words"] for event in track)
            assert track[-1]["args"]["words"] == 0 and times[-1] == run.cycles


def test_peaks_equal_those_of_the_model() -> None:
    """The largest value of a counter is the peak occupancy of its channel, at most its depth."""
    for design in designs():
        run = simulated_frames(design)
        found = by_track(of_kind(trace(design, run), "C"))
        for value, track in zip(channels(run), found, strict=True):
            peak = max(event["args"]["words"] for event in track)
            assert peak == run.occupancy(value) <= value.type.depth.data


def test_counters_show_the_maximum_of_each_point() -> None:
    """Against the words of every cycle."""
    for design in designs()[:3]:
        run = simulated_frames(design)
        found = by_track(of_kind(trace(design, run), "C"))
        for value, track in zip(channels(run), found, strict=True):
            change = np.zeros(run.cycles + 1, int)
            np.add.at(change, run.reserved[value], 1)
            np.add.at(change, run.read[value] + 1, -1)
            waiting = np.cumsum(change)[: run.cycles]
            stretch = -(-run.cycles // MAX_COUNTER_POINTS)
            most = [waiting[k : k + stretch].max() for k in range(0, run.cycles, stretch)]
            shown = dict.fromkeys(range(len(most)))
            shown |= {event["ts"] // stretch: event["args"]["words"] for event in track[:-1]}
            last = 0
            for number, wanted in enumerate(most):
                last = last if shown[number] is None else shown[number]
                assert last == wanted


def test_waiting_times() -> None:
    """In unbounded channels sources never wait, and sinks wait for all cycles without a word."""
    for design in designs(sized=False):
        tracks = by_track(of_kind(trace(design, simulate_unbounded(design, 2)), "X"))
        for process, track in zip(design.processes, tracks, strict=True):
            if not process.operands:
                assert all(event["args"]["waited"] == 0 for event in track)
            elif not process.results:
                words = process.inputs[0].words
                assert all(e["dur"] == words + e["args"]["waited"] for e in track)


def test_large_designs_are_traced_in_the_steady_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """All frames are equal, at the full rate, within the depths of the channels."""
    monkeypatch.setattr(tracing, "MAX_ITERATIONS_SIMULATED", 0)
    for design in designs():
        run, exact = simulated_frames(design, 6), simulate(design, 6)
        finished, greedy = run.finished(design), exact.finished(design)
        assert len(set(np.diff(finished))) == 1
        assert np.diff(finished)[-1] == np.diff(greedy)[-1] and (finished >= greedy).all()
        for value in channels(run):
            assert (run.read[value] > run.written[value]).all()
            assert run.occupancy(value) <= value.type.depth.data


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trace.json"
    assert main(["estimate", EXAMPLE, "--device", "z7020", "--trace", str(file)]) == 0
    found = json.loads(file.read_text())
    assert [e["name"] for e in of_kind(found, "X")[::TRACED_FRAMES]] == [
        "image",
        "Conv_0",
        "Conv_0",
        "q",
    ]
    assert f"{file}: open this trace in" in capsys.readouterr().err
    assert main(["estimate", EXAMPLE, "--device", "z7020", "--trace", "/none/t.json"]) == 1
    out, err = capsys.readouterr()
    assert not out and err.endswith("qnn: /none/t.json: no such file or directory\n")
    assert list(tmp_path.iterdir()) == [file]
