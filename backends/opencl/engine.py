"""Emitted designs on the vendor's emulator, in place of the interpreter.

run(module, [images], engine=OpenclEngine())
"""

import logging

import numpy as np

from ...qdialect.data import Array
from ...qdialect.stream import DesignOp
from ..linked_engine import Program
from .printer import emit
from .simulator import SECONDS, Emulation

LOG = logging.getLogger(__name__)


class OpenclEngine:
    """Runs designs as OpenCL; the emulator compiles them anew each time, as it does not last."""

    def __init__(self, strict: bool = False, seconds: float = SECONDS):
        self.strict = strict
        self.seconds = seconds

    def program(self, design: DesignOp) -> Program:
        """A part of a network, to be run with the others."""
        emulation = Emulation(emit(design), self.strict, self.seconds)
        return Program(emulation.emitted, "", emulation.launch)

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        emulation = Emulation(emit(design), self.strict, self.seconds)
        LOG.info("compiling the design for the emulator")
        results: list[list[Array]] = []
        for frame in emulation.frames(inputs):
            results.append(frame)
            share = {"share": len(results) / len(inputs[0])}
            LOG.debug("%d of %d frames", len(results), len(inputs[0]), extra=share)
        return [np.stack(frames) for frames in zip(*results, strict=True)]
