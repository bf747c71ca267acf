"""`stream.memory`: a constant as the hardware holds it."""

from xdsl.dialects.builtin import StringAttr
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.parser import Parser
from xdsl.printer import Printer

from ..packing import PackedAttr, parse_packed, print_packed
from ..qnn.constants import NamedData


@irdl_op_definition
class MemoryOp(NamedData):
    """A constant in memory words: so many rows and columns of it at each address.

    stream.memory @w0 at_once = [16, 3] "0x1f03..." : tensor<64x3x3x3x!qnn.bipolar>
    """

    name = "stream.memory"

    value = prop_def(PackedAttr)

    def __init__(self, name: str, value: PackedAttr):
        super().__init__(properties={"sym_name": StringAttr(name), "value": value})

    @classmethod
    def parse(cls, parser: Parser) -> "MemoryOp":
        op = cls(parser.parse_symbol_name().data, parse_packed(parser))
        op.attributes = parser.parse_optional_attr_dict()
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        printer.print_string(" ")
        print_packed(printer, self.value)
        printer.print_op_attributes(self.attributes)
