"""Exports a frozen network to the IR."""

from collections.abc import Sequence

from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from ..frontends.errors import ImportFailure
from ..frontends.inputs import Inputs
from ..frontends.torch import import_module
from .errors import TrainingError
from .prepare import Prepared


def export(
    network: nn.Module, example: Tensor | Sequence[Tensor], inputs: Inputs | None = None
) -> ModuleOp:
    """A frozen network as IR of level 1; `example` is an input that it is called with."""
    if isinstance(network, Prepared):
        raise TrainingError("the network is not frozen: call export(freeze(model), example)")
    try:
        return import_module(network, example, inputs)
    except ImportFailure as error:
        raise TrainingError(str(error)) from None
