"""The command line of `qnn explore`."""

from collections.abc import Sequence
from dataclasses import dataclass

from .shared import (
    Commands,
    add_command,
    add_fps,
    add_json,
    add_max_error,
    add_network,
    add_scheduler,
)
from .values import parse_clocks, parse_names


@dataclass(frozen=True)
class ExploreOptions:
    """The options of `qnn explore`."""

    network: str
    devices: Sequence[str] | None
    clocks: Sequence[float] | None
    """In MHz."""
    fps: float | None
    json: bool
    scheduler: str | None
    output: str | None
    max_error: int
    """Levels by which each quantizer behind a sum without a common scale may be off."""


def add_explore(commands: Commands) -> None:
    command = add_command(
        commands,
        "explore",
        ExploreOptions,
        "explore.explore:explore_command",
        "compare throughput and resources on many devices",
        "qnn explore model.onnx --devices z7020,zu3eg,u250 -o fronts/",
    )
    add_network(command)
    command.add_argument(
        "--devices",
        type=parse_names,
        metavar="A,B,...",
        help="the devices: names or TOML files; by default all that qnn devices lists",
    )
    command.add_argument(
        "--clocks",
        type=parse_clocks,
        metavar="MHZ,...",
        help="the clocks to try on each device, in MHz; by default the device's own",
    )
    add_fps(
        command,
        "find the smallest device that reaches N frames per second; by default the whole range "
        "of rates is explored",
    )
    add_max_error(command)
    add_json(command)
    add_scheduler(command)
    command.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        help="write the result, plots and finished points to FOLDER; the same command continues "
        "from the points that are there",
    )
