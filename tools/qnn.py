"""`qnn`: what users do with networks, one subcommand each."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from ..qdialect.interpreter import check_inputs, entry_of
from ..qdialect.stream.design import check_clock
from .arrays import check_output, load_array, save_arrays
from .engines import ENGINES, check_engine, engine_for
from .files import UserError, report_errors, write_whole
from .messages import QUIET, USUAL, VERBOSE
from .networks import import_network, input_type, input_types, load_network, write_module
from .parser import Parser

if TYPE_CHECKING:
    from argparse import _SubParsersAction  # pyright: ignore[reportPrivateUsage]

    from ..qdialect.stream import LinkAttr

LOG = logging.getLogger(__name__)

ENGINES_OF = {
    "bounded": ["hls"],
    "strict": ["opencl"],
    "timeout": ["opencl"],
    "folding": ["hls", "opencl"],
}
"""The engines that an option of `qnn run` is for."""

Commands: TypeAlias = "_SubParsersAction[Parser]"


def later(module: str, command: str) -> Callable[[argparse.Namespace], None]:
    """A command whose module is imported when it runs, and by no other command."""

    def run(arguments: argparse.Namespace) -> None:
        getattr(import_module(f"{__package__}.{module}"), command)(arguments)

    return run


def import_command(arguments: argparse.Namespace) -> None:
    """`qnn import`: a trained network as level 1 MLIR, and what it costs."""
    from ..frontends.summary import folding, summarize, summary_table

    given = input_types(arguments.input)
    module = import_network(arguments.model, given)
    for name, kind in given.items():
        if kind.scale == 1:
            holds = f"{name}={kind.element}".replace("!qnn.", "")
            LOG.info("input %s has the scale 1: %s*SCALE gives it another", holds, holds)
    if arguments.output is not None:
        write_whole(arguments.output, lambda file: write_module(module, file))
    print(summary_table(summarize(module)))
    print(folding(module))


def run_command(arguments: argparse.Namespace) -> None:
    """`qnn run`: computes the results of a network."""
    if arguments.output is not None:
        check_output(arguments.output)
    for option, engines in ENGINES_OF.items():
        if getattr(arguments, option) and arguments.engine not in engines:
            arguments.refuse(f"--{option} is for --engine {' and '.join(engines)}")
    check_engine(arguments.engine)
    module = load_network(arguments.network)
    inputs = [load_array(name) for name in arguments.input]
    check_inputs(entry_of(module), inputs)
    engine = engine_for(
        module,
        arguments.engine,
        arguments.folding,
        arguments.bounded,
        arguments.strict,
        arguments.timeout,
    )
    results = engine.run(inputs)
    if arguments.output is None:
        for result in results:
            print(result)
    else:
        save_arrays(arguments.output, results)


def add_import(commands: Commands) -> None:
    command = commands.add_parser(
        "import",
        help="turn a trained network into MLIR",
        epilog="example: qnn import model.onnx --input image=ui8*0.00390625 -o net.mlir",
    )
    command.add_argument("model", help="the network: .onnx, or .pt2 of torch.export")
    command.add_argument(
        "--input",
        action="append",
        default=[],
        type=input_type,
        metavar="NAME=TYPE*SCALE",
        help="what an input that is declared as float really holds: x=ui8*0.00390625",
    )
    command.add_argument("-o", "--output", metavar="FILE", help="where to write the MLIR")
    command.set_defaults(command=import_command)


def add_run(commands: Commands) -> None:
    command = commands.add_parser(
        "run",
        help="compute the results of a network",
        epilog="example: qnn run model.onnx --engine hls --bounded --input x.npy -o y.npy",
    )
    command.add_argument("network", help="the network: .mlir, .onnx or .pt2")
    command.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="FILE",
        help="an input, as .npy or .npz:key; once for each, in order",
    )
    command.add_argument("-o", "--output", metavar="FILE", help="where to write: .npy or .npz")
    command.add_argument(
        "--engine",
        choices=ENGINES,
        default="reference",
        help="what computes: numpy, C++ for this processor, the hardware's HLS C++, compiled with "
        "g++, or its OpenCL, on the vendor's emulator",
    )
    command.add_argument(
        "--bounded",
        action="store_true",
        help="hls: channels hold no more words than on the device, and a design may stop",
    )
    command.add_argument(
        "--strict", action="store_true", help="opencl: the same, as the emulator has it"
    )
    command.add_argument(
        "--timeout",
        type=above_zero,
        metavar="SECONDS",
        help="opencl: how long it may take; an hour by default",
    )
    command.add_argument(
        "--folding", metavar="FILE", help="hls, opencl: PE and SIMD of layers, as JSON"
    )
    command.set_defaults(command=run_command, refuse=command.error)


def compile_command(arguments: argparse.Namespace) -> None:
    """`qnn compile`: hardware of a network, as a project for the vendor's tools."""
    if arguments.streams and arguments.target != "hls":
        arguments.refuse("--streams is for --target hls")
    check_row(arguments)
    from .compile import compile_command

    compile_command(arguments)


