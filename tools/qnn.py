"""`qnn`: reads the command line and runs one command."""

import sys
from collections.abc import Sequence

from .command_line import command_line
from .commands.compile import CompileOptions
from .commands.completion import CompletionOptions
from .commands.devices import DevicesOptions
from .commands.doctor import DoctorOptions
from .commands.estimate import EstimateOptions
from .commands.eval import EvalOptions
from .commands.explore import ExploreOptions
from .commands.import_ import ImportOptions
from .commands.quantize import QuantizeOptions
from .commands.report import ReportOptions
from .commands.run import RunOptions
from .commands.shared import options_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    parsed = command_line().parse_args(arguments)
    from .messages import report_errors

    return report_errors("qnn", lambda: dispatch(options_of(parsed)), parsed.verbosity)


def dispatch(options: object) -> None:
    """Runs the command that the options are for.

    Only now its modules are imported, so that `--help` and errors in the command line are fast.
    """
    match options:
        case ImportOptions():
            from .import_network import import_command

            import_command(options)
        case QuantizeOptions():
            from .quantize.quantize import quantize_command

            quantize_command(options)
        case RunOptions():
            from .run_network import run_command

            run_command(options)
        case EvalOptions():
            from .evaluate.evaluate import eval_command

            eval_command(options)
        case EstimateOptions():
            from .estimate.estimate import estimate_command

            estimate_command(options)
        case ExploreOptions():
            from .explore.explore import explore_command

            explore_command(options)
        case CompileOptions():
            from .compile.compile import compile_command

            compile_command(options)
        case ReportOptions():
            from .report import report_command

            report_command(options)
        case DevicesOptions():
            from .devices import devices_command

            devices_command(options)
        case DoctorOptions():
            from .doctor import doctor_command

            doctor_command(options)
        case CompletionOptions():
            from .completion import completion_command

            completion_command(options)
        case _:
            raise TypeError(f"no command has options of type {type(options).__name__}")


if __name__ == "__main__":
    sys.exit(main())
