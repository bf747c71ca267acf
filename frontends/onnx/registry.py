"""Which function imports which operator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from .builder import ProgramBuilder
from .node import Node
from .values import GraphValue

Handler: TypeAlias = Callable[[ProgramBuilder, Node], GraphValue | Sequence[GraphValue]]
HandlerT = TypeVar("HandlerT", bound=Handler)


@dataclass(frozen=True)
class OperatorImport:
    """How an operator is imported."""

    handler: Handler
    ignores: tuple[str, ...]
    """Attributes that change nothing in inference; any other that is not read is refused."""
    of_constants: bool
    """Whether it is imported by this function even where all its inputs are constant."""


HANDLERS: dict[str, OperatorImport] = {}


def handles(
    *names: str, ignores: Sequence[str] = (), of_constants: bool = False
) -> Callable[[HandlerT], HandlerT]:
    """Registers the function that imports the named operators."""

    def register(handler: HandlerT) -> HandlerT:
        for name in names:
            HANDLERS[name] = OperatorImport(handler, tuple(ignores), of_constants)
        return handler

    return register


UNSUPPORTED_OPERATORS: dict[str, str] = {
    "DynamicQuantizeLinear": (
        "it chooses its scale from each image, which fixed hardware can't: "
        "export the model with static quantization"
    ),
    **dict.fromkeys(
        ("HardSwish", "Swish", "Mish", "Gelu"),
        "this activation is not monotone, and is not supported: "
        "train with Relu, LeakyRelu or a clip",
    ),
    **dict.fromkeys(
        ("Selu", "Celu", "Softplus", "Softsign", "ThresholdedRelu", "Erf", "Exp", "Log"),
        "this activation is not supported: train with Relu, LeakyRelu, Elu, Sigmoid or Tanh",
    ),
    **dict.fromkeys(
        ("LSTM", "GRU", "RNN", "Loop", "If", "Scan"),
        "recurrent networks and control flow are not supported: unroll or export without them",
    ),
    **dict.fromkeys(
        ("InstanceNormalization", "LayerNormalization", "GroupNormalization", "LpNormalization"),
        "it normalises by statistics of each image, which is not supported: "
        "train with BatchNormalization",
    ),
    "FloatQuant": "it quantizes to small floats: integer quantizers are supported",
}
"""Operators that are known and not supported: what to do instead."""
