"""OpenCL behind the commands: networks on the emulator of Intel's FPGAs."""

import logging
import sys
from collections.abc import Sequence

from xdsl.dialects.builtin import ModuleOp

from ..backends.opencl import OpenclEngine
from ..qdialect.data import Array
from ..qdialect.interpreter import run
from .designs import Request, design_in
from .hls import mistakes_told


def run_opencl(
    module: ModuleOp, inputs: Sequence[Array], folding: str | None, strict: bool
) -> list[Array]:
    """The results of a network whose design is run as OpenCL, all else as ever."""
    if not sys.stderr.isatty():
        logging.getLogger("qnn").setLevel(logging.WARNING)
    design_in(module, Request(folding=folding))
    with mistakes_told():
        return run(module, inputs, engine=OpenclEngine(strict))