def add_compile(commands: Commands) -> None:
    command = commands.add_parser(
        "compile",
        help="make hardware of a network",
        epilog="example: qnn compile model.onnx --target hls --device zu3eg --fps 3000 -o build/",
    )
    command.add_argument("network", help="the network: .mlir, .onnx or .pt2")
    command.add_argument(
        "--target",
        choices=["hls", "opencl"],
        required=True,
        help="hls: C++ for Vitis HLS; opencl: OpenCL C for Intel's aoc",
    )
    add_devices_of(command)
    command.add_argument(
        "--fps",
        type=above_zero,
        help="frames a second; by default as many as the device holds",
    )
    command.add_argument(
        "--clock", type=clock, metavar="MHZ", help="the clock; the device's by default"
    )
    command.add_argument("--folding", metavar="FILE", help="PE and SIMD of layers, as JSON")
    command.add_argument(
        "--inputs",
        action="append",
        default=[],
        metavar="FILE",
        help="what the testbench runs: an input, as .npy or .npz:key, once for each, in order; "
        "random and extreme ones by default",
    )
    command.add_argument(
        "--streams", action="store_true", help="hls: ports are AXI streams instead of memories"
    )
    command.add_argument("-o", "--output", required=True, metavar="FOLDER", help="the project")
    command.set_defaults(command=compile_command, refuse=command.error)


def add_eval(commands: Commands) -> None:
    command = commands.add_parser(
        "eval",
        help="count the images that a network gets right",
        epilog="example: qnn eval net.mlir --images test.npz:x --labels test.npz:y",
    )
    command.add_argument("network", help="the network: .mlir, .onnx or .pt2")
    command.add_argument(
        "--images",
        required=True,
        metavar="FILE",
        help="a test set: .npy, .npz:key, MNIST's idx, CIFAR-10's binary, or a folder of images, "
        "with a folder for each class in it",
    )
    command.add_argument(
        "--labels",
        metavar="FILE",
        help="the classes, where they are elsewhere: .npy, .npz:key, idx",
    )
    command.add_argument(
        "--first-class",
        type=int,
        default=0,
        metavar="N",
        help="the network's number for class 0, where it begins with others",
    )
    command.add_argument(
        "--scale", type=fraction, metavar="A/B", help="what pixels are multiplied with: 1/255"
    )
    command.add_argument("--offset", type=float, metavar="X", help="what is added then")
    command.add_argument(
        "--engine", choices=ENGINES, default="native", help="what computes; native by default"
    )
    command.add_argument(
        "--compare", metavar="NETWORK", help="another network: the images where the two differ"
    )
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask cluster that does the work: tcp://host:port"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object instead")
    command.set_defaults(command=later("evaluate", "eval_command"))


def fraction(text: str) -> tuple[float, float]:
    """An option that is a number, or one divided by another."""
    above, slash, below = text.partition("/")
    try:
        a, b = float(above), float(below) if slash else 1.0
    except ValueError:
        a, b = 0.0, 0.0
    if not (0 < abs(a) < inf and 0 < abs(b) < inf):
        raise argparse.ArgumentTypeError(f"{text!r} is no number such as 2 or 1/255")
    return a, b


