"""The engines that compute the results of a network; the code of each is imported when used."""

from xdsl.dialects.builtin import ModuleOp

from ..backends.engine import Engine
from ..backends.target import DEFAULT_SETTINGS, EngineSettings
from ..backends.targets import NETWORK_ENGINES, design_engines, target_of_engine


def check_engine(name: str) -> None:
    """Raises if something that an engine needs is not installed, before any work is done."""
    if name in design_engines():
        from .design_runner import load_design_engine

        load_design_engine(name, DEFAULT_SETTINGS)


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
    from .design_runner import design_runner, load_design_engine

    target = target_of_engine(name).name
    return Engine(name, design_runner(module, load_design_engine(name, settings), folding, target))
