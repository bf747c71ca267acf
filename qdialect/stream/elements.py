"""Processes of elements and pixels: lookup, add, mul, offset, factor, label_select."""

from abc import abstractmethod
from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

import numpy as np
from xdsl.dialects.builtin import SymbolRefAttr, UnitAttr
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
from ..types import BipolarType, QuantType, dtype_of, smallest_type, unsigned, value_range
from .compute import symbol_of
from .folding import BuildOptions, Folding, divisors
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
    wide_integers,
)
from .types import ChannelType, channel_of


@irdl_op_definition
class LookupOp(Process):
    """Replaces every element by an entry of a table.

    %y = stream.lookup %x table(@sigmoid) first = -8
        : (!stream.channel<16xsi4, lanes = 4>) -> !stream.channel<16xui8, lanes = 4>
    """

    name = "stream.lookup"

    x = operand_def(ChannelType)
    table = prop_def(SymbolRefAttr)
    first = prop_def(IntProperty, default_value=int_attr(0))
    """The index of the table's first entry."""
    output = result_def(ChannelType)

    assembly_format = (
        "$x `table` `(` $table `)` (`first` `=` $first^)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(self, x: SSAValue | Operation, output: ChannelType, table: str, first: int = 0):
        super().__init__(
            operands=[x],
            properties={"table": SymbolRefAttr(table), "first": int_attr(first)},
            result_types=[output],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        data = data_of(self, self.table)
        shape, channels = data.type.get_shape(), x.frame[-1]
        require_same_frames(x, y)
        require_same_lanes(x, y)
        require_whole_pixels(x)
        require(
            len(shape) == 1 or (len(shape) == 2 and shape[0] == channels),
            f"a table must be N or {channels}xN, it is {text_of(shape)}",
        )
        require(
            data.element == y.element_type,
            f"a table of {data.element} cannot produce {y.element_type}",
        )
        first, (low, high) = self.first.value.data, value_range(x.quant_type)
        require(
            first <= low and high < first + shape[-1],
            f"the table covers {first} to {first + shape[-1] - 1}, "
            f"{x.element} ranges from {low} to {high}",
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        table = data_of(self, self.table).array
        index = frames[0].astype(np.int64) - self.first.value.data
        return (table[index] if table.ndim == 1 else table[np.arange(len(table)), index],)


@irdl_op_definition
class AddOp(Process):
    """Adds two streams, each multiplied by an integer.

    %y = stream.add %a, %b multipliers = [129, 326]
        : (!stream.channel<8x8x64xui8, lanes = 8>, !stream.channel<8x8x64xsi8, lanes = 8>)
       -> !stream.channel<8x8x64xsi18, lanes = 8>
    """

    name = "stream.add"

    lhs = operand_def(ChannelType)
    rhs = operand_def(ChannelType)
    multipliers = prop_def(IntsProperty, default_value=ints_attr([1, 1]))
    output = result_def(ChannelType)

    assembly_format = (
        "$lhs `,` $rhs (`multipliers` `=` $multipliers^)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self,
        lhs: SSAValue | Operation,
        rhs: SSAValue | Operation,
        output: ChannelType,
        multipliers: Sequence[int] = (1, 1),
    ):
        super().__init__(
            operands=[lhs, rhs],
            properties={"multipliers": ints_attr(multipliers)},
            result_types=[output],
        )

    def check(self) -> None:
        require_same_frames(*self.inputs, *self.outputs)
        require_same_lanes(*self.inputs, *self.outputs)
        factors = self.multipliers.get_values()
        require(len(factors) == 2, f"two streams need two multipliers, not {len(factors)}")
        ends = [
            sorted(factor * end for end in value_range(channel.quant_type))
            for channel, factor in zip(self.inputs, factors, strict=True)
        ]
        low, high = map(sum, zip(*ends, strict=True))
        require_range(self.outputs[0].quant_type, low, high, "the sum")

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(channel) for channel in self.inputs]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        lhs, rhs = (wide_integers(frame, self.outputs[0].quant_type) for frame in frames)
        first, second = self.multipliers.get_values()
        return (lhs * first + rhs * second,)


@irdl_op_definition
class MulOp(Process):
    """Multiplies two streams element by element, after adding an integer to the elements of each.

    The integers are negated zero points, so that quantized elements need no process of their own.

        %y = stream.mul %a, %b offsets = [-128, 0]
            : (!stream.channel<8x8x64xui8, lanes = 8>, !stream.channel<8x8x64xsi8, lanes = 8>)
           -> !stream.channel<8x8x64xsi16, lanes = 8>
    """

    name = "stream.mul"

    lhs = operand_def(ChannelType)
    rhs = operand_def(ChannelType)
    offsets = prop_def(IntsProperty, default_value=ints_attr([0, 0]))
    dsp = opt_prop_def(UnitAttr)
    """DSPs compute the products, not LUTs."""
    output = result_def(ChannelType)

    assembly_format = (
        "$lhs `,` $rhs (`offsets` `=` $offsets^)? attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        lhs: SSAValue | Operation,
        rhs: SSAValue | Operation,
        output: ChannelType,
        offsets: Sequence[int] = (0, 0),
    ):
        super().__init__(
            operands=[lhs, rhs],
            properties={"offsets": ints_attr(offsets)},
            result_types=[output],
        )

    @property
    def build_options(self) -> BuildOptions:
        return BuildOptions(dsp=self.dsp is not None)

    def set_build_options(self, options: BuildOptions) -> None:
        self.dsp = UnitAttr() if options.dsp else None

    @property
    def factor_ranges(self) -> list[tuple[int, int]]:
        """The smallest and the largest factor on each side."""
        ends = [value_range(channel.quant_type) for channel in self.inputs]
        offsets = int_pair(self.offsets)
        return [(low + add, high + add) for (low, high), add in zip(ends, offsets, strict=True)]

    @property
    def factor_types(self) -> list[QuantType]:
        """The types of the factors on both sides."""
        return [smallest_type(low, high) for low, high in self.factor_ranges]

    def check(self) -> None:
        require_same_frames(*self.inputs, *self.outputs)
        require_same_lanes(*self.inputs, *self.outputs)
        count = len(self.offsets.get_values())
        require(count == 2, f"two streams need two offsets, not {count}")
        products = [a * b for a in self.factor_ranges[0] for b in self.factor_ranges[1]]
        bipolar = all(isinstance(channel.quant_type, BipolarType) for channel in self.inputs)
        zero = not bipolar or any(self.offsets.get_values())
        output = self.outputs[0].quant_type
        require_range(output, min(products), max(products), "the product", zero)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(channel) for channel in self.inputs]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        lhs, rhs = (wide_integers(frame, self.outputs[0].quant_type) for frame in frames)
        first, second = int_pair(self.offsets)
        return ((lhs + first) * (rhs + second),)


class PixelRowsProcess(Process):
    """Combines every pixel with a row of constants: one row for all, or the row of its kind."""

    RESULT: ClassVar[str]
    """What messages call the result."""

    x = operand_def(ChannelType)
    rows = prop_def(SymbolRefAttr)
    kinds = opt_prop_def(SymbolRefAttr)
    """The index of the row for each pixel, in row-major order."""
    output = result_def(ChannelType)

    assembly_format = (
        "$x `rows` `(` $rows `)` (`kinds` `(` $kinds^ `)`)? attr-dict "
        "`:` functional-type(operands, results)"
    )

    def __init__(
        self, x: SSAValue | Operation, output: ChannelType, rows: str, kinds: str | None = None
    ):
        super().__init__(
            operands=[x],
            properties={"rows": SymbolRefAttr(rows), "kinds": symbol_of(kinds)},
            result_types=[output],
        )

    @staticmethod
    @abstractmethod
    def combine(x: Any, constant: Any) -> Any:
        """The operation on numbers or arrays; its extremes are at the ends of both ranges."""

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require_same_frames(x, y)
        require_same_lanes(x, y)
        require_whole_pixels(x)
        rows, channels, pixels = constant_integers(self, self.rows), x.frame[-1], prod(x.frame[:-1])
        require(
            rows.ndim == 2 and rows.shape[1] == channels,
            f"the rows must be Nx{channels}, they are {text_of(rows.shape)}",
        )
        if self.kinds is None:
            require(len(rows) == 1, f"{len(rows)} rows need kinds: the row of each pixel")
        else:
            kinds = constant_integers(self, self.kinds)
            require(
                kinds.shape == (pixels,),
                f"kinds must have one index for each of {pixels} pixels, not "
                f"{text_of(kinds.shape)}",
            )
            require(
                int(kinds.min()) >= 0 and int(kinds.max()) < len(rows),
                f"kinds from {kinds.min()} to {kinds.max()} exceed the indices of {len(rows)} rows",
            )
        ends = int(rows.min()), int(rows.max())
        results = [self.combine(a, b) for a in value_range(x.quant_type) for b in ends]
        require_range(y.quant_type, min(results), max(results), self.RESULT)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        (x,), (y,) = frames, self.outputs
        rows = wide_integers(constant_integers(self, self.rows), y.quant_type)
        if self.kinds is not None:
            rows = rows[constant_integers(self, self.kinds)].reshape(y.frame)
        return (self.combine(wide_integers(x, y.quant_type), rows),)


@irdl_op_definition
class OffsetOp(PixelRowsProcess):
    """Adds a row of constants to every pixel: one row for all, or the row of the pixel's kind.

    For example, where padding changes a sum, pixels at corners, at edges and inside are of
    different kinds.

        %y = stream.offset %x rows(@border) kinds(@where)
            : (!stream.channel<8x8x16xsi9, lanes = 4>) -> !stream.channel<8x8x16xsi10, lanes = 4>
    """

    name = "stream.offset"
    RESULT: ClassVar = "the sum"

    @staticmethod
    def combine(x: Any, constant: Any) -> Any:
        return x + constant


@irdl_op_definition
class FactorOp(PixelRowsProcess):
    """Multiplies every pixel by a row of constants: one row for all, or the row of its kind.

    For example, an average that does not count padding divides by fewer elements at the border.

        %y = stream.factor %x rows(@multiples) kinds(@where)
            : (!stream.channel<8x8x16xui9, lanes = 4>) -> !stream.channel<8x8x16xui13, lanes = 4>
    """

    name = "stream.factor"
    RESULT: ClassVar = "the product"

    @staticmethod
    def combine(x: Any, constant: Any) -> Any:
        return x * constant


@irdl_op_definition
class LabelSelectOp(Process):
    """The indices of the `k` largest scores, in descending order.

    Of equal scores, the one with the lowest index comes first, or with `last` the highest.

    %i = stream.label_select %x
        : (!stream.channel<10xsi9, lanes = 1>) -> !stream.channel<1xui4, lanes = 1>
    """

    name = "stream.label_select"

    x = operand_def(ChannelType)
    last = opt_prop_def(UnitAttr)
    """Whether the last of equal scores comes first."""
    output = result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, k: int = 1, last: bool = False):
        labels = channel_of(SSAValue.get(x)).frame[-1]
        element = unsigned(max(1, (labels - 1).bit_length()))
        super().__init__(
            operands=[x],
            result_types=[ChannelType((k,), element)],
            properties={"last": UnitAttr() if last else None},
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require(len(x.frame) == 1, f"the scores must be one row, not {text_of(x.frame)}")
        labels = x.frame[0]
        require(
            len(y.frame) == 1 and y.frame[0] <= labels,
            f"the result must be one row of at most {labels} labels, not {text_of(y.frame)}",
        )
        require_range(y.quant_type, 0, labels - 1, "the index")

    def folding(self) -> Folding:
        return Folding(divisors(self.inputs[0].frame[-1]), [1])

    def interval_with(self, lanes_in: Counts, lanes_out: Counts) -> Counts:
        """Cycles of a frame; the first index is written in the cycle that reads the last scores."""
        (labels,), (k,) = self.inputs[0].frame, self.outputs[0].frame
        return labels // lanes_in + k // lanes_out - 1

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [np.full(self.outputs[0].words, self.inputs[0].words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        (k,) = self.outputs[0].frame
        scores, backwards = frames[0], self.last is None
        # a stable sort, read from its end, has the highest index of equal scores first
        order = np.argsort(scores[:, ::-1] if backwards else scores, axis=-1, kind="stable")
        indices = scores.shape[-1] - 1 - order if backwards else order
        return (indices[:, ::-1][:, :k].astype(dtype_of(self.outputs[0].element_type)),)
