"""`qnn devices`: the known devices, their resources, and the source of each figure."""

import json
from collections.abc import Sequence
from typing import Any

from ..backends.target import Target
from ..hardware.estimate import REPORTED_UNITS, format_amount, reported_as
from ..hardware.resources.device import Device, DeviceError, device_named, known_devices
from .commands.devices import DevicesOptions
from .errors import UserError
from .tables import align_columns

FIGURE_COLUMNS = (
    "lut",
    "alm",
    "ff",
    "bram36",
    "m20k",
    "uram",
    "dsp",
    "clock_mhz",
    "bandwidth_gb_s",
)
"""The figures that have a column in the table."""

CONFIDENCE_MARKS = {"measured": "*", "vendor": " ", "guess": "?"}
"""The mark after a figure, by its confidence."""


def devices_command(options: DevicesOptions) -> None:
    """Prints a table, or JSON; for devices that are named, the sources of their figures, too."""
    devices = [find_device(name) for name in options.names or known_devices()]
    if options.json:
        print(json.dumps({device.name: device_as_json(device) for device in devices}, indent=2))
        return
    print(device_table(devices))
    if options.names:
        print("\n" + "\n".join(line for device in devices for line in source_lines(device)))


def find_device(name: str) -> Device:
    """A device by name, part number or TOML file."""
    try:
        return device_named(name)
    except DeviceError as error:
        raise UserError(str(error)) from None


def check_device_target(device: Device, target: Target) -> None:
    """Raises if the device is of a vendor that the target does not serve."""
    if device.vendor != target.vendor:
        raise UserError(
            f"{device.name} is made by {device.vendor.title()}; --target {target.name} supports "
            f"{target.vendor.title()} devices, such as {target.example}"
        )


def check_device_clock(device: Device, clock_mhz: float) -> None:
    """Raises if a device cannot have a clock."""
    try:
        device.check_clock(clock_mhz)
    except DeviceError as error:
        raise UserError(str(error)) from None


def device_as_json(device: Device) -> dict[str, Any]:
    """A device with its figures and their sources."""
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


def device_table(devices: Sequence[Device]) -> str:
    """A line for each device, with a mark after each figure that is not the vendor's."""
    rows = [["name", "part", *FIGURE_COLUMNS]]
    rows += [[device.name, device.part, *_figure_cells(device)] for device in devices]
    lines = [line.rstrip() for line in align_columns(rows, 2).splitlines()]
    boards = ", ".join(sorted(board for device in devices for board in device.boards))
    also = [f"these boards are accepted as device names: {boards}"] if boards else []
    return "\n".join(
        [*lines, "", "* measured, ? estimated; figures without a mark are the vendor's", *also]
    )


def _figure_cells(device: Device) -> list[str]:
    found = {column: (1, column) for column in FIGURE_COLUMNS}
    found |= {column: (unit, key) for key, (column, unit) in REPORTED_UNITS.items()}
    return [
        format_amount(unit * device.figures[key]) + CONFIDENCE_MARKS[device.source(key).confidence]
        if key in device.figures
        else ""
        for unit, key in found.values()
    ]


def source_lines(device: Device) -> list[str]:
    """The source of each figure of a device."""
    boards = f", on {', '.join(device.boards)}" if device.boards else ""
    lines = [f"{device.name}: {device.description}{boards}"]
    for key in device.figures:
        source = device.source(key)
        lines.append(f"  {reported_as(key)}: {source.text} ({source.confidence})")
    return lines
