"""The command line of `qnn devices`."""

from collections.abc import Sequence
from dataclasses import dataclass

from .shared import Commands, add_command, add_json


@dataclass(frozen=True)
class DevicesOptions:
    """The options of `qnn devices`; without names, all known devices are listed."""

    names: Sequence[str]
    json: bool


def add_devices(commands: Commands) -> None:
    command = add_command(
        commands,
        "devices",
        DevicesOptions,
        "devices:devices_command",
        "list the known devices and their resources",
        "qnn devices z7020 u250",
    )
    command.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="devices to show with the source of each figure: names, part numbers or TOML files; "
        "by default all known devices, without the sources",
    )
    add_json(command)
