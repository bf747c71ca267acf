"""`qnn estimate`: how fast a network is on a device, and how large."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

from ..frontends.summary import aligned, magnitude, shortened
from ..hardware.cycles import Deadlock
from ..hardware.device import Device, DeviceError, device_named
from ..hardware.estimate import Estimate, EstimateError, estimate
from ..hardware.trace import played, trace
from ..qdialect.stream import DesignOp
from .designs import Request, clock_of, design_in
from .files import UserError, write_whole
from .networks import load_network


def estimate_command(arguments: argparse.Namespace) -> None:
    """`qnn estimate`: a table, or JSON; and a trace, if one is wanted."""
    try:
        device = device_named(arguments.device)
        request = Request(device, arguments.clock, arguments.fps, arguments.folding)
        design = design_in(load_network(arguments.network), request)
        found = estimated(design, device, clock_of(design, device, arguments.clock))
        if arguments.trace is not None:
            write_trace(design, arguments.trace)
    except DeviceError as error:
        raise UserError(str(error)) from None
    print(json.dumps(as_json(found), indent=2) if arguments.json else table(found))


def estimated(design: DesignOp, device: Device, clock_mhz: float) -> Estimate:
    """What a design comes to; what stops it from working is a mistake of the user's."""
    try:
        return estimate(design, device, clock_mhz)
    except (EstimateError, Deadlock) as error:
        raise UserError(str(error)) from None


def as_json(found: Estimate) -> dict[str, Any]:
    """The fields that scripts rely on."""
    return {
        "fps": found.fps,
        "interval_cycles": found.interval,
        "latency_cycles": found.latency,
        "clock_mhz": found.clock_mhz,
        "device": found.device.name,
        "bottleneck": found.bottleneck.name,
        "ops": 2 * found.work.macs,
        "macs": found.work.macs,
        "bops": found.work.bops,
        "weight_bits": found.work.weight_bits,
        "resources": found.resources,
        "utilisation": found.utilisation,
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


def table(found: Estimate) -> str:
    """The processes as text, in order, with the totals below."""
    kinds = list(found.resources)
    lines = [["", "layer", "kind", "PE", "SIMD", "cycles", *kinds]]
    for layer in found.layers:
        amounts = found.named(layer.use)
        mark = "*" if layer.cycles == found.bottleneck.cycles else ""
        numbers = [f"{number:,}" for number in (layer.pe, layer.simd, layer.cycles)]
        taken = [amount(amounts.get(kind, 0)) for kind in kinds]
        lines.append([mark, shortened(layer.name), layer.kind, *numbers, *taken])
    return "\n".join([aligned(lines, 3), "", *totals(found)])


def totals(found: Estimate) -> Sequence[str]:
    slowest, work = found.bottleneck, found.work
    device = f"{found.device.name} at {found.clock_mhz:g} MHz"
    microseconds = found.latency / found.clock_mhz
    return [
        f"{device}: {found.fps:,.1f} frames/s, a frame every {found.interval:,} cycles",
        f"* slowest: {shortened(slowest.name)} ({slowest.kind})",
        f"latency of one frame: {found.latency:,} cycles, {microseconds:,.2f} us",
        f"a frame: {work.macs:,} MACs, {2 * work.macs:,} ops, {magnitude(work.bops)}BOPs; "
        f"{work.weight_bits:,} bits of weights",
        *shares(found),
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
            remark = f": timing may not close with more than {amount(bearable[kind])}"
        else:
            remark = ""
        part = f"{found.utilisation[kind]:.1%}"
        lines.append(f"{kind}: {amount(taken)} of {amount(held.get(kind, 0))}, {part}{remark}")
    return lines


def amount(number: float) -> str:
    """Blocks may be taken by halves."""
    return f"{number:,}".removesuffix(".0")


def write_trace(design: DesignOp, path: str) -> None:
    events = trace(design, played(design))

    def write(file: BinaryIO) -> None:
        file.write(json.dumps(events).encode())

    write_whole(path, write)
    print(f"qnn: {path}: open it in https://ui.perfetto.dev, or chrome://tracing", file=sys.stderr)
