"""Options that several commands share: each is declared here once."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from ...backends.targets import TARGETS, all_engines
from ..errors import UsageError
from ..parser import Parser
from ..verbosity import Verbosity
from .values import (
    parse_clock,
    parse_fraction,
    parse_levels,
    parse_link,
    parse_names,
    parse_positive,
)

if TYPE_CHECKING:
    from argparse import _SubParsersAction  # pyright: ignore[reportPrivateUsage]

    from ...qdialect.stream import LinkAttr

Commands: TypeAlias = "_SubParsersAction[Parser]"


@dataclass(frozen=True)
class DesignOptions:
    """The target and devices of a design, and the rate and clock that it must reach."""

    target: str | None
    """The language; None keeps the design's own, which by default is that of HLS."""
    device: str | None
    """The only device; without it, the network is cut over `devices`, or was cut before."""
    devices: Sequence[str] | None
    link: "LinkAttr | None"
    fewest: bool
    fps: float | None
    clock_mhz: float | None
    folding: str | None
    """The path of a folding file."""
    over_budget: bool
    """Whether a design may exceed the budget of its device."""
    max_error: int
    """Levels by which each quantizer behind a sum without a common scale may be off."""

    def __post_init__(self) -> None:
        for option, value in (("--link", self.link), ("--fewest", self.fewest)):
            if self.device is not None and value:
                raise UsageError(f"{option} needs --devices; --device names a single one")

    @property
    def cutting(self) -> list[str]:
        """The options in use that have no effect on a network that is cut already."""
        options: dict[str, Any] = {
            "--link": self.link,
            "--fps": self.fps,
            "--clock": self.clock_mhz,
            "--folding": self.folding,
            "--fewest": self.fewest,
            "--max-error": self.max_error,
        }
        return [option for option, value in options.items() if value]


def add_command(
    commands: Commands, name: str, options: type, runner: str, summary: str, example: str
) -> Parser:
    """Adds a command.

    `options` is the dataclass that its arguments become, and `runner` the function that runs it, as
    "module:function" in `qnn.tools`. The module is imported only when the command runs, so that
    `--help` and errors in the command line are fast.
    """
    command = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example: {example}",
    )
    command.set_defaults(options=options, runner=runner)
    return command


def options_of(arguments: Namespace) -> Any:
    """The options of the command that was parsed."""
    options = arguments.options
    return options(**{field.name: getattr(arguments, field.name) for field in fields(options)})


def add_network(command: ArgumentParser) -> None:
    command.add_argument(
        "network", help="the network: .mlir of any level, .onnx, or .pt2 of torch.export"
    )


def add_design(command: ArgumentParser) -> None:
    """The options of `DesignOptions`."""
    devices = command.add_mutually_exclusive_group()
    devices.add_argument(
        "--device",
        metavar="NAME",
        help="the device: its name, its part number, or a TOML file; see qnn devices",
    )
    devices.add_argument(
        "--devices",
        type=parse_names,
        metavar="A,B,...",
        help="several devices in a chain: the network is cut into one part for each",
    )
    command.add_argument(
        "--link",
        type=parse_link,
        metavar="BITS@MHZ[+NS]",
        help="the links of the chain: 64@156.25+500 transfers 64 bits per cycle at 156.25 MHz, "
        "with a latency of 500 ns (by default 0)",
    )
    command.add_argument(
        "--fewest",
        action="store_true",
        help="use as few devices of the chain as possible; by default all are used",
    )
    add_fps(
        command,
        "frames per second to reach: the cheapest design that does is chosen; by default the "
        "fastest that fits on the device",
    )
    command.add_argument(
        "--clock",
        type=parse_clock,
        dest="clock_mhz",
        metavar="MHZ",
        help="the clock in MHz; by default the device's, or the lowest of the chain",
    )
    add_folding(command)
    command.add_argument(
        "--over-budget",
        action="store_true",
        help="accept a design that exceeds the budget of its device; by default it is an error",
    )
    add_max_error(command)


def add_max_error(command: ArgumentParser) -> None:
    command.add_argument(
        "--max-error",
        type=parse_levels,
        default=0,
        metavar="LEVELS",
        help="accept sums of several scales that no integers reproduce exactly: the level of each "
        "quantizer behind one may be off by LEVELS, and a warning names it; the error at the end "
        "of the network is not bounded; by default every level is exact",
    )


def add_target(command: ArgumentParser, text: str, *, required: bool = False) -> None:
    summaries = ", ".join(f"{name} is {target.summary}" for name, target in TARGETS.items())
    command.add_argument(
        "--target", choices=list(TARGETS), required=required, help=f"{text}: {summaries}"
    )


def add_fps(command: ArgumentParser, text: str) -> None:
    command.add_argument("--fps", type=parse_positive, metavar="N", help=text)


def add_folding(command: ArgumentParser, prefix: str = "") -> None:
    command.add_argument(
        "--folding",
        metavar="FILE",
        help=f"{prefix}a JSON file with PE and SIMD of some layers or all; the others are chosen",
    )


def add_engine(command: ArgumentParser, default: str) -> None:
    engines = all_engines()
    summaries = ", ".join(f"{name} is {engine.summary}" for name, engine in engines.items())
    command.add_argument(
        "--engine",
        choices=list(engines),
        default=default,
        help=f"the engine that computes: {summaries}; by default {default}",
    )


def add_pixels(command: ArgumentParser) -> None:
    """The conversion of pixels to the input of a network."""
    command.add_argument(
        "--scale",
        type=parse_fraction,
        metavar="A/B",
        help="multiply pixels by A/B, as in 1/255; by default pixels are used as they are",
    )
    command.add_argument(
        "--offset", type=float, metavar="X", help="add X to the scaled pixels; by default 0"
    )


def add_scheduler(command: ArgumentParser) -> None:
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="compute on the Dask cluster at tcp://HOST:PORT; by default on this machine",
    )


def add_json(command: ArgumentParser) -> None:
    command.add_argument(
        "--json", action="store_true", help="print one JSON object instead of text"
    )


def add_verbosity(command: ArgumentParser) -> None:
    level = command.add_mutually_exclusive_group()
    level.add_argument(
        *("-q", "--quiet"),
        action="store_const",
        dest="verbosity",
        const=Verbosity.QUIET,
        default=Verbosity.NORMAL,
        help="print only results and errors; by default each finished step is logged, too",
    )
    level.add_argument(
        *("-v", "--verbose"),
        action="store_const",
        dest="verbosity",
        const=Verbosity.VERBOSE,
        help="log each step when it starts, too",
    )
