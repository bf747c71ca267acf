"""Constants: `qnn.constant` in the code, `qnn.data` at module level for what is long.

    %scale = qnn.constant 0.5 : tensor<f32>
    %w = qnn.constant @w : tensor<64x3x3x3x!qnn.bipolar>
    ...
    qnn.data @w "0x1f03..." : tensor<64x3x3x3x!qnn.bipolar>

A function stays readable, because the long bytes stand behind it.
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
    """What holds a constant of the module, under a name."""

    sym_name = prop_def(SymbolNameConstraint())

    traits = traits_def(SymbolOpInterface())

    def __init__(self, name: str, value: Attribute):
        super().__init__(properties={"sym_name": StringAttr(name), "value": value})

    @staticmethod
    @abstractmethod
    def parse_value(parser: Parser) -> Attribute:
        """Reads what `print_value` prints."""

    @abstractmethod
    def print_value(self, printer: Printer) -> None:
        """Prints the constant behind its name."""

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
    """The bytes of a constant tensor, under a name."""

    name = "qnn.data"

    value = prop_def(DataAttr)

    @staticmethod
    def parse_value(parser: Parser) -> DataAttr:
        return parse_data(parser)

    def print_value(self, printer: Printer) -> None:
        print_data(printer, self.value)


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """A constant tensor: its elements in place, or the name of a `qnn.data`."""

    name = "qnn.constant"

    value = prop_def(DataAttr | SymbolRefAttr)
    output = result_def()

    traits = traits_def(Pure(), ConstantLike())

    def __init__(self, value: DataAttr | str, type: QnnTensor):
        attribute = SymbolRefAttr(value) if isinstance(value, str) else value
        super().__init__(properties={"value": attribute}, result_types=[type])

    @property
    def data(self) -> DataAttr:
        """The elements, wherever they are."""
        if isinstance(self.value, DataAttr):
            return self.value
        made_from: DataAttr | None = vars(self).get("_made_from")
        if made_from is not None and module_around(self) is None:
            return made_from
        try:
            return data_named(self, self.value)
        except VerifyException as error:
            raise VerifyException(f"qnn.constant: {error}") from None

    def remember_data(self, data: DataAttr) -> None:
        """Remembers what the name will stand for, until the op stands in a module."""
        vars(self)["_made_from"] = data

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
"""Where a name was last found: a network of a thousand layers asks for thousands of them."""


def module_around(op: Operation) -> ModuleOp | None:
    """The innermost module that an op stands in."""
    outer = op.parent_op()
    while outer is not None and not isinstance(outer, ModuleOp):
        outer = outer.parent_op()
    return outer


def data_named(user: Operation, name: SymbolRefAttr) -> DataAttr:
    """The elements that a name stands for, in the module around an op."""
    value = value_named(user, name)
    if isinstance(value, DataAttr):
        return value
    raise VerifyException(f"there is no qnn.data {name}")


def value_named(user: Operation, name: SymbolRefAttr) -> Attribute | None:
    """The value of the data op with a name: of `qnn.data`, or of what holds data otherwise."""
    module = module_around(user)
    if module is not None:
        wanted = name.string_value()
        seen = _DATA_BY_NAME.setdefault(module, WeakValueDictionary())
        found = seen.get(wanted)
        if found is None or found.parent_op() is not module or _name_of(found) != wanted:
            found = _find_data(module, wanted, seen)
        return None if found is None else found.properties.get("value")
    return None


def _find_data(
    module: ModuleOp, name: str, seen: WeakValueDictionary[str, NamedData]
) -> NamedData | None:
    """Searches from the end, where new data are put, and remembers what it passes."""
    op = module.body.block.last_op
    while op is not None:
        if isinstance(op, NamedData):
            here = _name_of(op)
            seen[here] = op
            if here == name:
                return op
        op = op.prev_op
    return None


def _name_of(op: NamedData) -> str:
    """The name of data that may not be verified yet."""
    name = op.properties.get("sym_name")
    return name.data if isinstance(name, StringAttr) else ""


def constant_of(value: SSAValue) -> Array | None:
    """The elements of a value that is a constant, or read from a constant codebook, else None."""
    owner = value.owner
    if isinstance(owner, ConstantOp):
        return owner.data.array
    return owner.constant_result() if isinstance(owner, QnnOp) else None


def range_of(value: SSAValue) -> tuple[int, int]:
    """The smallest and the largest integer of a value: of a constant the actual ones."""
    constant = constant_of(value)
    if constant is not None:
        return int(constant.min()), int(constant.max())
    element = element_of(value)
    assert isinstance(element, QuantType)
    return value_range(element)


class ConstantPool:
    """Makes constants for a module; long ones become `qnn.data` at its end."""

    def __init__(self, module: ModuleOp):
        self.module = module
        self.names = {op.sym_name.data for op in module.ops if isinstance(op, NamedData)}
        self.counts = Counter[str]()
        """The last number behind each hint."""

    def constant(self, array: npt.ArrayLike, element: ElementType, hint: str) -> ConstantOp:
        """A constant op, to be inserted by the caller; `hint` names the data if it is long."""
        data = DataAttr.from_array(array, element)
        if data.array.size <= MAX_PRINTED_ELEMENTS:
            op = ConstantOp(data, data.type)
        else:
            op = ConstantOp(self.data(data, hint), data.type)
            op.remember_data(data)
        op.output.name_hint = hint
        return op

    def data(self, data: DataAttr, hint: str) -> str:
        """Adds data to the module; returns the name."""
        name = self.new_name(hint)
        self.module.body.block.add_op(DataOp(name, data))
        return name

    def drop_unused(self) -> None:
        """Erases every `qnn.data` that nothing in the module names."""
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
        """A name like the hint, from now on taken."""
        name = hint
        while name in self.names:
            self.counts[hint] += 1
            name = f"{hint}_{self.counts[hint]}"
        self.names.add(name)
        return name


def pool_of(op: Operation) -> ConstantPool:
    """The pool of the module around an op."""
    module = op.get_toplevel_object()
    assert isinstance(module, ModuleOp)
    return ConstantPool(module)
