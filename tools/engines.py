"""The engines behind the commands: what computes the results of a network."""

from collections.abc import Callable, Sequence

from xdsl.dialects.builtin import ModuleOp

from ..qdialect.data import Array
from ..qdialect.interpreter import run

Runner = Callable[[Sequence[Array]], list[Array]]
"""Computes the results of a network, for any number of images."""


ENGINES = "reference", "native", "hls", "opencl"


def runner(
    module: ModuleOp,
    engine: str,
    folding: str | None = None,
    bounded: bool = False,
    strict: bool = False,
) -> Runner:
    """What computes a network with an engine; not every option is for every engine."""
    if engine == "native":
        from ..backends.native import load

        return load(module).run
    if engine == "hls":
        from .hls import hls_runner

        return hls_runner(module, folding, bounded)
    if engine == "opencl":
        from .opencl import opencl_runner

        return opencl_runner(module, folding, strict)
    return lambda inputs: run(module, inputs)
