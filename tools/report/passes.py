"""The page of `qnn-opt --page`: the module after each pass, with added and removed lines."""

import time
from difflib import SequenceMatcher
from io import StringIO
from typing import Any

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.printer import Printer

from ...passes.driver.pipeline import PipelineHook
from .page import html_page

MAX_LINE_CHARACTERS = 240
"""Longer lines are shortened: constants may have millions of characters."""

DiffLine = tuple[str, str]
"""`=`, `+` or `-` for an unchanged, added or removed line, and its text."""


class PassView(PipelineHook):
    """Records the module before the first pass and after each pass."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.started = 0.0

    def start(self, module: ModuleOp) -> None:
        self.lines = []
        self._record("input", module, 0.0)

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self.started = time.perf_counter()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        self._record(step.name, module, time.perf_counter() - self.started)

    def _record(self, name: str, module: ModuleOp, seconds: float) -> None:
        text = StringIO()
        Printer(stream=text).print_op(module)
        lines = [shorten_line(line) for line in text.getvalue().splitlines()]
        diff = diff_lines(self.lines, lines) if self.lines else [("=", line) for line in lines]
        self.steps.append({"name": name, "seconds": seconds, "lines": diff})
        self.lines = lines

    def page(self, title: str) -> str:
        return html_page("passes", title, {"title": title, "steps": self.steps})


def diff_lines(before: list[str], after: list[str]) -> list[DiffLine]:
    """The lines of both texts in order, common ones once."""
    diff: list[DiffLine] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            diff += [("=", line) for line in after[c:d]]
        else:
            diff += [("-", line) for line in before[a:b]]
            diff += [("+", line) for line in after[c:d]]
    return diff


def shorten_line(line: str) -> str:
    """A line without its middle, if it is too long to read."""
    if len(line) <= MAX_LINE_CHARACTERS:
        return line
    cut = len(line) - MAX_LINE_CHARACTERS
    start, end = line[: MAX_LINE_CHARACTERS * 3 // 4], line[-MAX_LINE_CHARACTERS // 4 :]
    return f"{start} ... {cut:,} characters ... {end}"
