"""What all tensor ops share: the layer name, checked element types, and shape inference."""

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
from xdsl.irdl import IRDLOperation, ParsePropInAttrDict, opt_prop_def, traits_def
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
from ..values import Dequantized, Value

Shape: TypeAlias = tuple[int, ...]

IntsProperty = DenseArrayBase.constr(i64)
IntProperty = IntegerAttr.constr(i64)
FloatProperty = FloatAttr.constr(f32)


def ints_attr(values: Sequence[int]) -> DenseArrayBase:
    """A list of integers as an attribute, printed `[1, 2]`."""
    return DenseArrayBase.from_list(i64, list(values))


def int_attr(value: int) -> IntegerAttr:
    return IntegerAttr(value, i64)


def float_attr(value: float) -> FloatAttr:
    return FloatAttr(value, f32)


class SharedCanonicalizations(HasCanonicalizationPatternsTrait):
    """The patterns that every op has; they are imported when they are first used."""

    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from .canonicalization import PATTERNS

        return PATTERNS


class QnnOp(IRDLOperation, ABC):
    """A pure function of tensors, of static shape, over the element types of the dialect."""

    layer = opt_prop_def(StringAttr)
    """The name that this operation has in the model it came from."""

    irdl_options = (ParsePropInAttrDict(),)
    traits = traits_def(Pure(), SharedCanonicalizations())

    @abstractmethod
    def result_shapes(self) -> Sequence[Shape]:
        """The shapes of the results, from the operands and properties; raises VerifyException."""

    def is_identity(self) -> bool:
        """Whether the result is always the first operand."""
        return False

    def is_foldable(self) -> bool:
        """Whether constant results may replace the op when all its operands are constant."""
        return True

    def keeps_images_apart(self, varying: Sequence[SSAValue]) -> bool:
        """Whether the op computes each image by itself, so that many can run in one call.

        `varying` are the operands that depend on the images; their first axis, of size 1 in the
        type, then counts images. An op that does not override this runs image by image, which is
        always correct.
        """
        return False

    def varies_in_first_operand(self, varying: Sequence[SSAValue]) -> bool:
        """Whether images reach the op through its first operand only, not through parameters."""
        return set(varying) == {self.operands[0]}

    @abstractmethod
    def evaluate(self, *args: Value) -> tuple[Value, ...]:
        """What the op means: its results, computed with numpy."""

    def constant_result(self) -> Array | None:
        """The result, if it is the same whatever the network is given, and integers."""
        return None

    def verify_types(self) -> None:
        """Raises VerifyException where the element types do not fit together."""

    def verify_(self) -> None:
        try:
            for value in (*self.operands, *self.results):
                check_tensor(value.type)
            shapes = self.result_shapes()
            for result, shape in zip(self.results, shapes, strict=True):
                if shape_of(result) != shape:
                    raise VerifyException(
                        f"the result has shape {text_of(shape)}, "
                        f"its type says {text_of(shape_of(result))}"
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
        """Initialises an op whose results have the given element types and inferred shapes."""
        super().__init__(
            operands=operands,
            properties=properties,
            result_types=[TensorType(element, []) for element in elements],
        )
        for result, element, shape in zip(
            tuple(self.results), elements, self.result_shapes(), strict=True
        ):
            Rewriter.replace_value_with_new_type(result, TensorType(element, shape))


MAX_SHOWN_NAME = 60
"""Characters of a layer's name in messages."""


def describe(op: Operation) -> str:
    """How messages name an op: `qnn.conv2d "Conv_0"`; a long name by its end."""
    layer = op.properties.get("layer")
    if not isinstance(layer, StringAttr):
        return op.name
    name = layer.data
    if len(name) > MAX_SHOWN_NAME:
        name = f"...{last_name(name)[-MAX_SHOWN_NAME:]}"
    return f'{op.name} "{name}"'


def text_of(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def require(condition: bool, message: str) -> None:
    """Raises VerifyException with the message unless the condition holds."""
    if not condition:
        raise VerifyException(message)


def require_same_element(values: Sequence[SSAValue]) -> None:
    """All values have one element type."""
    elements = [element_of(value) for value in values]
    require(
        len(set(elements)) == 1,
        f"the elements must have one type, they are {', '.join(map(str, elements))}",
    )


def require_float(value: SSAValue, what: str) -> None:
    require(not is_quant(element_of(value)), f"{what} must be float, it is {element_of(value)}")


def require_range(result: ElementType, low: int, high: int, what: str, zero: bool = True) -> None:
    """A quantized result type holds every value from `low` to `high`, 0 only if it is `zero`."""
    assert isinstance(result, QuantType)
    least, most = value_range(result)
    require(
        not (isinstance(result, BipolarType) and zero and low <= 0 <= high),
        f"{what} may be 0, !qnn.bipolar holds -1 and 1",
    )
    require(
        least <= low and high <= most,
        f"{what} reaches {low} to {high}, {result} holds {least} to {most}",
    )


def check_pad_value(x: SSAValue, value: int) -> None:
    """A pad value is one that the padded tensor can hold."""
    element = element_of(x)
    if not isinstance(element, QuantType):
        return
    require(
        not isinstance(element, BipolarType) or value != 0,
        "a bipolar tensor can't be padded with 0: pad with -1 or 1, and correct the thresholds "
        "at the border",
    )
    low, high = value_range(element)
    require(low <= value <= high, f"the pad value is {value}, {element} holds {low} to {high}")


def require_sizes(values: Sequence[int], count: int, least: int, what: str) -> None:
    """A list property has `count` entries, none below `least`."""
    require(len(values) == count, f"{what} needs {count} numbers, {len(values)} are given")
    require(
        all(value >= least for value in values),
        f"{what} must be at least {least}, they are {list(values)}",
    )


def normalized_axis(axis: int, rank: int) -> int:
    """An axis counted from the front; negative ones count from the end."""
    require(-rank <= axis < rank, f"axis {axis} does not exist in a tensor of rank {rank}")
    return axis % rank


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The common shape of operands, as numpy broadcasts them."""
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
    """Stores a computed value as the op's result type says; what does not fit is an error."""
    if isinstance(value, Dequantized):
        return value
    return checked_storage(op, value, element_of(op.results[0]))


def checked_storage(op: Operation, values: Array, element: ElementType) -> Array:
    """Stores values in the numpy type of an element; what does not fit is an error of the op."""
    if isinstance(element, QuantType):
        try:
            check_values(values, element)
        except VerifyException as error:
            raise InterpretationError(f"{describe(op)}: {error}") from None
    return np.asarray(values, dtype_of(element))
