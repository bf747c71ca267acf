"""A torch program as the importer needs it: its calls in order, and its constant tensors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ...qdialect.data import Array
from ..errors import ImportFailure


@dataclass(frozen=True)
class TensorRef:
    """A tensor, by name."""

    name: str


Argument: TypeAlias = Any
"""A `TensorRef`, a number, a flag, a string, None, or a list of these."""


@dataclass(frozen=True)
class OperatorCall:
    """One call of an operator."""

    target: str
    """The operator without its overload, as in `aten.conv2d`."""
    layer: str
    """The module that calls it, as in `features.0.conv`."""
    arguments: Mapping[str, Argument]
    """Arguments by name; those equal to their default may be missing."""
    outputs: Sequence[str]

    def fail(self, message: str) -> ImportFailure:
        """An import error that names this call."""
        return ImportFailure(f'"{self.layer}" ({self.target}): {message}')

    def as_part(self, part: str) -> "OperatorCall":
        """The call as one of several nodes that replace it, with a layer name of its own and the
        first result of the call."""
        return replace(self, layer=f"{self.layer}.{part}", outputs=self.outputs[:1])

    def get(self, name: str, default: Argument = None) -> Argument:
        value = self.arguments.get(name)
        return default if value is None else value

    def ref(self, name: str) -> str:
        """The name of an argument that is a tensor."""
        value = self.arguments.get(name)
        if not isinstance(value, TensorRef):
            raise self.fail(f"its argument {name} must be a tensor")
        return value.name

    def integer(self, name: str, default: int | None = None) -> int:
        value = self.get(name, default)
        if type(value) is not int:
            raise self.fail(f"its argument {name} must be an integer, not {value}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.get(name, default))

    def integers(self, name: str) -> list[int]:
        """A list of integers; a single integer counts as a list of one."""
        value = self.get(name, [])
        values: list[Any] = [*value] if isinstance(value, list) else [value]
        if not all(type(item) is int for item in values):
            raise self.fail(f"its argument {name} must be a list of integers, not {value}")
        return values

    def per_axis(self, name: str, axes: int, default: int) -> list[int]:
        """One integer per axis; a single integer applies to all axes."""
        values = self.integers(name) or [default]
        if len(values) not in (1, axes):
            raise self.fail(f"its argument {name} must have {axes} integers, not {values}")
        return values * axes if len(values) == 1 else values


@dataclass(frozen=True)
class ProgramInput:
    """An input of a program; dynamic sizes are 0."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class TorchProgram:
    """A function of tensors."""

    inputs: Sequence[ProgramInput]
    constants: Mapping[str, Array]
    calls: Sequence[OperatorCall]
    outputs: Sequence[str]
    shapes: Mapping[str, tuple[int, ...]]
    """The shape of every tensor; dynamic sizes are 0."""
