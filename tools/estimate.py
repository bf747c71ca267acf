"""`qnn estimate`: how fast a network is on a device, and how large."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from ..frontends.summary import align_columns, short_names, with_unit_prefix
from ..hardware.estimate import Estimate, EstimateError, System, estimate, format_amount
from ..hardware.resources.device import RESOURCE_KINDS, Device, DeviceError, device_named
from ..hardware.resources.work import NetworkWork
from ..hardware.search.limits import NextStep, next_step
from ..hardware.timing.simulate import Deadlock
from ..hardware.timing.trace import simulated_frames, trace
from ..qdialect.stream import DesignOp
from .designs import Request, clock_of, design_in
from .files import UserError, write_whole
from .networks import load_network


def estimate_command(arguments: argparse.Namespace) -> None:
    """`qnn estimate`: a table, or JSON; and a trace, if one is wanted."""
    if arguments.device is None:
        from .multi_device import estimate_parts

        return estimate_parts(arguments)
    try:
        device = device_named(arguments.device)
        request = Request(device, arguments.clock, arguments.fps, arguments.folding, estimate=True)
        design = design_in(load_network(arguments.network), request)
        clock = clock_of(design, device, arguments.clock)
        found = estimated(design, device, clock)
        step = next_step(design, device, clock, found.bottleneck.cycles)
        if arguments.trace is not None:
            write_trace(design, arguments.trace)
    except DeviceError as error:
        raise UserError(str(error)) from None
    print(json.dumps(as_json(found, step), indent=2) if arguments.json else table(found, step))


def estimated(design: DesignOp, device: Device, clock_mhz: float) -> Estimate:
    """What a design comes to; what stops it from working is a mistake of the user's."""
    try:
        return estimate(design, device, clock_mhz)
    except (EstimateError, Deadlock) as error:
        raise UserError(str(error)) from None


def as_json(found: Estimate, step: NextStep | None) -> dict[str, Any]:
    """The fields that scripts rely on."""
    return {
        "fps": found.fps,
        "interval_cycles": found.interval,
        "latency_cycles": found.latency,
        "clock_mhz": found.clock_mhz,
        "device": found.device.name,
        "bottleneck": found.bottleneck.name,
        "ops": found.work.ops,
        "macs": found.work.macs,
        "bops": found.work.bops,
        "weight_bits": found.work.weight_bits,
        "feature_bits": found.work.feature_bits,
        "external_bits": found.work.external_bits,
        "external_gb_s": found.bandwidth_gb_s,
        "arithmetic_intensity": found.work.intensity,
        **amounts_as_json(found),
        "next_step": step_as_json(found, step),
        **layers_as_json(found),
    }


def amounts_as_json(found: Estimate) -> dict[str, Any]:
    """What is taken of a device."""
    return {
        "resources": found.resources,
        "utilisation": found.utilisation,
        "error": found.errors,
    }


def layers_as_json(found: Estimate) -> dict[str, Any]:
    """By what it is taken."""
    return {
        "kinds": {kind: found.named(use) for kind, use in found.kinds.items()},
        "layers": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "pe": layer.pe,
                "simd": layer.simd,
                "cycles": layer.cycles,
                "resources": found.named(layer.use),
            }
            for layer in found.layers
        ],
    }


def step_as_json(found: Estimate, step: NextStep | None) -> dict[str, Any] | None:
    """A faster design, and what limits it: resources, or nothing but the slowest layer."""
    if step is None:
        return None
    return {
        "fps": found.clock_mhz * 1e6 / step.interval,
        "interval_cycles": step.interval,
        "resources": found.named(step.use),
        "limits": over(found, step) or [found.bottleneck.name],
    }


def over(found: Estimate, step: NextStep) -> list[str]:
    """The resources of which a step takes too much, by the names of the device's vendor."""
    marks = np.array([kind in step.over for kind in RESOURCE_KINDS], float)
    return [name for name, mark in found.by_name(marks).items() if mark]


def table(found: Estimate, step: NextStep | None) -> str:
    """The processes as text, in order, then each kind of them, with the totals below."""
    slowest = found.bottleneck.cycles
    return "\n".join([*layers(found, slowest), "", *totals(found), *faster(found, step)])


