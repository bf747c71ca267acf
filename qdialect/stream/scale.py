"""`stream.scale`: equally spaced thresholds, as a product, a sum and a shift."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import IntegerType, SymbolRefAttr, UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, result_def

from ..data import Array
from ..qnn.base import (
    IntProperty,
    IntsProperty,
    int_attr,
    ints_attr,
    require,
    require_range,
    text_of,
)
from ..types import bit_width, dtype_of, signed, smallest_type, value_range
from .folding import BuildOptions
from .process import (
    Counts,
    Process,
    constant_integers,
    counts_by_word,
    data_of,
    int_pair,
    require_same_frames,
    require_same_lanes,
    require_whole_pixels,
)
from .types import ChannelType

MAX_SUM_BITS = 64
"""The widest sum of a product and an offset."""


@irdl_op_definition
class ScaleOp(Process):
    """Multiplies every element by its channel's factor, adds its offset, and shifts right.

    1 is added where the element equals one of the first `raised` exceptions of its channel, and
    subtracted where it equals one of the others. Then `clamp` limits the result.

    %y = stream.scale %x factors(@f) offsets(@o) exceptions(@e) raised = 1 shift = 24
        clamp = [0, 255]
        : (!stream.channel<8x8x16xsi20, lanes = 4>) -> !stream.channel<8x8x16xui8, lanes = 4>
    """

    name = "stream.scale"

    x = operand_def(ChannelType)
    factors = prop_def(SymbolRefAttr)
    """One factor for each channel, or one for all; offsets and exceptions have as many rows as
    factors."""
    offsets = prop_def(SymbolRefAttr)
    exceptions = opt_prop_def(SymbolRefAttr)
    raised = prop_def(IntProperty, default_value=int_attr(0))
    shift = prop_def(IntProperty)
    clamp = prop_def(IntsProperty)
    dsp = opt_prop_def(UnitAttr)
    """DSPs compute the products, not LUTs."""
    output = result_def(ChannelType)

    assembly_format = (
        "$x `factors` `(` $factors `)` `offsets` `(` $offsets `)` "
        "(`exceptions` `(` $exceptions^ `)`)? (`raised` `=` $raised^)? "
        "`shift` `=` $shift `clamp` `=` $clamp attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        output: ChannelType,
        factors: str,
        offsets: str,
        shift: int,
        clamp: Sequence[int],
        exceptions: str | None = None,
        raised: int = 0,
    ):
        super().__init__(
            operands=[x],
            properties={
                "factors": SymbolRefAttr(factors),
                "offsets": SymbolRefAttr(offsets),
                "exceptions": None if exceptions is None else SymbolRefAttr(exceptions),
                "raised": int_attr(raised),
                "shift": int_attr(shift),
                "clamp": ints_attr(clamp),
            },
            result_types=[output],
        )

    @property
    def build_options(self) -> BuildOptions:
        return BuildOptions(dsp=self.dsp is not None)

    def set_build_options(self, options: BuildOptions) -> None:
        self.dsp = UnitAttr() if options.dsp else None

    @property
    def rows(self) -> int:
        """The number of rows of its constants: one for each channel, or one for all."""
        return data_of(self, self.factors).type.get_shape()[0]

    def memories(self) -> dict[str, tuple[int, int]]:
        rows = min(self.outputs[0].lanes.data, self.rows)
        found = {"factors": (rows, 1), "offsets": (rows, 1)}
        if self.exceptions is not None:
            found["exceptions"] = (rows, data_of(self, self.exceptions).type.get_shape()[1])
        return found

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require_same_frames(x, y)
        require_same_lanes(x, y)
        require_whole_pixels(x)
        factors, offsets = (
            constant_integers(self, self.factors),
            constant_integers(self, self.offsets),
        )
        for what, array in (("factors", factors), ("offsets", offsets)):
            require(
                array.shape in ((1,), (x.frame[-1],)) and array.shape == factors.shape,
                f"the {what} must be 1 or {x.frame[-1]} numbers, one offset for each factor, "
                f"not {text_of(array.shape)}",
            )
        self._check_exceptions()
        shift, ends = self.shift.value.data, self.clamp.get_values()
        require(len(ends) == 2, f"a clamp must have two limits, not {len(ends)}")
        low, high = ends
        require(0 <= shift < MAX_SUM_BITS, f"the shift must be from 0 to 63, not {shift}")
        require(low <= high, f"the clamp is empty: {low} is above {high}")
        require_range(y.quant_type, low, high, "the result")
        sums = bit_width(self.sum_type)
        require(
            sums <= MAX_SUM_BITS, f"its sums have {sums} bits, at most {MAX_SUM_BITS} are possible"
        )

    def _check_exceptions(self) -> None:
        raised, count = self.raised.value.data, 0
        if self.exceptions is not None:
            shape = constant_integers(self, self.exceptions).shape
            require(
                len(shape) == 2 and shape[0] == self.rows,
                f"the exceptions must be {self.rows}xN, they are {text_of(shape)}",
            )
            count = shape[1]
        require(0 <= raised <= count, f"raised is {raised}, but there are {count} exceptions")

    @property
    def sum_type(self) -> IntegerType:
        """The narrowest type that holds every product, every offset and their sums."""
        ends = np.array(value_range(self.inputs[0].quant_type), object)[:, None]
        factors, offsets = (
            constant_integers(self, self.factors),
            constant_integers(self, self.offsets),
        )
        products, offsets = ends * factors.astype(object), offsets.astype(object)
        sums = products + offsets
        low, high = (
            int(pick([pick(products), pick(offsets), pick(sums)])) for pick in (np.min, np.max)
        )
        return signed(bit_width(smallest_type(min(low, -1), high)))

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        x, (y,) = frames[0].astype(np.int64), self.outputs
        symbols = self.factors, self.offsets
        factors, offsets = (constant_integers(self, symbol).astype(np.int64) for symbol in symbols)
        exceptions = None if self.exceptions is None else constant_integers(self, self.exceptions)
        shift, raised = self.shift.value.data, self.raised.value.data
        levels = scale_levels(x, factors, offsets, exceptions, shift, raised, int_pair(self.clamp))
        return (levels.astype(dtype_of(y.element_type)),)


def scale_levels(
    x: Array,
    factors: Array,
    offsets: Array,
    exceptions: Array | None,
    shift: int,
    raised: int,
    clamp: tuple[int, int],
) -> Array:
    """The results for an array whose last axis is the channels; exceptions have a row for each."""
    levels = x * factors + offsets >> shift
    if exceptions is not None:
        levels += np.any([x == column for column in exceptions.T[:raised]], 0)
        levels -= np.any([x == column for column in exceptions.T[raised:]], 0)
    return np.clip(levels, *clamp)
