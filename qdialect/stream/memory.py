"""`stream.memory`: a constant, packed into the words of a memory."""

from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.parser import Parser
from xdsl.printer import Printer

from ..packing import PackedAttr, parse_packed, print_packed
from ..qnn.constants import NamedData


@irdl_op_definition
class MemoryOp(NamedData):
    """A constant in memory words, with `parallelism` rows and columns at each address.

    stream.memory @w0 parallelism = [16, 3] "0x1f03..." : tensor<64x3x3x3x!qnn.bipolar>
    """

    name = "stream.memory"

    value = prop_def(PackedAttr)

    @staticmethod
    def parse_value(parser: Parser) -> PackedAttr:
        return parse_packed(parser)

    def print_value(self, printer: Printer) -> None:
        print_packed(printer, self.value)
