"""The command line of `qnn estimate`."""

from dataclasses import dataclass

from .shared import (
    Commands,
    DesignOptions,
    add_command,
    add_design,
    add_json,
    add_network,
    add_target,
)


@dataclass(frozen=True)
class EstimateOptions(DesignOptions):
    """The options of `qnn estimate`."""

    network: str
    json: bool
    trace: str | None


def add_estimate(commands: Commands) -> None:
    command = add_command(
        commands,
        "estimate",
        EstimateOptions,
        "estimate.estimate:estimate_command",
        "estimate throughput, latency and resources of a network on a device",
        "qnn estimate model.onnx --device z7020 --fps 1000",
    )
    add_network(command)
    add_target(command, "the language, by default that of the design")
    add_design(command)
    add_json(command)
    command.add_argument(
        "--trace",
        metavar="FILE",
        help="write a Chrome trace of the first frames to FILE; by default there is none",
    )
