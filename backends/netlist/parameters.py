"""The fields of an instance that backends print, and which backends need which of them.

The name of a field is the name of its parameter; its type says what a backend makes of it: an
element type, a number, a memory, an activation, the storage of an array inside the process. Not
every language needs every parameter. A field that some backends leave out is annotated with the
reason why others need it:

    lanes: int                 every backend
    words: PerFrame[int]       backends whose processes count the words of a frame
    bytes: ForTypes[int]       backends whose words and memories have a type for each shape
    piece: Precomputed[int]    backends whose language cannot compute it from other parameters
    delay: Timed[int]          backends whose code decides the cycle of each word
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_type_hints

from ...qdialect.stream.folding import Storage
from ...qdialect.types import ElementType
from .memories import Memory
from .netlist import ActivationStages, Channel, Instance, PortInstance, WeightCodebook

ParameterT = TypeVar("ParameterT")


class BackendNeed(Enum):
    """Why a backend may need a parameter that others do not need."""

    FRAMES = "processes end with the last word of a frame, instead of running forever"
    TYPES = "words and memories have a type for each shape, instead of one for each width"
    PRECOMPUTED = "the language cannot compute numbers from other parameters"
    CYCLES = "the code decides the cycle of each word, instead of a compiler"


PerFrame = Annotated[ParameterT, BackendNeed.FRAMES]
ForTypes = Annotated[ParameterT, BackendNeed.TYPES]
Precomputed = Annotated[ParameterT, BackendNeed.PRECOMPUTED]
Timed = Annotated[ParameterT, BackendNeed.CYCLES]

ParameterValue: TypeAlias = (
    ElementType | WeightCodebook | int | Memory | Channel | ActivationStages | Storage | Enum
)


@dataclass(frozen=True)
class Parameter:
    """A parameter of one instance."""

    name: str
    value: ParameterValue
    need: BackendNeed | None
    """The reason why only some backends need it."""


WIRING = {field.name for field in fields(PortInstance)}
"""The fields that every instance has: they are not parameters."""


@cache
def _needs(kind: type[Instance]) -> dict[str, BackendNeed]:
    """The annotated needs of a dataclass's fields."""
    hints: dict[str, Any] = get_type_hints(kind, include_extras=True)
    return {
        name: need
        for name, hint in hints.items()
        for need in getattr(hint, "__metadata__", ())
        if isinstance(need, BackendNeed)
    }


def instance_parameters(instance: Instance) -> Iterator[Parameter]:
    """The parameters of an instance that have a value, in the order of its fields."""
    needs = _needs(type(instance))
    for field in fields(instance):
        value = getattr(instance, field.name)
        if field.name not in WIRING and value is not None:
            yield Parameter(field.name, value, needs.get(field.name))


def element_types(instance: Instance) -> Iterator[ElementType | WeightCodebook]:
    """The element types among the parameters of an instance."""
    for parameter in instance_parameters(instance):
        if isinstance(parameter.value, ElementType | WeightCodebook):
            yield parameter.value
