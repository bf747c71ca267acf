"""The engines that compute the results of a network, by name; backends are imported when used."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp

from ..qdialect.interpreter import run
from .errors import UserError

if TYPE_CHECKING:
    from .hardware_engines import Runner


@dataclass(frozen=True)
class Engine:
    """An engine that is ready to run one network."""

    name: str
    run: "Runner"


def check_engine(engine: str) -> None:
    """Raises if something that an engine needs is not installed, before any work is done."""
    if engine == "hls":
        from ..backends.hls.simulator import find_gxx, vendor_headers
        from .hardware_engines import as_user_errors

        with as_user_errors():
            find_gxx()
            vendor_headers()
    if engine == "opencl" and find_spec("pyopencl") is None:
        raise UserError(
            "--engine opencl needs the package pyopencl: pip install 'qnn-dialect[opencl]'"
        )


def engine_for(
    module: ModuleOp,
    engine: str,
    folding: str | None = None,
    bounded: bool = False,
    timeout: float | None = None,
) -> Engine:
    """Prepares an engine for a network; options of other engines have no effect.

    Without a C++ compiler, the reference engine replaces the native one; the name of the result
    shows it.
    """
    if engine == "native":
        from ..backends.native import load

        network = load(module)
        return Engine("native" if network.native else "reference", network.run)
    if engine == "hls":
        from .hardware_engines import hls_runner

        return Engine(engine, hls_runner(module, folding, bounded))
    if engine == "opencl":
        from .hardware_engines import opencl_runner

        return Engine(engine, opencl_runner(module, folding, bounded, timeout))
    return Engine(engine, lambda inputs: run(module, inputs))
