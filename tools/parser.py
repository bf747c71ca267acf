"""The parser of command lines: errors are one line, with a suggestion for a misspelt option."""

import argparse
import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, NoReturn

from ..qdialect.diagnostics import did_you_mean


class Parser(argparse.ArgumentParser):
    """A parser that reports an error as one line, as the commands do."""

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """Reports an unknown option before a missing one: it may be the missing one misspelt."""
        known = self._option_string_actions
        for option in self._options(sys.argv[1:] if args is None else args):
            if not any(each.startswith(option) for each in known):
                where = " before a command" if self._subparsers and len(option) == 2 else ""
                self.error(f"unknown option {option}{where}; {did_you_mean(option, known)}")
        return super().parse_known_args(args, namespace)

    def _options(self, args: Sequence[str]) -> list[str]:
        """The options of this parser: those after a command belong to the command."""
        own = takewhile(lambda arg: arg[:1] == "-", args) if self._subparsers else args
        given = [arg for arg in takewhile(lambda arg: arg != "--", own) if " " not in arg]
        long = [arg.partition("=")[0] for arg in given if arg[:2] == "--"]
        return [*long, *(arg[:2] for arg in given if arg[:1] == "-" and arg[1:2].isalpha())]

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            hint = did_you_mean(value, action.choices)
            if action.metavar == "COMMAND":
                self.error(f"unknown command {value!r}; {hint}")
            raise argparse.ArgumentError(action, f"unknown value {value!r}; {hint}")

    def error(self, message: str) -> NoReturn:
        hint = f" ({self.prog} --help has an example)" if "required" in message else ""
        self.exit(2, f"qnn: {message}{hint}\n")
