"""An engine that runs designs as OpenCL on the vendor's emulator.

run(module, [images], engine=OpenclEngine())
"""

import logging
from collections.abc import Mapping
from importlib.util import find_spec

import numpy as np

from ...qdialect.data import Array
from ...qdialect.stream import DesignOp, SinkOp, SourceOp
from ...qdialect.stream.linked_designs import LinkedDesigns
from ..golden_vectors import SimulationError
from ..linked_engine import LinkedEngine
from ..programs import PartProgram
from ..target import EngineSettings
from .printer import emit
from .simulator import DEFAULT_TIMEOUT, Emulation

LOG = logging.getLogger(__name__)


def opencl_engine(settings: EngineSettings) -> "OpenclEngine":
    """The engine of `qnn run`; raises if something that it needs is not installed."""
    if find_spec("pyopencl") is None:
        raise SimulationError(
            "--engine opencl needs the package pyopencl: pip install 'qnn-dialect[opencl]'"
        )
    timeout = DEFAULT_TIMEOUT if settings.timeout is None else settings.timeout
    return OpenclEngine(settings.bounded, timeout)


class OpenclEngine:
    """Runs designs as OpenCL; the emulator compiles them for every run."""

    def __init__(self, bounded: bool = False, timeout: float = DEFAULT_TIMEOUT):
        self.bounded = bounded
        self.timeout = timeout

    def cycles_per_frame(self, design: DesignOp) -> None:
        """Designs keep their own folding."""

    def for_parts(self, linked: LinkedDesigns, links: Mapping[SourceOp, SinkOp]) -> LinkedEngine:
        """Runs a program for each part, all in parallel."""
        return LinkedEngine(linked, links, self.program)

    def program(self, design: DesignOp) -> PartProgram:
        """The program of a part."""
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
