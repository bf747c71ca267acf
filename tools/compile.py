"""`qnn compile`: from a network to a project for the vendor's tools."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from ..backends import hls, opencl
from ..backends.golden_vectors import write
from ..backends.netlist.netlist import Port
from ..backends.project import VERSION, DesignSource, Project
from ..hardware.estimate import Estimate, LayerEstimate, format_amount
from ..hardware.resources.device import Device, DeviceError, device_named
from ..hardware.search.limits import next_step
from ..passes.driver.check_semantics import samples
from ..passes.tile.folding_file import write_folding
from ..passes.tile.layer_folding import foldable_layers, folding_of
from ..qdialect.data import Array
from ..qdialect.interpreter import check_inputs, entry_of, input_types, interpreter_of, run
from ..qdialect.stream import DesignOp, Process
from ..qdialect.stream.flow import ForkOp, RepackOp
from ..qdialect.stream.ports import SinkOp, SourceOp
from .arrays import load_array
from .designs import Request, clock_of, design_in, timed
from .estimate import as_json, estimated, shares, table
from .files import UserError
from .folders import build_folder
from .networks import load_network, write_module
from .simulated import as_user_errors
from .units import Unit, units_of


@dataclass(frozen=True)
class Target:
    """A language: whose devices it is for, and how a design is written in it."""

    vendor: str
    example: str
    """One of these devices."""
    emit: Callable[[DesignOp, str], DesignSource]
    project: type[Project]


TARGETS = {
    "hls": Target("xilinx", "z7020", hls.emit, hls.HlsProject),
    "opencl": Target("intel", "arria10-gx1150", opencl.emit, opencl.OpenclProject),
}

BUILD = "build.json"
"""What a build is, and what it comes to."""

DESIGN = "design.mlir"
"""The design that a project was made from."""

Vectors = tuple[list[Array], list[Array]]
"""Frames of a design, and their results."""


def compile_command(arguments: argparse.Namespace) -> None:
    """`qnn compile`: a folder with sources, golden vectors, scripts, and a table of layers."""
    if arguments.device is None:
        from .compile_parts import compile_parts

        return compile_parts(arguments)
    target, device = target_of(arguments), device_of(arguments.device, arguments.target)
    with build_folder(arguments.output) as folder, as_user_errors():
        given = [load_array(name) for name in arguments.inputs]
        with timed("import"):
            module = load_network(arguments.network)
        if given:
            check_inputs(entry_of(module), given)
        request = Request(device, arguments.clock, arguments.fps, arguments.folding)
        design = design_in(module, request)
        with timed("golden vectors"):
            vectors = vectors_of(module, given)[design] if given else sampled(module, design)
        emitted = target.emit(design, Path(arguments.network).stem)
        found = estimated(design, device, clock_of(design, device, arguments.clock))
        told = build(arguments, found, module, design, emitted, vectors, folder)
    print(told)


def target_of(arguments: argparse.Namespace) -> Target:
    """The language that is wanted."""
    target = TARGETS[arguments.target]
    return replace(target, emit=partial(hls.emit, streams=True)) if arguments.streams else target


def build(
    arguments: argparse.Namespace,
    found: Estimate,
    module: ModuleOp,
    design: DesignOp,
    emitted: DesignSource,
    vectors: Vectors,
    folder: Path,
) -> str:
    """Writes a design's project, and says what the design comes to."""
    device, clock = found.device, found.clock_mhz
    names = [port.name for port in (*emitted.inputs, *emitted.outputs)]
    units = dict(zip(names, units_of(module, design), strict=True))
    told = [f"- {unit.told(name)}" for name, unit in units.items() if unit]
    summary = "\n".join([summarize(design, emitted, found), *told])
    step = next_step(design, device, clock, found.bottleneck.cycles)
    project = TARGETS[arguments.target].project(emitted, device, clock, summary)
    with timed("write"):
        write(project.files(*vectors), folder)
        write_design(folder, module, design)
        more = {"part": device.part, "top": emitted.top, "processes": list(emitted.processes)}
        ports = [port_as_json(port, units.get(port.name)) for port in emitted.ports]
        describe(arguments, folder, as_json(found, step), **more, ports=ports)
    return table(found, step)


def describe(
    arguments: argparse.Namespace, folder: Path, estimate: Mapping[str, Any], **more: object
) -> None:
    """Writes what a build is, for scripts and for `qnn report`."""
    about = {
        "made_by": VERSION,
        "network": Path(arguments.network).name,
        "target": arguments.target,
        **more,
        "estimate": estimate,
    }
    (folder / BUILD).write_text(json.dumps(about, indent=1) + "\n")


