"""What a user knows of an input that a model declares as float: `ui8*0.00390625`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..qdialect.types import MAX_WIDTH, BipolarType, QuantType, TernaryType, signed, unsigned
from .errors import ImportFailure

NAMED_TYPES: dict[str, QuantType] = {"bipolar": BipolarType(), "ternary": TernaryType()}
INTEGER_TYPE = re.compile(r"([us])i([1-9]\d?)")

MIN_POSITIVE_FLOAT32, MAX_FLOAT32 = 2.0**-149, (2 - 2.0**-23) * 2.0**127
"""What float32 holds."""


@dataclass(frozen=True)
class InputType:
    """An input holds `element * scale`."""

    element: QuantType
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not MIN_POSITIVE_FLOAT32 <= self.scale <= MAX_FLOAT32:
            raise ImportFailure(f"the scale {self.scale} is not positive, or none of float32")

    @staticmethod
    def parse(text: str) -> "InputType":
        """Reads `TYPE*SCALE`, or `TYPE` where the scale is 1."""
        kind, star, number = text.partition("*")
        match = INTEGER_TYPE.fullmatch(kind)
        element = NAMED_TYPES.get(kind)
        if match is not None and int(match[2]) <= MAX_WIDTH:
            element = (unsigned if match[1] == "u" else signed)(int(match[2]))
        if element is None:
            raise ImportFailure(
                f"{kind!r} is no type of an input: there are ui1 to ui{MAX_WIDTH}, si1 to "
                f"si{MAX_WIDTH}, bipolar and ternary"
            )
        try:
            return InputType(element, float(number) if star else 1.0)
        except ValueError:
            raise ImportFailure(f"the scale {number!r} is no number") from None


Inputs: TypeAlias = Mapping[str, InputType | str]
"""The types of inputs, by their names in the model."""
