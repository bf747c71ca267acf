"""The engines behind the commands: what computes the results of a network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from xdsl.dialects.builtin import ModuleOp

from ..qdialect.data import Array
from ..qdialect.interpreter import run
from .files import UserError

Runner = Callable[[Sequence[Array]], list[Array]]
"""Computes the results of a network, for any number of images."""


ENGINES = "reference", "native", "hls", "opencl"


@dataclass(frozen=True)
class Engine:
    """What computes a network."""

    name: str
    run: Runner


def check_engine(engine: str) -> None:
    """Tells what an engine needs and is not there, before any work is done for it."""
    if engine == "hls":
        from ..backends.hls.simulator import find_gxx, vendor_headers
        from .simulated import as_user_errors

        with as_user_errors():
            find_gxx()
            vendor_headers()
    if engine == "opencl" and find_spec("pyopencl") is None:
        raise UserError("there is no pyopencl: pip install 'qnn-dialect[opencl]'")


def engine_for(
    module: ModuleOp,
    engine: str,
    folding: str | None = None,
    bounded: bool = False,
    strict: bool = False,
    timeout: float | None = None,
) -> Engine:
    """What computes a network, if it can; not every option is for every engine."""
    if engine == "native":
        from ..backends.native import load

        network = load(module)
        return Engine("native" if network.native else "reference", network.run)
    if engine == "hls":
        from .simulated import hls_runner

        return Engine(engine, hls_runner(module, folding, bounded))
    if engine == "opencl":
        from .simulated import opencl_runner

        return Engine(engine, opencl_runner(module, folding, strict, timeout))
    return Engine(engine, lambda inputs: run(module, inputs))
