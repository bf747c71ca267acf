"""A node of the graph, with typed access to its attributes.

It records which attributes were read, so that an unsupported attribute is an error.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from ..errors import ImportFailure
from .names import short_name
from .values import Constant

Attribute: TypeAlias = int | float | str | list[int] | list[float] | list[str] | Constant
T = TypeVar("T")

ATTRIBUTE_KINDS: dict[type, str] = {
    int: "an integer",
    float: "a number",
    str: "text",
    Constant: "a tensor",
}


@dataclass(frozen=True)
class Node:
    """One node of the graph."""

    op: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict[str, Attribute])
    read: set[str] = field(default_factory=set[str], compare=False)
    """The names of the attributes that were read."""

    @property
    def title(self) -> str:
        """The node in messages: its name and operator."""
        return f'node "{short_name(self.name)}" ({short_name(self.op)})'

    def fail(self, message: str) -> ImportFailure:
        """The exception for a node that cannot be imported."""
        return ImportFailure(f"{self.title}: {message}")

    def has_input(self, index: int) -> bool:
        return len(self.inputs) > index and self.inputs[index] != ""

    def has_output(self, index: int) -> bool:
        return len(self.outputs) > index and self.outputs[index] != ""

    def has(self, name: str) -> bool:
        self.read.add(name)
        return name in self.attributes

    def integer(self, name: str, default: int) -> int:
        return self._one(name, default, int)

    def number(self, name: str, default: float) -> float:
        value = self.attributes.get(name)
        if isinstance(value, int):
            self.read.add(name)
            return float(value)
        number = self._one(name, float(default), float)
        if not math.isfinite(number):
            raise self.fail(f"the attribute {short_name(name)} must be finite, it is {number}")
        return number

    def flag(self, name: str, default: bool) -> bool:
        return bool(self.integer(name, default))

    def text(self, name: str, default: str) -> str:
        return self._one(name, default, str)

    def integers(self, name: str) -> list[int] | None:
        return self._list(name, int)

    def numbers(self, name: str) -> list[float] | None:
        return self._list(name, float)

    def unread(self, ignored: Sequence[str]) -> list[str]:
        """The attributes that were not read and are not ignored."""
        return [name for name in self.attributes if name not in self.read and name not in ignored]

    def _one(self, name: str, default: T, kind: type[T]) -> T:
        self.read.add(name)
        value = self.attributes.get(name, default)
        if not isinstance(value, kind):
            raise self.fail(f"the attribute {short_name(name)} must be {ATTRIBUTE_KINDS[kind]}")
        return value

    def _list(self, name: str, kind: type[T]) -> list[T] | None:
        self.read.add(name)
        if name not in self.attributes:
            return None
        values = self.attributes[name]
        if not isinstance(values, list):
            raise self.fail(f"the attribute {short_name(name)} must be a list")
        result: list[T] = [value for value in values if isinstance(value, kind)]
        if len(result) != len(values):
            raise self.fail(f"the attribute {short_name(name)} must be a list of numbers")
        return result
