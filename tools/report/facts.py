"""All that a report shows of a build, as one object of JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from xdsl.ir import SSAValue

from ...frontends.summary import short_names
from ...hardware.estimate import name_of, reported_figures
from ...hardware.resources.device import DEFAULT_BUDGET_SHARE
from ...hardware.timing.simulate import Deadlock, Timeline
from ...hardware.timing.trace import TRACED_FRAMES, most_of, simulated_frames, stretch_of
from ...passes.tile.layer_folding import folding_of
from ...qdialect.stream import DesignOp, Process, SinkOp
from ...qdialect.stream.compute import WeightedProcess
from ...qdialect.stream.process import data_of
from ...qdialect.stream.types import channel_of
from ..compile import TARGETS
from .build import TOGETHER, Build, Part
from .layout import places

Facts = dict[str, Any]

BOX = 24
"""Characters of a name that the box of a process has room for."""


def facts_of(build: Build) -> Facts:
    """Everything, from the largest to the smallest."""
    design, about = build.whole.design, build.about
    values = [value for process in design.processes for value in process.results]
    number = {process: n for n, process in enumerate(design.processes)}
    edges = [ends_of(value, number) for value in values]
    run = run_of(design)
    devices = [device_facts(part) for part in build.parts]
    kinds = (kind for device in devices for kind in device["resources"])
    return {
        **{key: about[key] for key in ("made_by", "network", "target", "top")},
        "estimate": {key: found for key, found in about["estimate"].items() if key in TOGETHER},
        "devices": devices,
        "links": about["estimate"].get("links", []),
        "kinds": list(dict.fromkeys(kinds)),
        "processes": [
            {**process, "column": column, "row": row}
            for process, (column, row) in zip(
                processes_of(build), places(len(number), edges), strict=True
            )
        ],
        "channels": [
            {"from": source, "to": target, **channel_facts(value, run)}
            for value, (source, target) in zip(values, edges, strict=True)
        ],
        "stops": run if isinstance(run, str) else "",
        "cycles": 0 if isinstance(run, str) else run.cycles,
        "frames": TRACED_FRAMES,
        "results": build.results,
        "explored": None if build.explored is None else fronts_of(build.explored),
    }


def ends_of(value: SSAValue, number: Mapping[Process, int]) -> tuple[int, int]:
    """The processes at both ends of a channel."""
    (use,) = value.uses
    assert isinstance(value.owner, Process) and isinstance(use.operation, Process)
    return number[value.owner], number[use.operation]


def run_of(design: DesignOp) -> Timeline | str:
    """Some frames in the design; or why it stops."""
    try:
        return simulated_frames(design)
    except Deadlock as error:
        return str(error)


def device_facts(part: Part) -> Facts:
    """What a design takes of its device."""
    estimate = part.about["estimate"]
    return {
        "name": estimate["device"],
        "part": part.about["part"],
        "design": part.design.sym_name.data,
        "bearable": reported_figures(TARGETS[part.about["target"]].vendor, DEFAULT_BUDGET_SHARE),
        "ports": part.about.get("ports") or [],
        **{key: estimate[key] for key in ("resources", "utilisation", "error", "external_gb_s")},
    }


def processes_of(build: Build) -> list[Facts]:
    """Each process of the whole, in order; a link is at the device that it leads to."""
    found: list[Facts] = []
    for number, part in enumerate(build.parts):
        for process, facts in zip(part.design.processes, facts_in(part), strict=True):
            sends = isinstance(process, SinkOp) and process.over is not None
            if len(build.parts) == 1 or not sends:
                found.append({"device": number, **facts})
    return found


def facts_in(part: Part) -> list[Facts]:
    """Each process of a part: what it is, what it takes, and its text on every level."""
    layers: Sequence[Facts] = part.about["estimate"]["layers"]
    lines = str(part.design).splitlines()[1:]
    names = short_names((name_of(process) for process in part.design.processes), BOX)
    found: list[Facts] = []
    for n, process in enumerate(part.design.processes):
        fold = folding_of(process)
        found.append(
            {
                "name": part.names[n],
                "layer": name_of(process),
                "short": names[name_of(process)],
                "kind": process.kind,
                "pe": layers[n]["pe"],
                "simd": layers[n]["simd"],
                "storage": fold.storage or "",
                "computes": computes(process),
                "cycles": layers[n]["cycles"],
                "resources": layers[n]["resources"],
                "mlir": lines[n].strip(),
                "code": part.code[n],
            }
        )
    return found


def computes(process: Process) -> str:
    """In which precision: of what it reads, multiplies with, adds up, and writes."""
    found = [f"reads {channel.element}" for channel in process.inputs[:1]]
    if isinstance(process, WeightedProcess):
        weights = data_of(process, process.weights).element
        found += [f"weights {weights}", f"sums {process.accumulator}"]
    found += [f"writes {channel.element}" for channel in process.outputs[:1]]
    return ", ".join(found).replace("!qnn.", "")


def channel_facts(value: SSAValue, run: Timeline | str) -> Facts:
    """What goes through a channel, how much it holds, and how full it gets over time."""
    channel = channel_of(value)
    levels = np.zeros(0, np.int64)
    if isinstance(run, Timeline):
        levels = most_of(run.reserved[value], run.read[value], run.cycles)
    return {
        "shape": "x".join(map(str, channel.frame)),
        "element": str(channel.element),
        "lanes": channel.lanes.data,
        "bits": channel.word_bits,
        "words": channel.words,
        "depth": channel.depth.data,
        "most": int(levels.max(initial=0)),
        "levels": levels.tolist(),
        "stretch": stretch_of(run.cycles) if isinstance(run, Timeline) else 0,
    }


def fronts_of(explored: Mapping[str, Any]) -> list[Facts]:
    """For each device and clock, rate against the part of the device that is taken."""
    fronts: list[Facts] = []
    for curve in explored.get("curves", []):
        points = curve.get("front") or [curve.get("at_rate")]
        found = [
            {"fps": point["fps"], "share": max(point["utilisation"].values(), default=0)}
            for point in points
            if point
        ]
        if found:
            name = f"{curve['device']} at {curve['clock_mhz']:g} MHz"
            fronts.append({"name": name, "points": found})
    return fronts
