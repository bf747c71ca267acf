"""TOML files that describe a device: `qnn devices FILE`."""

import random
from pathlib import Path

from qnn.hardware.resources.device import DEVICES_FOLDER, DeviceError, device_named
from qnn.tools.devices import device_as_json, device_table, source_lines

from ..kind import Kind, outcome_of
from ..tables import damaged_toml


class Cases(Kind):
    suffix = ".toml"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.texts = [path.read_text() for path in sorted(DEVICES_FOLDER.glob("*.toml"))]

    def case(self, rng: random.Random) -> bytes:
        return damaged_toml(rng, self.texts)

    def check(self, case: bytes) -> str:
        return outcome_of(lambda: print_device(self.write_case(case)), DeviceError)


def print_device(path: str) -> None:
    """Prints everything about a device."""
    device = device_named(path)
    device.budget(device.clock_mhz)
    device_table([device])
    source_lines(device)
    device_as_json(device)
