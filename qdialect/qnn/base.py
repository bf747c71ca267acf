"""The base class of all tensor ops, and the checks that their verifiers share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from xdsl.dialects.builtin import (
    DenseArrayBase,
    FloatAttr,
    IntegerAttr,
    StringAttr,
    TensorType,
    f32,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import IRDLOperation, ParsePropInAttrDict, opt_prop_def, prop_def, traits_def
from xdsl.pattern_rewriter import RewritePattern
from xdsl.rewriter import Rewriter
from xdsl.traits import HasCanonicalizationPatternsTrait, Pure
from xdsl.utils.exceptions import InterpretationError, VerifyException

from ..data import Array, check_values
from ..diagnostics import last_name
from ..types import (
    BipolarType,
    ElementType,
    QuantType,
    check_tensor,
    dtype_of,
    element_of,
    is_quant,
    shape_of,
    value_range,
)
from ..values import Affine, Dequantized, Value

Shape: TypeAlias = tuple[int, ...]

IntsProperty = DenseArrayBase.constr(i64)
IntProperty = IntegerAttr.constr(i64)
FloatProperty = FloatAttr.constr(f32)


def ints_attr(values: Sequence[int]) -> DenseArrayBase:
    """A list of 64-bit integers as an attribute, printed `[1, 2]`."""
    return DenseArrayBase.from_list(i64, list(values))


def int_attr(value: int) -> IntegerAttr:
    return IntegerAttr(value, i64)


def float_attr(value: float) -> FloatAttr:
    return FloatAttr(value, f32)


class SharedCanonicalizations(HasCanonicalizationPatternsTrait):
    """The canonicalization patterns of every tensor op, imported on first use."""

    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from .canonicalization import PATTERNS

        return PATTERNS


class QnnOp(IRDLOperation, ABC):
    """An op without side effects on tensors of static shape."""

    layer = opt_prop_def(StringAttr)
    """The name of the layer in the imported model."""

    irdl_options = (ParsePropInAttrDict(),)
    traits = traits_def(Pure(), SharedCanonicalizations())

    @abstractmethod
    def result_shapes(self) -> Sequence[Shape]:
        """The shapes of the results, computed from operands and properties.

        Raises VerifyException if these do not fit each other.
        """

    def is_identity(self) -> bool:
        """Whether the result is always the first operand."""
        return False

    def is_foldable(self) -> bool:
        """Whether constant results may replace the op when all its operands are constant."""
        return True

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        """Whether the op computes each image by itself, so that one call can run many images.

        `varying` are the operands that depend on the images; their first axis, of size 1 in the
        type, then counts images. An op that does not override this runs image by image, which is
        always correct.
        """
        return False

    def varies_in_first_operand(self, varying: Sequence[SSAValue]) -> bool:
        """Whether only the first operand depends on the images; the others are parameters."""
        return set(varying) == {self.operands[0]}

    @abstractmethod
    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        """Computes the results with numpy. This defines the meaning of the op."""

    def constant_result(self) -> Array | None:
        """The integer result, if it does not depend on the inputs of the network, else None."""
        return None

    def verify_types(self) -> None:
        """Raises VerifyException if the element types do not fit each other."""

    def verify_(self) -> None:
        try:
            for value in (*self.operands, *self.results):
                check_tensor(value.type)
            shapes = self.result_shapes()
            for result, shape in zip(self.results, shapes, strict=True):
                if shape_of(result) != shape:
                    raise VerifyException(
                        f"the result has shape {text_of(shape)}, "
                        f"but its type has shape {text_of(shape_of(result))}"
                    )
            self.verify_types()
        except VerifyException as error:
            raise VerifyException(f"{describe(self)}: {error}") from None

    def init_with_inferred_types(
        self,
        operands: Sequence[SSAValue | Operation | Sequence[SSAValue] | None],
        properties: Mapping[str, Attribute | None],
        *elements: ElementType,
    ) -> None:
        """Initialises an op whose results have these element types and inferred shapes."""
        super().__init__(
            operands=operands,
            properties=properties,
            result_types=[TensorType(element, []) for element in elements],
        )
        for result, element, shape in zip(
            tuple(self.results), elements, self.result_shapes(), strict=True
        ):
            Rewriter.replace_value_with_new_type(result, TensorType(element, shape))


class ElementwiseOp(QnnOp):
    """A function of each element of the first operand; further operands are parameters."""

    def result_shapes(self) -> Sequence[Shape]:
        return (shape_of(self.operands[0]),)

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.varies_in_first_operand(varying)


class AxisOp(QnnOp):
    """An op along one axis of its operands, which have equal ranks."""

    axis = prop_def(IntProperty)
    """The axis; a negative one counts from the last axis."""

    @property
    def axis_from_front(self) -> int:
        return normalized_axis(self.axis.value.data, len(shape_of(self.operands[0])))

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        return self.axis_from_front > 0


MAX_SHOWN_NAME = 60
"""Characters of a layer's name that messages show."""


