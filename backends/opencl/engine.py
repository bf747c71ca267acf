"""Emitted designs on the vendor's emulator, in place of the interpreter.

run(module, [images], engine=OpenclEngine())
"""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ...qdialect.data import Array
from ...qdialect.stream import DesignOp
from ..together import Launch, Program
from .emitter import emit
from .emulation import Emulation

LOG = logging.getLogger(__name__)


class OpenclEngine:
    """Runs designs as OpenCL; the emulator compiles them anew each time, as it does not last."""

    def __init__(self, strict: bool = False):
        self.strict = strict

    def program(self, design: DesignOp) -> Program:
        """A part of a network, to be run with the others."""
        emitted = emit(design)

        def launch(folder: Path, frames: int) -> Launch:
            return Emulation(emitted, folder / "design", self.strict).write().launch(folder, frames)

        return Program(emitted, "", launch)

    def __call__(self, design: DesignOp, inputs: list[Array]) -> list[Array]:
        with TemporaryDirectory() as folder:
            emulation = Emulation(emit(design), Path(folder), self.strict).write()
            LOG.info("compiling the design for the emulator")
            results: list[list[Array]] = []
            for frame in emulation.frames(inputs):
                results.append(frame)
                LOG.info("frame %d of %d", len(results), len(inputs[0]))
        return [np.stack(frames) for frames in zip(*results, strict=True)]
