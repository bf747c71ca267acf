"""Hooks that print the time of each pass, and the module after it."""

import time
from typing import IO

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.printer import Printer

from .pipeline import PipelineHook


class Timing(PipelineHook):
    """Prints how long each pass took."""

    def __init__(self, stream: IO[str]):
        self.stream = stream
        self.started = 0.0

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self.started = time.perf_counter()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        seconds = time.perf_counter() - self.started
        print(f"{step.name:24}{seconds * 1000:10.1f} ms", file=self.stream)


class PrintAfter(PipelineHook):
    """Prints the module after each pass."""

    def __init__(self, stream: IO[str]):
        self.stream = stream

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        print(f"// after {step.name}", file=self.stream)
        Printer(stream=self.stream).print_op(module)
        print(file=self.stream)
