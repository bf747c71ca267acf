"""The command line of `qnn synth`."""

from dataclasses import dataclass

from ...backends.rtl.synthesis.families import FAMILIES
from .shared import Commands, add_command, add_json


@dataclass(frozen=True)
class SynthOptions:
    """The options of `qnn synth`."""

    build: str
    family: str
    whole: bool
    json: bool


def add_synth(commands: Commands) -> None:
    command = add_command(
        commands,
        "synth",
        SynthOptions,
        "synthesis:synth_command",
        "synthesise the SystemVerilog of a build with Yosys, and count its cells",
        "qnn synth build/ --target ecp5",
    )
    command.add_argument("build", help="the folder that qnn compile --target rtl -o wrote")
    families = "; ".join(f"{family.name} is {family.title}" for family in FAMILIES.values())
    command.add_argument(
        "--target",
        dest="family",
        choices=list(FAMILIES),
        default="xc7",
        help=f"the family of devices, by default xc7: {families}",
    )
    command.add_argument(
        "--whole",
        action="store_true",
        help="synthesise the whole design at once, too, which takes minutes for a large one",
    )
    add_json(command)