def describe(op: Operation) -> str:
    """An op in messages: `qnn.conv2d "Conv_0"`; a long layer name is cut at the front."""
    layer = op.properties.get("layer")
    if not isinstance(layer, StringAttr):
        return op.name
    name = layer.data
    if len(name) > MAX_SHOWN_NAME:
        name = f"...{last_name(name)[-MAX_SHOWN_NAME:]}"
    return f'{op.name} "{name}"'


def text_of(shape: Sequence[int]) -> str:
    """A shape in messages: `1x8x8x3`."""
    return "x".join(map(str, shape)) or "scalar"


def require(condition: bool, message: str) -> None:
    """Raises VerifyException with the message unless the condition holds."""
    if not condition:
        raise VerifyException(message)


def require_same_element(values: Sequence[SSAValue]) -> None:
    """Raises VerifyException unless all values have the same element type."""
    elements = [element_of(value) for value in values]
    require(
        len(set(elements)) == 1,
        f"all element types must be equal, they are {', '.join(map(str, elements))}",
    )


def require_float(value: SSAValue, what: str) -> None:
    require(not is_quant(element_of(value)), f"{what} must be float, it is {element_of(value)}")


def require_range(result: ElementType, low: int, high: int, what: str, zero: bool = True) -> None:
    """Raises VerifyException unless the type holds every value from `low` to `high`.

    `zero` is False if the range spans 0 but no value is 0.
    """
    assert isinstance(result, QuantType)
    least, most = value_range(result)
    require(
        not (isinstance(result, BipolarType) and zero and low <= 0 <= high),
        f"{what} may be 0, but !qnn.bipolar holds only -1 and 1",
    )
    require(
        least <= low and high <= most,
        f"{what} {f'is {low}' if low == high else f'can be {low} to {high}'}, "
        f"but {result} holds only {least} to {most}",
    )


def check_pad_value(x: SSAValue, value: int) -> None:
    """Raises VerifyException unless the element type of the padded tensor holds the pad value."""
    element = element_of(x)
    if not isinstance(element, QuantType):
        return
    require(
        not isinstance(element, BipolarType) or value != 0,
        "a bipolar tensor can't be padded with 0: pad with -1 or 1, and correct the thresholds "
        "at the border",
    )
    low, high = value_range(element)
    require(
        low <= value <= high,
        f"the pad value {value} cannot be represented in {element}: use {low} to {high}",
    )


def require_sizes(values: Sequence[int], count: int, least: int, what: str) -> None:
    """Raises VerifyException unless a list property has `count` entries of at least `least`."""
    require(len(values) == count, f"{what} needs {count} numbers, {len(values)} are given")
    require(
        all(value >= least for value in values),
        f"{what} must be at least {least}, they are {list(values)}",
    )


def normalized_axis(axis: int, rank: int) -> int:
    """The axis counted from the front; a negative axis counts from the end."""
    require(-rank <= axis < rank, f"axis {axis} does not exist in a tensor of rank {rank}")
    return axis % rank


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The shape to which numpy broadcasts the operands; raises VerifyException if it cannot."""
    rank = max(map(len, shapes))
    aligned = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    result = tuple(max(sizes) for sizes in zip(*aligned, strict=True))
    for shape, full in zip(shapes, aligned, strict=True):
        require(
            all(size in (1, most) for size, most in zip(full, result, strict=True)),
            f"shape {text_of(shape)} does not broadcast to {text_of(result)}",
        )
    return result


def cast_exactly(op: Operation, value: Value) -> Value:
    """Converts a computed value to the op's first result type; raises if a number does not fit."""
    if isinstance(value, Dequantized | Affine):
        return value
    return checked_storage(op, value, element_of(op.results[0]))


def checked_storage(op: Operation, values: Array, element: ElementType) -> Array:
    """Converts values to the numpy type of an element; raises if one does not fit."""
    if isinstance(element, QuantType):
        try:
            check_values(values, element)
        except VerifyException as error:
            raise InterpretationError(f"{describe(op)}: {error}") from None
    return np.asarray(values, dtype_of(element))
