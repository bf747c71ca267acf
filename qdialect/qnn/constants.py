"""Constants: `qnn.constant` in a function, and `qnn.data` at module level for long ones.

    %scale = qnn.constant 0.5 : tensor<f32>
    %w = qnn.constant @w : tensor<64x3x3x3x!qnn.bipolar>
    ...
    qnn.data @w "0x1f03..." : tensor<64x3x3x3x!qnn.bipolar>

Functions stay readable, because the long data follow after them.
"""

from abc import ABC, abstractmethod
from collections import Counter
from typing import Self
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, StringAttr, SymbolNameConstraint, SymbolRefAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import ConstantLike, Pure, SymbolOpInterface
from xdsl.utils.exceptions import VerifyException

from ..data import MAX_PRINTED_ELEMENTS, Array, DataAttr, parse_data, print_data
from ..types import ElementType, QnnTensor, QuantType, check_tensor, element_of, value_range
from ..values import Value
from .base import QnnOp


class NamedData(IRDLOperation, ABC):
    """An op that stores a constant of the module under a symbol name."""

    sym_name = prop_def(SymbolNameConstraint())

    traits = traits_def(SymbolOpInterface())

    def __init__(self, name: str, value: Attribute):
        super().__init__(properties={"sym_name": StringAttr(name), "value": value})

    @staticmethod
    @abstractmethod
    def parse_value(parser: Parser) -> Attribute:
        """Parses the output of `print_value`."""

    @abstractmethod
    def print_value(self, printer: Printer) -> None:
        """Prints the constant, without its name."""

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        op = cls(parser.parse_symbol_name().data, cls.parse_value(parser))
        op.attributes = parser.parse_optional_attr_dict()
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        printer.print_string(" ")
        self.print_value(printer)
        printer.print_op_attributes(self.attributes)


@irdl_op_definition
class DataOp(NamedData):
    """Stores a constant tensor of the module under a symbol name.

    qnn.data @w "0x1f03" : tensor<2xui8>
    """

    name = "qnn.data"

    value = prop_def(DataAttr)
    """The elements, packed."""

    @staticmethod
    def parse_value(parser: Parser) -> DataAttr:
        return parse_data(parser)

    def print_value(self, printer: Printer) -> None:
        print_data(printer, self.value)


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """A constant tensor, from elements in the text or from the `qnn.data` of a name.

    %t = qnn.constant [1, 2, 3] : tensor<3xui2>
    %w = qnn.constant @w : tensor<64x3x3x3x!qnn.bipolar>
    """

    name = "qnn.constant"

    value = prop_def(DataAttr | SymbolRefAttr)
    """The elements, packed, or the symbol of a `qnn.data`."""
    output = result_def()

    traits = traits_def(Pure(), ConstantLike())

    def __init__(self, value: DataAttr | str, type: QnnTensor):
        attribute = SymbolRefAttr(value) if isinstance(value, str) else value
        super().__init__(properties={"value": attribute}, result_types=[type])

    @property
    def data(self) -> DataAttr:
        """The elements, from the op itself or from its `qnn.data`."""
        if isinstance(self.value, DataAttr):
            return self.value
        remembered: DataAttr | None = vars(self).get("_data")
        if remembered is not None and module_around(self) is None:
            return remembered
        try:
            return data_named(self, self.value)
        except VerifyException as error:
            raise VerifyException(f"qnn.constant: {error}") from None

    def remember_data(self, data: DataAttr) -> None:
        """Provides the data of the name while the op is not yet in a module."""
        vars(self)["_data"] = data

    def verify_(self) -> None:
        check_tensor(self.output.type)
        if self.data.type != self.output.type:
            raise VerifyException(
                f"qnn.constant: the data is {self.data.type}, the result is {self.output.type}"
            )

    @classmethod
    def parse(cls, parser: Parser) -> "ConstantOp":
        attributes = parser.parse_optional_attr_dict_with_keyword()
        name = parser.parse_optional_symbol_name()
        if name is None:
            data = parse_data(parser)
            op = cls(data, data.type)
        else:
            parser.parse_punctuation(":")
            start = parser.pos
            type = parser.parse_type()
            try:
                op = cls(name.data, check_tensor(type))
            except VerifyException as error:
                parser.raise_error(str(error), start, parser.pos)
        if attributes is not None:
            op.attributes = dict(attributes.data)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_op_attributes(self.attributes, print_keyword=True)
        printer.print_string(" ")
        if isinstance(self.value, DataAttr):
            print_data(printer, self.value)
        else:
            printer.print_attribute(self.value)
            printer.print_string(" : ")
            printer.print_attribute(self.output.type)

    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        return (self.data.array,)


