"""The content of a report as one JSON object."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from xdsl.ir import SSAValue

from ...hardware.calibration import Calibration
from ...hardware.estimate import name_of, reported_figures
from ...hardware.resources.device import DEFAULT_BUDGET_SHARE
from ...hardware.timing.simulate import Deadlock
from ...hardware.timing.timeline import Timeline
from ...hardware.timing.trace import TRACED_FRAMES, cycles_per_point, peak_levels, simulated_frames
from ...passes.tile.layer_folding import folding_of
from ...qdialect.stream import DesignOp, Process, SinkOp
from ...qdialect.stream.compute import WeightedProcess
from ...qdialect.stream.process import data_of
from ...qdialect.stream.types import channel_of
from ..tables import short_names
from .build import Build, BuildPart
from .layout import places
from .schema import TOTALS_SHAPE

Facts = dict[str, Any]

BOX_CHARACTERS = 24
"""The length of a name that fits in the box of a process."""


def facts_of(build: Build) -> Facts:
    design, description = build.designs.design, build.description
    values = [value for process in design.processes for value in process.results]
    number = {process: n for n, process in enumerate(design.processes)}
    edges = [_channel_ends(value, number) for value in values]
    run = _simulated(design)
    devices = [_device_facts(part) for part in build.parts]
    processes = _process_facts(build)
    kinds = (kind for owner in (*devices, *processes) for kind in owner["resources"])
    return {
        **{key: description[key] for key in ("made_by", "network", "target", "top")},
        "language": build.parts[0].target.language,
        "estimate": {
            key: found for key, found in description["estimate"].items() if key in TOTALS_SHAPE
        },
        "devices": devices,
        "links": description["estimate"].get("links", []),
        "kinds": list(dict.fromkeys(kinds)),
        "processes": [
            {**process, "column": column, "row": row}
            for process, (column, row) in zip(processes, places(len(number), edges), strict=True)
        ],
        "channels": [
            {"from": source, "to": target, **_channel_facts(value, run)}
            for value, (source, target) in zip(values, edges, strict=True)
        ],
        "deadlock": str(run) if isinstance(run, Deadlock) else "",
        "cycles": run.cycles if isinstance(run, Timeline) else 0,
        "frames": TRACED_FRAMES,
        "results": build.results,
        "explored": None if build.exploration is None else _fronts(build.exploration),
    }


def _channel_ends(value: SSAValue, number: Mapping[Process, int]) -> tuple[int, int]:
    """The processes at both ends of a channel."""
    (use,) = value.uses
    assert isinstance(value.owner, Process) and isinstance(use.operation, Process)
    return number[value.owner], number[use.operation]


def _simulated(design: DesignOp) -> Timeline | Deadlock:
    """The first frames in the design, or the deadlock that stops them."""
    try:
        return simulated_frames(design)
    except Deadlock as deadlock:
        return deadlock


def _device_facts(part: BuildPart) -> Facts:
    """The device of a design, and the resources that the design uses."""
    estimate = part.description["estimate"]
    return {
        "name": estimate["device"],
        "part": part.description["part"],
        "design": part.design.sym_name.data,
        "budget": reported_figures(part.target.vendor, DEFAULT_BUDGET_SHARE),
        "ports": part.description.get("ports") or [],
        "accuracy": Calibration(estimate["not_calibrated"]).remark or "",
        **{key: estimate[key] for key in ("resources", "utilisation", "error", "external_gb_s")},
    }


def _process_facts(build: Build) -> list[Facts]:
    """The processes of all parts in order; a link belongs to the device at its receiving end."""
    found: list[Facts] = []
    for number, part in enumerate(build.parts):
        for process, facts in zip(part.design.processes, _part_facts(part), strict=True):
            sends = isinstance(process, SinkOp) and process.over is not None
            if len(build.parts) == 1 or not sends:
                found.append({"device": number, **facts})
    return found


def _part_facts(part: BuildPart) -> list[Facts]:
    """The processes of a part: kind, folding, resources, MLIR and generated code."""
    layers: Sequence[Facts] = part.description["estimate"]["layers"]
    lines = str(part.design).splitlines()[1:]
    names = short_names((name_of(process) for process in part.design.processes), BOX_CHARACTERS)
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
                "precision": _precision(process),
                "cycles": layers[n]["cycles"],
                "resources": {**layers[n]["resources"], **_synthesised(part, n)},
                "mlir": lines[n].strip(),
                "code": part.code[n],
            }
        )
    return found


def _synthesised(part: BuildPart, number: int) -> dict[str, float]:
    """The cells of a process for each family for which the build was synthesised."""
    found: dict[str, float] = {}
    families: Mapping[str, Facts] = part.description.get("synthesis") or {}
    for family, figures in families.items():
        layer: Facts = figures["layers"][number]
        counts = {kind: amount for kind, amount in layer.items() if kind not in ("name", "kind")}
        found |= {f"{kind} ({family})": amount for kind, amount in counts.items()}
    return found


def _precision(process: Process) -> str:
    """The element types of what a process reads, multiplies with, accumulates and writes."""
    found = [f"reads {channel.element}" for channel in process.inputs[:1]]
    if isinstance(process, WeightedProcess):
        weights = data_of(process, process.weights).element
        found += [f"weights {weights}", f"sums {process.accumulator}"]
    found += [f"writes {channel.element}" for channel in process.outputs[:1]]
    return ", ".join(found).replace("!qnn.", "")


def _channel_facts(value: SSAValue, run: Timeline | Deadlock) -> Facts:
    """The frames of a channel, its depth, and the words in it over time."""
    channel = channel_of(value)
    levels = np.zeros(0, np.int64)
    if isinstance(run, Timeline):
        levels = peak_levels(run.reserved[value], run.read[value], run.cycles)
    return {
        "shape": "x".join(map(str, channel.frame)),
        "element": str(channel.element),
        "lanes": channel.lanes.data,
        "bits": channel.word_bits,
        "words": channel.words,
        "depth": channel.depth.data,
        "most": int(levels.max(initial=0)),
        "levels": levels.tolist(),
        "stretch": cycles_per_point(run.cycles) if isinstance(run, Timeline) else 0,
    }


def _fronts(exploration: Mapping[str, Any]) -> list[Facts]:
    """For each device and clock: frame rates, and the share of the device that is used."""
    fronts: list[Facts] = []
    for curve in exploration.get("curves", []):
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
