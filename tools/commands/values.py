"""Values of options: each function parses the text of an option."""

from argparse import ArgumentTypeError
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...frontends.inputs import InputType
    from ...qdialect.stream import LinkAttr


def parse_positive(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < inf:
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def parse_levels(text: str) -> int:
    """A number of levels, 0 or more."""
    if not (text.isdecimal() and text.isascii() and len(text) < 4):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 to 999")
    return int(text)


def parse_seed(text: str) -> int:
    """A number of at most 32 bits, for random numbers."""
    if not (text.isdecimal() and text.isascii() and int(text) < 1 << 32):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 to {(1 << 32) - 1}")
    return int(text)


def parse_waves(text: str) -> str:
    """The name of a file of waveforms."""
    if not text.endswith((".vcd", ".fst")):
        raise ArgumentTypeError(f"{text!r} does not end in .vcd or .fst")
    return text


def parse_fraction(text: str) -> tuple[float, float]:
    """A number, or one divided by another: `1/255` is (1, 255)."""
    above, slash, below = text.partition("/")
    try:
        a, b = float(above), float(below) if slash else 1.0
    except ValueError:
        a, b = 0.0, 0.0
    if not (0 < abs(a) < inf and 0 < abs(b) < inf):
        raise ArgumentTypeError(f"{text!r} is not a nonzero number such as 2 or 1/255")
    return a, b


def parse_clock(text: str) -> float:
    """A clock in MHz."""
    from ...qdialect.stream.design import check_clock

    mhz = parse_positive(text)
    try:
        check_clock(mhz)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
    return mhz


def parse_names(text: str) -> list[str]:
    """Names with commas between them."""
    found = [name.strip() for name in text.split(",")]
    if not all(found):
        raise ArgumentTypeError(f"{text!r} is not a list of names with commas between them")
    return found


def parse_clocks(text: str) -> list[float]:
    """Clocks in MHz with commas between them, in order."""
    return sorted({parse_clock(name) for name in parse_names(text)})


def parse_link(text: str) -> "LinkAttr":
    """A link between devices: `BITS@MHZ`, and `+NS` for its latency if there is any."""
    from xdsl.utils.exceptions import VerifyException

    from ...qdialect.stream import LinkAttr

    bits, _, rest = text.partition("@")
    mhz, _, ns = rest.partition("+")
    try:
        return LinkAttr(int(bits), float(mhz), float(ns or 0))
    except VerifyException as error:
        raise ArgumentTypeError(str(error)) from None
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is not a link such as 64@156.25+500: 64 bits per cycle at 156.25 MHz, "
            "with a latency of 500 ns"
        ) from None


def parse_input(text: str) -> "tuple[str, InputType]":
    """The type of an input: `NAME=TYPE` or `NAME=TYPE*SCALE`, as in `image=ui8*0.00390625`."""
    from ...frontends.errors import ImportFailure
    from ...frontends.inputs import InputType

    name, equals, kind = text.rpartition("=")
    if not equals or not name:
        raise ArgumentTypeError(f"{text!r} is not NAME=TYPE*SCALE, as in image=ui8*0.00390625")
    try:
        return name, InputType.parse(kind)
    except ImportFailure as error:
        raise ArgumentTypeError(str(error)) from None
