"""An engine that runs designs as OpenCL on the vendor's emulator.

run(module, [images], engine=OpenclEngine())
"""

import logging

import numpy as np

from ...qdialect.data import Array
from ...qdialect.stream import DesignOp
from ..programs import PartProgram
from .printer import emit
from .simulator import DEFAULT_TIMEOUT, Emulation

LOG = logging.getLogger(__name__)


class OpenclEngine:
    """Runs designs as OpenCL; the emulator compiles them for every run."""

    def __init__(self, bounded: bool = False, timeout: float = DEFAULT_TIMEOUT):
        self.bounded = bounded
        self.timeout = timeout

    def program(self, design: DesignOp) -> PartProgram:
        """The program of a part; the programs of all parts run in parallel."""
        emulation = Emulation(emit(design), self.bounded, self.timeout)
        return PartProgram(emulation.source, "", emulation.launch)

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        emulation = Emulation(emit(design), self.bounded, self.timeout)
        LOG.info("compiling the design for the emulator")
        results: list[list[Array]] = []
        for frame in emulation.frames(inputs):
            results.append(frame)
            share = {"share": len(results) / len(inputs[0])}
            LOG.debug("%d of %d frames", len(results), len(inputs[0]), extra=share)
        return [np.stack(frames) for frames in zip(*results, strict=True)]
