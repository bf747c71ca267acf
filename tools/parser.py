"""How command lines are read, and their mistakes told."""

import argparse
import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, NoReturn

from ..qdialect.spelling import nearest


class Parser(argparse.ArgumentParser):
    """A command line whose mistakes are told in one line, as all others are."""

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """Tells of an unknown option before what is missing, which may be what it was to be."""
        for option in self._options(sys.argv[1:] if args is None else args):
            if not any(known.startswith(option) for known in self._option_string_actions):
                self.error(f"there is no {option}; {nearest(option, self._option_string_actions)}")
        return super().parse_known_args(args, namespace)

    def _options(self, args: Sequence[str]) -> list[str]:
        """The long options that are given; what stands behind a command is for that."""
        own = takewhile(lambda arg: arg[:1] == "-", args) if self._subparsers else args
        given = takewhile(lambda arg: arg != "--", own)
        return [arg.partition("=")[0] for arg in given if arg[:2] == "--" and " " not in arg]

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            hint = nearest(value, action.choices)
            if action.metavar == "COMMAND":
                self.error(f"there is no command {value!r}; {hint}")
            raise argparse.ArgumentError(action, f"there is no {value!r}; {hint}")

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"qnn: {message}\n")
