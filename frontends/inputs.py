"""The quantized type of an input that a model declares as float: `ui8*0.00390625`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..qdialect.types import MAX_WIDTH, BipolarType, QuantType, TernaryType, signed, unsigned
from .errors import ImportFailure

NAMED_TYPES: dict[str, QuantType] = {"bipolar": BipolarType(), "ternary": TernaryType()}
INTEGER_TYPE = re.compile(r"([us])i([1-9]\d?)")

MIN_POSITIVE_FLOAT32, MAX_FLOAT32 = 2.0**-149, (2 - 2.0**-23) * 2.0**127
"""The smallest and the largest positive number of float32."""


@dataclass(frozen=True)
class InputType:
    """The real numbers of an input are integers of this type times the scale."""

    element: QuantType
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not MIN_POSITIVE_FLOAT32 <= self.scale <= MAX_FLOAT32:
            raise ImportFailure(f"the scale {self.scale} must be a positive float32 number")

    @staticmethod
    def parse(text: str) -> "InputType":
        """Parses `TYPE*SCALE`, or `TYPE` for a scale of 1."""
        kind, star, number = text.partition("*")
        match = INTEGER_TYPE.fullmatch(kind)
        element = NAMED_TYPES.get(kind)
        if match is not None and int(match[2]) <= MAX_WIDTH:
            element = (unsigned if match[1] == "u" else signed)(int(match[2]))
        if element is None:
            raise ImportFailure(
                f"unknown input type {kind!r}: use ui1 to ui{MAX_WIDTH}, si1 to si{MAX_WIDTH}, "
                "bipolar or ternary"
            )
        try:
            return InputType(element, float(number) if star else 1.0)
        except ValueError:
            raise ImportFailure(f"the scale {number!r} is not a number") from None


Inputs: TypeAlias = Mapping[str, InputType | str]
"""The types that a user gives for inputs, by their names in the model."""
