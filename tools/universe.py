"""The dialects and passes of this project, for plain `xdsl-opt`: entry point `xdsl.universe`."""

from xdsl.universe import Universe

from ..passes.driver.registry import PASSES
from ..qdialect.dialects import PROJECT_DIALECTS

QNN_UNIVERSE = Universe(
    all_dialects=dict(PROJECT_DIALECTS),
    all_passes={name: entry.load for name, entry in PASSES.items() if name != "canonicalize"},
)