def layers(found: Estimate, slowest: int) -> list[str]:
    """A line for each process, and for each kind of them; those that take so long are marked."""
    kinds = list(found.resources)
    names = names_of(found)
    lines = [["", "layer", "kind", "PE", "SIMD", "cycles", *kinds]]
    for layer in found.layers:
        amounts = found.named(layer.use)
        mark = "*" if layer.cycles == slowest else ""
        numbers = [f"{n:,}" for n in (layer.pe, layer.simd, layer.cycles)]
        taken = [format_amount(amounts.get(kind, 0)) for kind in kinds]
        lines.append([mark, names[layer.name], layer.kind, *numbers, *taken])
    for kind, use in found.kinds.items():
        amounts = found.named(use)
        parts = [format_amount(amounts.get(name, 0)) for name in kinds]
        lines.append(["", "all", kind, "", "", "", *parts])
    return [align_columns(lines, 3)]


def faster(found: Estimate, step: NextStep | None) -> list[str]:
    """What keeps the design from being faster."""
    slowest = slowest_of(found)
    if step is None:
        return [f"nothing is faster: {slowest} is as parallel as it can be"]
    rate = f"{found.clock_mhz * 1e6 / step.interval:,.1f} frames/s, {step.interval:,} cycles"
    if not step.over:
        where = ", and weights outside the device" if found.named(step.use).get("port") else ""
        return [f"next step: {rate}: it fits, with a faster {slowest}{where}"]
    amounts = found.named(step.use)
    bearable = found.named(found.device.budget(found.clock_mhz))
    wanted = (
        f"{format_amount(amounts[k])} {k}, of {format_amount(bearable[k])}"
        for k in over(found, step)
    )
    return [f"next step: {rate}: it would take {' and '.join(wanted)} that a design may take"]


def totals(found: Estimate) -> Sequence[str]:
    work = found.work
    return [
        *rates(found, found.device.name),
        *worked(work),
        f"from and to the outside: {work.external_bits:,} bits a frame, "
        f"{found.bandwidth_gb_s:.3g} GB/s; {work.intensity:,.1f} ops a byte",
        *shares(found),
    ]


def rates(found: Estimate | System, devices: str) -> list[str]:
    """How fast a design is, on a device or on several."""
    microseconds = found.latency / found.clock_mhz
    return [
        f"{devices} at {found.clock_mhz:g} MHz: {found.fps:,.1f} frames/s, "
        f"a frame every {found.interval:,} cycles",
        f"* slowest: {slowest_of(found)}",
        f"latency of one frame: {found.latency:,} cycles, {microseconds:,.2f} us",
    ]


def slowest_of(found: Estimate | System) -> str:
    slowest = found.bottleneck
    return f"{names_of(found)[slowest.name]} ({slowest.kind})"


def names_of(found: Estimate | System) -> dict[str, str]:
    """What tables call the layers."""
    parts = found.parts if isinstance(found, System) else [found]
    return short_names(layer.name for part in parts for layer in part.layers)


def worked(work: NetworkWork) -> list[str]:
    """What is computed for a frame."""
    return [
        f"a frame: {work.macs:,} MACs, {work.ops:,} ops, {with_unit_prefix(work.bops)}BOPs; "
        f"{work.weight_bits:,} bits of weights, {work.feature_bits:,} of feature maps",
    ]


def shares(found: Estimate) -> list[str]:
    """How much of the device is taken, and whether that is more than it bears."""
    held = found.named(found.device.amounts(found.clock_mhz))
    bearable = found.named(found.device.budget(found.clock_mhz))
    lines: list[str] = []
    for kind, taken in found.resources.items():
        if taken > held.get(kind, 0):
            remark = ": more than there are"
        elif taken > bearable.get(kind, 0):
            remark = f": timing may not close with more than {format_amount(bearable[kind])}"
        else:
            remark = ""
        part = f"{found.utilisation[kind]:.1%}"
        bar = f" +-{found.errors[kind]:.0%}" if kind in found.errors else ""
        lines.append(
            f"{kind}: {format_amount(taken)}{bar} of {format_amount(held.get(kind, 0))}, "
            f"{part}{remark}"
        )
    return lines


def write_trace(design: DesignOp, path: str) -> None:
    events = trace(design, simulated_frames(design))

    def write(file: BinaryIO) -> None:
        file.write(json.dumps(events).encode())

    write_whole(path, write)
    print(f"qnn: {path}: open it in https://ui.perfetto.dev, or chrome://tracing", file=sys.stderr)
