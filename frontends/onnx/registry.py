"""The registry of operators: the function that imports each, and hints for unsupported ones."""

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
    """The import of an operator."""

    handler: Handler
    ignores: tuple[str, ...]
    """Attributes without effect on inference; any other attribute that is not read is an error."""
    of_constants: bool
    """Whether the function imports the operator even if all its inputs are constant."""


HANDLERS: dict[str, OperatorImport] = {}


def handles(
    *names: str, ignores: Sequence[str] = (), of_constants: bool = False
) -> Callable[[HandlerT], HandlerT]:
    """Registers a function as the import of the named operators."""

    def register(handler: HandlerT) -> HandlerT:
        for name in names:
            HANDLERS[name] = OperatorImport(handler, tuple(ignores), of_constants)
        return handler

    return register


UNSUPPORTED_OPERATORS: dict[str, str] = {
    "DynamicQuantizeLinear": (
        "it computes its scale from each image, which is not supported: "
        "export the model with static quantization"
    ),
    **dict.fromkeys(
        ("Exp", "Log"),
        "this activation is not supported: train with Relu, LeakyRelu, Elu, Sigmoid or Tanh",
    ),
    **dict.fromkeys(
        ("LSTM", "GRU", "RNN"),
        "recurrent layers are not supported: use convolutions over the time axis",
    ),
    **dict.fromkeys(
        ("Loop", "If", "Scan"),
        "control flow is not supported: unroll loops and choose branches before export",
    ),
    **dict.fromkeys(
        ("Attention", "MultiHeadAttention", "QAttention"),
        "attention is not supported: use layers with constant weights, such as convolutions",
    ),
    **dict.fromkeys(
        ("InstanceNormalization", "LayerNormalization", "GroupNormalization", "LpNormalization"),
        "it normalises by statistics of each image, which is not supported: "
        "train with BatchNormalization",
    ),
    "FloatQuant": "it quantizes to floats of few bits, which is not supported: "
    "use an integer quantizer",
}
"""Known but unsupported operators, each with the reason and a remedy."""