def above_zero(text: str) -> float:
    """An option that is a number, more than 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def clock(text: str) -> float:
    """An option that is a clock in MHz."""
    mhz = above_zero(text)
    try:
        check_clock(mhz)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return mhz


def add_estimate(commands: Commands) -> None:
    command = commands.add_parser(
        "estimate",
        help="how fast a network is on a device, how large",
        epilog="example: qnn estimate model.onnx --device z7020 --fps 1000",
    )
    command.add_argument("network", help="the network, or its design: .mlir, .onnx or .pt2")
    add_devices_of(command)
    command.add_argument(
        "--clock", type=clock, metavar="MHZ", help="the clock; that of the device otherwise"
    )
    command.add_argument(
        "--folding", metavar="FILE", help="how parallel layers are; the rest is chosen"
    )
    command.add_argument(
        "--fps", type=above_zero, metavar="N", help="frames/s that the cheapest design reaches"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object instead")
    command.add_argument(
        "--trace", metavar="FILE", help="where to write some frames as a Chrome trace"
    )
    command.set_defaults(command=estimate_command, refuse=command.error)


def estimate_command(arguments: argparse.Namespace) -> None:
    """`qnn estimate`: how fast a network is on a device, or on several."""
    check_row(arguments)
    from .estimate import estimate_command

    estimate_command(arguments)


def check_row(arguments: argparse.Namespace) -> None:
    """Refuses what is for several devices where there is one."""
    for option in "link", "fewest":
        if arguments.device is not None and getattr(arguments, option):
            arguments.refuse(f"--{option} is for --devices")


def add_devices_of(command: argparse.ArgumentParser) -> None:
    """The options for one device, or for several in a row."""
    devices = command.add_mutually_exclusive_group()
    devices.add_argument(
        "--device", metavar="NAME", help="a device by name or part, or its TOML file"
    )
    devices.add_argument(
        "--devices",
        type=names,
        metavar="A,B,...",
        help="several, in a row: the network is cut into a part for each",
    )
    command.add_argument(
        "--link",
        type=link,
        metavar="BITS@MHZ[+NS]",
        help="what joins two devices: 64@156.25+500 has 64 bits, at 156.25 MHz, and takes 500 ns",
    )
    command.add_argument(
        "--fewest", action="store_true", help="no more of the devices than are needed"
    )


def link(text: str) -> "LinkAttr":
    """An option that is a link between two devices."""
    from .multi_device import link

    return link(text)


def add_explore(commands: Commands) -> None:
    command = commands.add_parser(
        "explore",
        help="weigh rate against resources, on many devices",
        epilog="example: qnn explore model.onnx --devices z7020,zu3eg,u250 -o fronts/",
    )
    command.add_argument("network", help="the network, or its design: .mlir, .onnx or .pt2")
    command.add_argument(
        "--devices",
        type=names,
        metavar="A,B,...",
        help="devices by name, or their TOML files; all that are known by default",
    )
    command.add_argument(
        "--clocks", type=clocks, metavar="MHZ,...", help="clocks; that of each device by default"
    )
    command.add_argument(
        "--fps", type=above_zero, metavar="N", help="one rate: which device is large enough"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object instead")
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask cluster that does the work: tcp://host:port"
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        help="where to write the result and plots, and keep finished points, to go on from there",
    )
    command.set_defaults(command=later("explore", "explore_command"))


def names(text: str) -> list[str]:
    """An option that is some names, with commas between."""
    found = [name.strip() for name in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(f"{text!r} is not names with commas between")
    return found


def clocks(text: str) -> list[float]:
    """An option that is some clocks in MHz, with commas between."""
    return sorted({clock(name) for name in names(text)})


def add_report(commands: Commands) -> None:
    command = commands.add_parser(
        "report",
        help="show a build as one page for a browser",
        epilog="example: qnn report build/ --explored fronts/",
    )
    command.add_argument("build", help="the folder of `qnn compile`")
    command.add_argument(
        "--explored", metavar="FOLDER", help="what `qnn explore -o FOLDER` found for the network"
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", help="the page; report.html in the folder by default"
    )
    command.set_defaults(command=later("report", "report_command"))


def add_devices(commands: Commands) -> None:
    command = commands.add_parser(
        "devices",
        help="list the devices, and what they have",
        epilog="example: qnn devices z7020 u250",
    )
    command.add_argument(
        "names", nargs="*", metavar="NAME", help="devices to tell more of: names, or TOML files"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object instead")
    command.set_defaults(command=later("devices", "devices_command"))


def add_doctor(commands: Commands) -> None:
    command = commands.add_parser(
        "doctor", help="tell what is installed, and what for", epilog="example: qnn doctor --json"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object instead")
    command.set_defaults(command=later("doctor", "doctor_command"))


def completion_command(arguments: argparse.Namespace) -> None:
    """`qnn completion`: what a shell needs to complete commands and options."""
    try:
        shtab = import_module("shtab")
    except ModuleNotFoundError:
        raise UserError("there is no shtab: pip install 'qnn-dialect[completion]'") from None
    print(shtab.complete(parser(), arguments.shell))


def add_completion(commands: Commands) -> None:
    command = commands.add_parser(
        "completion",
        help="print what completes commands in a shell",
        epilog="example: source <(qnn completion bash)",
    )
    command.add_argument("shell", choices=["bash", "zsh", "tcsh"])
    command.set_defaults(command=completion_command)


def parser() -> Parser:
    """The command line."""
    top = Parser("qnn", description="Quantized networks for FPGAs.", allow_abbrev=False)
    top.add_argument("--version", action="version", version=f"qnn {version('qnn-dialect')}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    add_import(commands)
    add_run(commands)
    add_eval(commands)
    add_estimate(commands)
    add_explore(commands)
    add_compile(commands)
    add_report(commands)
    add_devices(commands)
    add_doctor(commands)
    add_completion(commands)
    for command in commands.choices.values():
        add_level(command)
    return top


def add_level(command: argparse.ArgumentParser) -> None:
    """The options for how much a command says beside its result."""
    level = command.add_mutually_exclusive_group()
    level.add_argument(
        *("-q", "--quiet"),
        action="store_const",
        dest="level",
        const=QUIET,
        default=USUAL,
        help="say nothing but the result, and mistakes",
    )
    level.add_argument(
        *("-v", "--verbose"),
        action="store_const",
        dest="level",
        const=VERBOSE,
        help="say what is being done, too",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = parser().parse_args(arguments)
    return report_errors("qnn", lambda: options.command(options), options.level)


if __name__ == "__main__":
    sys.exit(main())
