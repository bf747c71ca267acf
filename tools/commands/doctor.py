"""The command line of `qnn doctor`."""

from dataclasses import dataclass

from .shared import Commands, add_command, add_json


@dataclass(frozen=True)
class DoctorOptions:
    """The options of `qnn doctor`."""

    json: bool


def add_doctor(commands: Commands) -> None:
    command = add_command(
        commands,
        "doctor",
        DoctorOptions,
        "doctor:doctor_command",
        "check which optional packages and tools are installed",
        "qnn doctor --json",
    )
    add_json(command)
