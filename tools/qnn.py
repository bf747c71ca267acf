"""`qnn`: reads the command line and runs one command."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pkgutil import resolve_name

from .command_line import command_line
from .commands.shared import options_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    parsed = command_line().parse_args(arguments)
    from .messages import report_errors

    return report_errors("qnn", lambda: run_parsed(parsed), parsed.verbosity)


def run_parsed(parsed: Namespace) -> None:
    """Runs the command that was parsed.

    Only now its module is imported, so that `--help` and errors in the command line are fast.
    """
    options = options_of(parsed)
    resolve_name(f"{__package__}.{parsed.runner}")(options)


if __name__ == "__main__":
    sys.exit(main())
