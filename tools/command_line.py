"""The parser of the whole command line of `qnn`."""

from importlib.metadata import version

from .commands.compile import add_compile
from .commands.completion import add_completion
from .commands.devices import add_devices
from .commands.doctor import add_doctor
from .commands.estimate import add_estimate
from .commands.eval import add_eval
from .commands.explore import add_explore
from .commands.import_ import add_import
from .commands.quantize import add_quantize
from .commands.report import add_report
from .commands.run import add_run
from .commands.shared import add_verbosity
from .commands.synth import add_synth
from .parser import Parser


def command_line() -> Parser:
    """The parser, with all commands in the order in which `qnn --help` lists them."""
    top = Parser(
        "qnn",
        description="Compiles quantized neural networks for FPGAs.",
        epilog="example: qnn estimate model.onnx --device z7020",
        allow_abbrev=False,
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"qnn {version('qnn-dialect')}",
        help="print the version and exit",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    add_import(commands)
    add_quantize(commands)
    add_run(commands)
    add_eval(commands)
    add_estimate(commands)
    add_explore(commands)
    add_compile(commands)
    add_synth(commands)
    add_report(commands)
    add_devices(commands)
    add_doctor(commands)
    add_completion(commands)
    for command in commands.choices.values():
        add_verbosity(command)
    return top
