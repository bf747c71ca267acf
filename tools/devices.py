"""`qnn devices`: the devices there are, and how well each figure of them is known."""

import argparse
import json
from collections.abc import Sequence
from typing import Any

from ..frontends.summary import align_columns
from ..hardware.estimate import REPORTED, format_amount, reported_as
from ..hardware.resources.device import Device, DeviceError, device_named, known_devices
from .files import UserError

COLUMNS = ("lut", "alm", "ff", "bram36", "m20k", "uram", "dsp", "clock_mhz", "bandwidth_gb_s")
"""Figures, each with a column of its own."""

MARKS = {"measured": "*", "vendor": " ", "guess": "?"}
"""What stands behind a figure of each confidence."""


def devices_command(arguments: argparse.Namespace) -> None:
    """`qnn devices`: a table, or JSON; of some devices also where their figures are from."""
    try:
        devices = [device_named(name) for name in arguments.names or known_devices()]
    except DeviceError as error:
        raise UserError(str(error)) from None
    if arguments.json:
        print(json.dumps({device.name: as_json(device) for device in devices}, indent=2))
        return
    print(table(devices))
    if arguments.names:
        print("\n" + "\n".join(line for device in devices for line in origins(device)))


def as_json(device: Device) -> dict[str, Any]:
    """A device, and of each figure where it is from."""
    return {
        "description": device.description,
        "vendor": device.vendor,
        "part": device.part,
        "boards": dict(device.boards),
        **device.figures,
        "sources": {
            key: {"from": source.text, "confidence": source.confidence}
            for key, source in ((key, device.source(key)) for key in device.figures)
        },
    }


def table(devices: Sequence[Device]) -> str:
    """A line for each device, with a mark behind what is not the vendor's figure."""
    rows = [["name", "part", *COLUMNS]]
    rows += [[device.name, device.part, *figures(device)] for device in devices]
    lines = [line.rstrip() for line in align_columns(rows, 2).splitlines()]
    boards = ", ".join(sorted(board for device in devices for board in device.boards))
    also = [f"boards are devices, too: {boards}"] if boards else []
    return "\n".join([*lines, "", "* measured  ? a guess; all else as the vendor says", *also])


def figures(device: Device) -> list[str]:
    found = {column: (1, column) for column in COLUMNS}
    found |= {column: (unit, key) for key, (column, unit) in REPORTED.items()}
    return [
        format_amount(unit * device.figures[key]) + MARKS[device.source(key).confidence]
        if key in device.figures
        else ""
        for unit, key in found.values()
    ]


def origins(device: Device) -> list[str]:
    """Where each figure of a device is from."""
    boards = f", on {', '.join(device.boards)}" if device.boards else ""
    lines = [f"{device.name}: {device.description}{boards}"]
    for key in device.figures:
        source = device.source(key)
        lines.append(f"  {reported_as(key)}: {source.text} ({source.confidence})")
    return lines
