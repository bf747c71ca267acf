"""OpenCL behind the commands: networks on the emulator of Intel's FPGAs."""

import logging
import sys
from collections.abc import Callable, Sequence

from xdsl.dialects.builtin import ModuleOp

from ..backends.opencl import OpenclEngine
from ..qdialect.data import Array
from ..qdialect.interpreter import run
from .designs import Request, design_in
from .hls import mistakes_told


def opencl_runner(
    module: ModuleOp, folding: str | None = None, strict: bool = False
) -> Callable[[Sequence[Array]], list[Array]]:
    """Runs a network whose design is OpenCL, all else as ever."""
    if not sys.stderr.isatty():
        logging.getLogger("qnn").setLevel(logging.WARNING)
    design_in(module, Request(folding=folding))
    engine = OpenclEngine(strict)

    def compute(inputs: Sequence[Array]) -> list[Array]:
        with mistakes_told():
            return run(module, inputs, engine=engine)

    return compute