def port_as_json(port: Port, unit: Unit | None) -> dict[str, Any]:
    """What a host has to know of a port."""
    return {
        "name": port.name,
        "role": port.role,
        "frame": list(port.frame),
        "dtype": str(port.dtype),
        "frame_bytes": port.frame_bytes,
        "word_bits": 8 * port.word_bytes,
        "unit": unit and asdict(unit),
    }


def write_design(folder: Path, module: ModuleOp, design: DesignOp) -> None:
    """Writes what a project was made from: the design, and its folding."""
    with (folder / DESIGN).open("wb") as file:
        write_module(module, file)
    folds = {name: folding_of(found[0]) for name, found in foldable_layers(design).items()}
    write_folding(str(folder / "folding.json"), folds)


def device_of(name: str, target: str) -> Device:
    """A device that the target is for."""
    try:
        device = device_named(name)
    except DeviceError as error:
        raise UserError(str(error)) from None
    check_vendor(device, target)
    return device


def check_vendor(device: Device, target: str) -> None:
    """Refuses a device that the target is not for."""
    vendor, example = TARGETS[target].vendor, TARGETS[target].example
    if device.vendor != vendor:
        raise UserError(
            f"{device.name} is a device of vendor {device.vendor}: "
            f"--target {target} is for those of {vendor}, such as {example}"
        )


def sampled(module: ModuleOp, design: DesignOp) -> Vectors:
    """Random frames of a design and extreme ones, and their results."""
    frames = samples(input_types(design), np.random.default_rng(0))
    return frames, list(interpreter_of(module).call_op(design, tuple(frames)))


def vectors_of(module: ModuleOp, inputs: Sequence[Array]) -> dict[DesignOp, Vectors]:
    """What each design is given, and what it gives back, when its network runs."""
    calls: dict[DesignOp, list[Vectors]] = {}

    def engine(design: DesignOp, frames: list[Array]) -> list[Array]:
        results = list(interpreter_of(module).call_op(design, tuple(frames)))
        calls.setdefault(design, []).append((frames, results))
        return results

    run(module, inputs, engine=engine)
    return {design: joined(vectors) for design, vectors in calls.items()}


def joined(calls: Sequence[Vectors]) -> Vectors:
    """The frames of some calls behind one another, and their results."""
    frames, results = (zip(*part, strict=True) for part in zip(*calls, strict=True))
    return list(map(np.concatenate, frames)), list(map(np.concatenate, results))


PLUMBING = SourceOp | SinkOp | ForkOp | RepackOp
"""What no layer of a network asks for: a table has it in one row."""


def summarize(design: DesignOp, emitted: DesignSource, found: Estimate) -> str:
    """The layers as a table of Markdown, which adds up, and what they come to."""
    names, kinds = emitted.processes, list(found.resources)
    rows: list[list[str]] = []
    rest, others = dict(found.resources), list[str]()
    for name, process, layer in zip(names, design.processes, found.layers, strict=True):
        if isinstance(process, PLUMBING):
            others.append(layer.kind)
            continue
        taken = {kind: found.named(layer.use).get(kind, 0) for kind in kinds}
        rest = {kind: rest[kind] - taken[kind] for kind in kinds}
        rows.append([name, *row_of(process, layer), *map(format_amount, taken.values())])
    kind = ", ".join(dict.fromkeys(others))
    rows.append(["all else", kind, "", "", "", "", *map(format_amount, rest.values())])
    slowest = max(range(len(names)), key=lambda number: found.layers[number].cycles)
    lines = [
        f"{found.fps:,.1f} frames/s at {found.clock_mhz:g} MHz: a frame every "
        f"{found.interval:,} cycles, which {names[slowest]} takes",
        f"latency of one frame alone: {found.latency:,} cycles, "
        f"{found.latency / found.clock_mhz:,.1f} us",
        *shares(found),
    ]
    return "\n".join([markdown([[*HEAD, *kinds], *rows]), "", *(f"- {line}" for line in lines)])


HEAD = ["layer", "kind", "PE", "SIMD", "storage", "cycles"]


def row_of(process: Process, layer: LayerEstimate) -> list[str]:
    fold = folding_of(process)
    choices = [str(choice) if choice is not None else "" for choice in (fold.pe, fold.simd)]
    return [layer.kind, *choices, fold.storage or "", f"{layer.cycles:,}"]


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table that reads well as text, too."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
