"""What passes do, step by step: the module after each, with what is new and what is gone."""

import time
from difflib import SequenceMatcher
from io import StringIO
from typing import Any

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.printer import Printer

from ...passes.driver.pipeline import PipelineHook
from .page import page

LONGEST = 240
"""Characters of a line that are shown: constants may have millions."""

Line = tuple[str, str]
"""What became of a line (`=`, `+`, `-`), and its text."""


class PassView(PipelineHook):
    """Keeps the module as it was before the first pass, and after each."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.started = 0.0

    def start(self, module: ModuleOp) -> None:
        self.lines = []
        self._keep("as given", module, 0.0)

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self.started = time.perf_counter()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        self._keep(step.name, module, time.perf_counter() - self.started)

    def _keep(self, name: str, module: ModuleOp, seconds: float) -> None:
        text = StringIO()
        Printer(stream=text).print_op(module)
        lines = [shortened(line) for line in text.getvalue().splitlines()]
        told = changes(self.lines, lines) if self.lines else [("=", line) for line in lines]
        self.steps.append({"name": name, "seconds": seconds, "lines": told})
        self.lines = lines

    def page(self, title: str) -> str:
        return page("passes", title, {"title": title, "steps": self.steps})


def changes(before: list[str], now: list[str]) -> list[Line]:
    """All lines of both, each once, in order."""
    told: list[Line] = []
    for what, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if what == "equal":
            told += [("=", line) for line in now[c:d]]
        else:
            told += [("-", line) for line in before[a:b]]
            told += [("+", line) for line in now[c:d]]
    return told


def shortened(line: str) -> str:
    """A line, without the middle of one that nobody reads."""
    if len(line) <= LONGEST:
        return line
    cut = len(line) - LONGEST
    return f"{line[: LONGEST * 3 // 4]} ... {cut:,} characters ... {line[-LONGEST // 4 :]}"
