"""The command line of `qnn run`."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...backends.target import EngineSettings
from ...backends.targets import engines_with
from ..errors import UsageError
from .shared import Commands, add_command, add_engine, add_folding, add_network
from .values import parse_positive, parse_seed, parse_waves


@dataclass(frozen=True)
class RunOptions:
    """The options of `qnn run`."""

    network: str
    input: Sequence[str]
    """The arrays, in the order of the network's inputs."""
    output: str | None
    engine: str
    bounded: bool
    strict: bool
    timeout: float | None
    """In seconds."""
    stalls: int | None
    timing: str | None
    waves: str | None
    folding: str | None

    def __post_init__(self) -> None:
        given = {
            "bounded": self.bounded,
            "strict": self.strict,
            "timeout": self.timeout,
            "stalls": self.stalls,
            "timing": self.timing,
            "waves": self.waves,
            "folding": self.folding,
        }
        for option, value in given.items():
            allowed = engines_with(option)
            if value is not None and value is not False and self.engine not in allowed:
                raise UsageError(f"--{option} needs --engine {' or '.join(allowed)}")

    @property
    def settings(self) -> EngineSettings:
        bounded = self.bounded or self.strict
        return EngineSettings(bounded, self.timeout, self.stalls, self.timing, self.waves)


def prefix_of(option: str) -> str:
    """The start of an option's help: the engines that accept it."""
    return f"{', '.join(engines_with(option))}: "


def add_run(commands: Commands) -> None:
    command = add_command(
        commands,
        "run",
        RunOptions,
        "run_network:run_command",
        "compute the results of a network",
        "qnn run model.onnx --engine hls --bounded --input x.npy -o y.npy",
    )
    add_network(command)
    command.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="FILE",
        help="an input array: .npy, or .npz:key; once per input of the network, in order",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the file to write the results to: .npy or .npz; by default they are printed",
    )
    add_engine(command, "reference")
    command.add_argument(
        "--bounded",
        action="store_true",
        help=f"{prefix_of('bounded')}give the channels the FIFO depths of the device, so that a "
        "deadlock is found; by default they are unbounded",
    )
    command.add_argument(
        "--strict",
        action="store_true",
        help=f"{prefix_of('strict')}have the emulator give the channels the FIFO depths of the "
        "device, so that a deadlock is found; by default it may make them deeper",
    )
    command.add_argument(
        "--timeout",
        type=parse_positive,
        metavar="SECONDS",
        help=f"{prefix_of('timeout')}stop after this many seconds; by default 3600",
    )
    command.add_argument(
        "--stalls",
        type=parse_seed,
        metavar="SEED",
        help=f"{prefix_of('stalls')}have the ports wait at random; the number is the seed",
    )
    command.add_argument(
        "--timing",
        metavar="FILE",
        help=f"{prefix_of('timing')}write a JSON file with the cycles of frames, and the largest "
        "number of words in each channel",
    )
    command.add_argument(
        "--waves",
        type=parse_waves,
        metavar="FILE",
        help=f"{prefix_of('waves')}write the signals of all cycles for a viewer: .vcd or .fst",
    )
    add_folding(command, prefix_of("folding"))
