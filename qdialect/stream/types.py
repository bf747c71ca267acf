"""The type of a channel: the shape of a frame, its elements, and the width of a word."""

from collections.abc import Sequence
from math import prod

from xdsl.dialects.builtin import ArrayAttr, IntAttr
from xdsl.ir import Attribute, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ..types import ElementType, QuantType, bit_width, check_element

MAX_WORD_BITS = 4096
"""The widest word that HLS accepts."""


@irdl_attr_definition
class ChannelType(ParametrizedAttribute, TypeAttribute):
    """A bounded stream of words between two processes.

    `!stream.channel<32x32x3xui8, lanes = 3, depth = 16>` carries frames of 32x32x3 bytes, the last
    axis fastest, three to a word. The channel stores up to 16 words. A depth of 0 means that none
    is chosen yet: the channel stores any number of words.
    """

    name = "stream.channel"

    shape: ArrayAttr[IntAttr]
    element: Attribute
    lanes: IntAttr
    depth: IntAttr

    def __init__(
        self, shape: Sequence[int], element: Attribute, lanes: int = 1, depth: int = 0
    ) -> None:
        sizes = ArrayAttr([IntAttr(size) for size in shape])
        super().__init__(sizes, element, IntAttr(lanes), IntAttr(depth))

    @property
    def frame(self) -> tuple[int, ...]:
        """The shape of one frame."""
        return tuple(size.data for size in self.shape)

    @property
    def element_type(self) -> ElementType:
        return check_element(self.element)

    @property
    def quant_type(self) -> QuantType:
        """The element type, for a process that computes with integers."""
        element = self.element_type
        if not isinstance(element, QuantType):
            raise VerifyException(f"this process computes with integers, not with {element}")
        return element

    @property
    def words(self) -> int:
        """The number of words of a frame."""
        return prod(self.frame) // self.lanes.data

    @property
    def word_bits(self) -> int:
        return self.lanes.data * bit_width(self.element_type)

    def with_lanes(self, lanes: int) -> "ChannelType":
        return ChannelType(self.frame, self.element, lanes, self.depth.data)

    def with_depth(self, depth: int) -> "ChannelType":
        return ChannelType(self.frame, self.element, self.lanes.data, depth)

    def verify(self) -> None:
        check_element(self.element)
        if min(self.frame, default=0) < 1:
            raise VerifyException("a frame must have at least one axis, and no axis of size 0")
        if self.lanes.data < 1 or prod(self.frame) % self.lanes.data:
            raise VerifyException(
                f"{self.lanes.data} lanes don't divide a frame of {prod(self.frame)} elements"
            )
        if self.depth.data < 0:
            raise VerifyException("a depth can't be negative")
        if self.word_bits > MAX_WORD_BITS:
            raise VerifyException(
                f"a word of {self.lanes.data} x {self.element} has {self.word_bits} bits, "
                f"at most {MAX_WORD_BITS} are possible"
            )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start, counts = parser.pos, dict[str, int]()
        with parser.in_angle_brackets():
            shape, element = parser.parse_ranked_shape()
            while parser.parse_optional_punctuation(",") is not None:
                at, name = parser.pos, parser.parse_identifier()
                if name not in ("lanes", "depth") or name in counts:
                    message = f"a channel must have lanes and depth, once each, not {name}"
                    parser.raise_error(message, at, parser.pos)
                parser.parse_punctuation("=")
                counts[name] = parser.parse_integer(allow_boolean=False)
        try:
            return cls(shape, element, **counts).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_dimension_list(self.frame)
            printer.print_string("x")
            printer.print_attribute(self.element)
            printer.print_string(f", lanes = {self.lanes.data}")
            if self.depth.data:
                printer.print_string(f", depth = {self.depth.data}")


def channel_of(value: SSAValue) -> ChannelType:
    """The type of a value that is a channel."""
    if not isinstance(value.type, ChannelType):
        raise VerifyException(f"expected a channel, got {value.type}")
    return value.type
