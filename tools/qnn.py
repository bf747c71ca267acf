"""`qnn`: what users do with networks, one subcommand each."""

import argparse
import sys
from collections.abc import Sequence

from xdsl.utils.exceptions import DiagnosticException

from ..qdialect.dialects import new_context
from ..qdialect.interpreter import run
from ..qdialect.text import TextError, parse_module, verify
from .arrays import load_array, save_arrays
from .files import UserError, read_text


def run_command(arguments: argparse.Namespace) -> None:
    """`qnn run`: computes the results of a network."""
    text = read_text(arguments.network)
    module = parse_module(new_context(), text, arguments.network)
    verify(module, text)
    results = run(module, [load_array(name) for name in arguments.input])
    if arguments.output is None:
        for result in results:
            print(result)
    else:
        save_arrays(arguments.output, results)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser("qnn", description="Quantized networks for FPGAs.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("run", help="compute the results of a network")
    command.add_argument("network", help="the network, as MLIR")
    command.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="FILE",
        help="an input, as .npy or .npz:key; once for each, in order",
    )
    command.add_argument("-o", "--output", metavar="FILE", help="where to write: .npy or .npz")
    command.set_defaults(command=run_command)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        options.command(options)
        return 0
    except TextError as error:
        print(error, file=sys.stderr)
    except (UserError, DiagnosticException) as error:
        print(f"qnn: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
