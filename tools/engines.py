"""The engines that compute the results of a network; the code of each is imported when used."""

from xdsl.dialects.builtin import ModuleOp

from ..backends.engine import DesignEngine, Engine
from ..backends.target import EngineSettings
from ..backends.targets import NETWORK_ENGINES, design_engines
from .design_runner import as_user_errors, design_runner


def check_engine(name: str) -> None:
    """Raises if something that an engine needs is not installed, before any work is done."""
    if name in design_engines():
        _design_engine(name, DEFAULT_SETTINGS)


def engine_for(
    module: ModuleOp,
    name: str,
    folding: str | None = None,
    settings: EngineSettings = DEFAULT_SETTINGS,
) -> Engine:
    """Prepares an engine for a network; options of other engines have no effect."""
    for engine in NETWORK_ENGINES:
        if engine.name == name:
            return engine.load()(module)
    return Engine(name, design_runner(module, _design_engine(name, settings), folding))


def _design_engine(name: str, settings: EngineSettings) -> DesignEngine:
    with as_user_errors():
        return design_engines()[name].load()(settings)