_DATA_BY_NAME: WeakKeyDictionary[ModuleOp, WeakValueDictionary[str, NamedData]] = (
    WeakKeyDictionary()
)
"""A cache of the data op of each name; a network of a thousand layers has thousands of lookups."""


def module_around(op: Operation) -> ModuleOp | None:
    """The innermost module that contains an op."""
    outer = op.parent_op()
    while outer is not None and not isinstance(outer, ModuleOp):
        outer = outer.parent_op()
    return outer


def data_named(user: Operation, name: SymbolRefAttr) -> DataAttr:
    """The elements of a `qnn.data` in the module around an op."""
    value = value_named(user, name)
    if isinstance(value, DataAttr):
        return value
    raise VerifyException(f"there is no qnn.data {name}")


def value_named(user: Operation, name: SymbolRefAttr) -> Attribute | None:
    """The value of the op that stores data under a name, in the module around an op."""
    module = module_around(user)
    if module is not None:
        symbol = name.string_value()
        cache = _DATA_BY_NAME.setdefault(module, WeakValueDictionary())
        found = cache.get(symbol)
        if found is None or found.parent_op() is not module or _name_of(found) != symbol:
            found = _find_data(module, symbol, cache)
        return None if found is None else found.properties.get("value")
    return None


def _find_data(
    module: ModuleOp, name: str, cache: WeakValueDictionary[str, NamedData]
) -> NamedData | None:
    """Searches from the end, where new data are added, and caches the ops it passes."""
    op = module.body.block.last_op
    while op is not None:
        if isinstance(op, NamedData):
            symbol = _name_of(op)
            cache[symbol] = op
            if symbol == name:
                return op
        op = op.prev_op
    return None


def _name_of(op: NamedData) -> str:
    """The symbol name of an op that may not be verified yet; empty if it has none."""
    name = op.properties.get("sym_name")
    return name.data if isinstance(name, StringAttr) else ""


def constant_of(value: SSAValue) -> Array | None:
    """The elements of a constant, or of weights in a constant codebook, else None."""
    owner = value.owner
    if isinstance(owner, ConstantOp):
        return owner.data.array
    return owner.constant_result() if isinstance(owner, QnnOp) else None


def range_of(value: SSAValue) -> tuple[int, int]:
    """The smallest and the largest integer of a value: the actual ones of a constant, else those
    of its type."""
    constant = constant_of(value)
    if constant is not None:
        return int(constant.min()), int(constant.max())
    element = element_of(value)
    assert isinstance(element, QuantType)
    return value_range(element)


class ConstantPool:
    """Creates constants for a module; long ones become `qnn.data` at its end."""

    def __init__(self, module: ModuleOp):
        self.module = module
        self.names = {op.sym_name.data for op in module.ops if isinstance(op, NamedData)}
        self.counts = Counter[str]()
        """The last number appended to each hint."""

    def constant(self, array: npt.ArrayLike, element: ElementType, hint: str) -> ConstantOp:
        """Creates a constant op, which the caller inserts; `hint` names its data and result."""
        data = DataAttr.from_array(array, element)
        if data.array.size <= MAX_PRINTED_ELEMENTS:
            op = ConstantOp(data, data.type)
        else:
            op = ConstantOp(self.data(data, hint), data.type)
            op.remember_data(data)
        op.output.name_hint = hint
        return op

    def data(self, data: DataAttr, hint: str) -> str:
        """Adds a `qnn.data` to the module and returns its name."""
        name = self.new_name(hint)
        self.module.body.block.add_op(DataOp(name, data))
        return name

    def drop_unused(self) -> None:
        """Erases every `qnn.data` that no op of the module refers to."""
        used = {
            attribute.string_value()
            for op in self.module.walk()
            for attribute in op.properties.values()
            if isinstance(attribute, SymbolRefAttr)
        }
        for op in list(self.module.ops):
            if isinstance(op, NamedData) and op.sym_name.data not in used:
                op.detach()
                op.erase()

    def new_name(self, hint: str) -> str:
        """Reserves a unique name that starts with the hint."""
        name = hint
        while name in self.names:
            self.counts[hint] += 1
            name = f"{hint}_{self.counts[hint]}"
        self.names.add(name)
        return name


def pool_of(op: Operation) -> ConstantPool:
    """A constant pool for the module around an op."""
    module = op.get_toplevel_object()
    assert isinstance(module, ModuleOp)
    return ConstantPool(module)
