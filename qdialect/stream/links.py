"""The attribute of a link, which carries words from one device to the next."""

from collections.abc import Sequence
from math import ceil, prod

from xdsl.dialects.builtin import FloatData, IntAttr
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ..types import bit_width
from .types import MAX_WORD_BITS, ChannelType

LINK_RANGE_MHZ = 0.001, 100_000
"""The slowest clock of a link, and the fastest."""

MAX_LINK_LATENCY_NS = 1_000_000_000
"""The longest delay of a link: one second."""


@irdl_attr_definition
class LinkAttr(ParametrizedAttribute):
    """A link between two devices, one way.

    `#stream.link<bits = 64, mhz = 156.25, ns = 500.0>` carries 64 bits at each beat of 156.25 MHz;
    a beat arrives 500 ns later. A word uses whole beats. All channels to the same device share its
    link: each sends its words at equal distances over the time of a frame.
    """

    name = "stream.link"

    bits: IntAttr
    mhz: FloatData
    ns: FloatData

    def __init__(self, bits: int, mhz: float, ns: float = 0.0) -> None:
        super().__init__(IntAttr(bits), FloatData(mhz), FloatData(ns))

    def verify(self) -> None:
        slowest, fastest = LINK_RANGE_MHZ
        if not 1 <= self.bits.data <= MAX_WORD_BITS:
            raise VerifyException(
                f"a link must have 1 to {MAX_WORD_BITS} bits, not {self.bits.data}"
            )
        if not slowest <= self.mhz.data <= fastest:
            raise VerifyException(
                f"a link must have {slowest:g} to {fastest:,} MHz, not {self.mhz.data:g}"
            )
        if not 0 <= self.ns.data <= MAX_LINK_LATENCY_NS:
            raise VerifyException(
                f"the latency of a link must be 0 to {MAX_LINK_LATENCY_NS:,} ns, "
                f"not {self.ns.data:g}"
            )

    @property
    def gbit_s(self) -> float:
        """Its rate in Gbit/s."""
        return self.bits.data * self.mhz.data / 1e3

    def latency(self, clock_mhz: float) -> int:
        """Cycles of a design from the start of the link to its end."""
        return ceil(self.ns.data * clock_mhz / 1e3)

    def cycles(self, channels: Sequence[ChannelType], clock_mhz: float) -> int:
        """Cycles of a design for one frame of all channels that share the link."""
        beats = sum(c.words * self._beats_per_word(c.word_bits) for c in channels)
        taken = ceil(round(beats * clock_mhz / self.mhz.data, 6))
        return max(taken, *(channel.words for channel in channels))

    def lanes(self, channel: ChannelType, clock_mhz: float) -> int:
        """The word width with which a frame takes the fewest cycles; the narrowest of several."""
        each, depth = bit_width(channel.element_type), channel.frame[-1]
        possible = [n for n in range(1, depth + 1) if depth % n == 0 and n * each <= MAX_WORD_BITS]

        def taken(lanes: int) -> float:
            beats = self._beats_per_word(lanes * each) * clock_mhz / self.mhz.data
            return prod(channel.frame) // lanes * max(beats, 1)

        return min(possible, key=lambda lanes: (taken(lanes), lanes))

    def _beats_per_word(self, word_bits: int) -> int:
        return -(-word_bits // self.bits.data)

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start, numbers = parser.pos, dict[str, float]()
        with parser.in_angle_brackets():
            while not numbers or parser.parse_optional_punctuation(",") is not None:
                at, name = parser.pos, parser.parse_identifier()
                if name not in ("bits", "mhz", "ns") or name in numbers:
                    message = f"a link must have bits, mhz and ns, once each, not {name}"
                    parser.raise_error(message, at, parser.pos)
                parser.parse_punctuation("=")
                numbers[name] = (
                    parser.parse_integer(allow_boolean=False)
                    if name == "bits"
                    else float(parser.parse_number())
                )
        if not {"bits", "mhz"} <= numbers.keys():
            parser.raise_error("a link must have bits and mhz", start, parser.pos)
        try:
            bits = int(numbers["bits"])
            return cls(bits, numbers["mhz"], numbers.get("ns", 0.0)).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(f"bits = {self.bits.data}, mhz = {self.mhz.data!r}")
            if self.ns.data:
                printer.print_string(f", ns = {self.ns.data!r}")
