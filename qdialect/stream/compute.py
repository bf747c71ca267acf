"""Processes that compute: matvec, depthwise, threshold, lookup, add, label_select.

Weights, thresholds and tables are constants of the module, named. How many elements come and go in
a word is in the types of the channels: a matvec's input lanes are its SIMD, its output lanes its
PE.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.dialects.builtin import SymbolRefAttr, UnitAttr
from xdsl.dialects.utils import EnumAttribute
from xdsl.ir import Attribute, Operation, SpacedOpaqueSyntaxAttribute, SSAValue
from xdsl.irdl import (
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.str_enum import StrEnum

from ..convolution import exact_matmul, sums_by_sign
from ..data import Array
from ..qnn.base import Int, Ints, int_attr, ints, require, require_range, text_of
from ..qnn.steps import check_flags, check_rows, check_steps, reached_levels
from ..types import QuantType, check_element, dtype_of, unsigned, value_range
from .process import (
    Counts,
    Process,
    data_of,
    each_group,
    each_word,
    exact,
    integers_of,
    same_frames,
    same_lanes,
    whole_pixels,
)
from .types import ChannelType, channel_of
from .windows import require_groups, require_order


class Storage(StrEnum):
    """Where weights live; in registers only if all are taken at once, and are constants."""

    REGISTERS = "registers"
    LUT = "lut"
    BLOCK = "block"
    ULTRA = "ultra"
    OUTSIDE = "outside"


@irdl_attr_definition
class StorageAttr(EnumAttribute[Storage], SpacedOpaqueSyntaxAttribute):
    """A kind of memory."""

    name = "stream.storage"


class ThresholdedProcess(Process):
    """A process whose results may pass through thresholds before they are written."""

    x = operand_def(ChannelType)
    thresholds = opt_prop_def(SymbolRefAttr)
    descending = opt_prop_def(SymbolRefAttr)
    """A flag for each channel, 1 where the function descends."""
    offset = prop_def(Int, default_value=int_attr(0))
    output = result_def(ChannelType)

    @property
    def channels(self) -> int:
        return self.outputs[0].frame[-1]

    @property
    def at_once(self) -> tuple[int, int]:
        """Rows and columns of its constants that it takes at once."""
        return self.outputs[0].lanes.data, 1

    def memories(self) -> dict[str, tuple[int, int]]:
        pe, simd = self.at_once
        found = {key: (pe, 1) for key in ("bias", "descending") if key in self.properties}
        if "weights" in self.properties:
            found["weights"] = (pe, simd)
        if self.thresholds is not None:
            rows, steps = data_of(self, self.thresholds).type.get_shape()
            found["thresholds"] = (min(pe, rows), steps)
        return found

    def check_thresholds(self, source: QuantType, low: int, high: int) -> None:
        """The values from `low` to `high`, of type `source`, give what the output carries."""
        target, first = self.outputs[0].quant_type, self.offset.value.data
        if self.thresholds is None:
            require(self.descending is None and first == 0, "there are no thresholds to modify")
            return require_range(target, low, high, "the result")
        rows = integers_of(self, self.thresholds)
        check_steps(rows.shape, self.channels, target, first)
        check_rows(rows, source)
        if self.descending is not None:
            check_flags(data_of(self, self.descending).type, self.channels)

    def activate(self, values: Array) -> Array:
        """Passes values through the thresholds, if there are any."""
        if self.thresholds is None:
            return values
        rows = data_of(self, self.thresholds).array
        flags = None if self.descending is None else data_of(self, self.descending).array
        result = self.outputs[0].element_type
        return reached_levels(values, rows, flags, result, self.offset.value.data)


class WeightedProcess(ThresholdedProcess):
    """A process that holds weights."""

    weights = prop_def(SymbolRefAttr)
    codebook = opt_prop_def(SymbolRefAttr)
    """What the weights stand for, if they are indices."""
    bias = opt_prop_def(SymbolRefAttr)
    accumulator = prop_def(Attribute)
    """The type of the running sum."""
    storage = prop_def(StorageAttr, default_value=StorageAttr(Storage.BLOCK))
    dsp = opt_prop_def(UnitAttr)
    """Products are made by DSPs, not by logic."""

    assembly_format = (
        "$x `weights` `(` $weights `)` (`codebook` `(` $codebook^ `)`)? (`bias` `(` $bias^ `)`)? "
        "(`thresholds` `(` $thresholds^ `)`)? (`descending` `(` $descending^ `)`)? "
        "(`offset` `=` $offset^)? `accumulator` `=` $accumulator (`storage` `=` $storage^)? "
        "attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self,
        x: SSAValue | Operation,
        output: ChannelType,
        weights: str,
        accumulator: QuantType,
        bias: str | None = None,
        thresholds: str | None = None,
        descending: str | None = None,
        offset: int = 0,
        storage: Storage = Storage.BLOCK,
        codebook: str | None = None,
    ):
        super().__init__(
            operands=[x],
            properties={
                "weights": SymbolRefAttr(weights),
                "codebook": _symbol(codebook),
                "bias": _symbol(bias),
                "thresholds": _symbol(thresholds),
                "descending": _symbol(descending),
                "offset": int_attr(offset),
                "accumulator": accumulator,
                "storage": StorageAttr(storage),
            },
            result_types=[output],
        )

    @property
    def rows(self) -> Array:
        """The weights, a row for each output channel."""
        array = integers_of(self, self.weights)
        require(array.ndim > 1, f"weights have 2 axes or more, {text_of(array.shape)} has not")
        rows = array.reshape(len(array), -1)
        if self.codebook is None:
            return rows
        table = integers_of(self, self.codebook)
        require(table.ndim == 1, f"a codebook is one row, not {text_of(table.shape)}")
        require(
            int(rows.min()) >= 0 and int(rows.max()) < len(table),
            f"indices from {rows.min()} to {rows.max()} leave a codebook of {len(table)}",
        )
        return table[rows]

    def activate_with(
        self, thresholds: str | None = None, descending: str | None = None, offset: int = 0
    ) -> None:
        """Passes the sums through thresholds or none; the caller changes the type of the output."""
        self.thresholds = _symbol(thresholds)
        self.descending = _symbol(descending)
        self.offset = int_attr(offset)

    @property
    def sum_type(self) -> QuantType:
        element = check_element(self.accumulator)
        require(isinstance(element, QuantType), f"{element} is no accumulator")
        assert isinstance(element, QuantType)
        return element

    @property
    def reach(self) -> tuple[Array, Array]:
        """The least and the largest sum of each channel that the actual weights can give."""
        low, high = value_range(self.inputs[0].quant_type)
        positive, negative = sums_by_sign(self.rows)
        lows, highs = positive * low + negative * high, positive * high + negative * low
        if self.bias is not None:
            bias = integers_of(self, self.bias)
            require(
                bias.shape == (self.channels,),
                f"the bias must hold {self.channels} numbers, it is {text_of(bias.shape)}",
            )
            lows, highs = lows + bias.astype(object), highs + bias.astype(object)
        return lows, highs

    def check_sums(self) -> None:
        """The accumulator holds every sum."""
        lows, highs = self.reach
        least, most = lows.min(), highs.max()
        require_range(self.sum_type, least, most, "the sum")
        self.check_thresholds(self.sum_type, least, most)

    def add_bias(self, sums: Array) -> Array:
        if self.bias is None:
            return sums
        bias = integers_of(self, self.bias)
        return exact(sums, self.sum_type) + exact(bias, self.sum_type)


@irdl_op_definition
class MatvecOp(WeightedProcess):
    """Multiplies every vector of a frame with a matrix, PE rows and SIMD columns at a time.

    %y = stream.matvec %p weights(@w0) thresholds(@t0) accumulator = si14
        : (!stream.channel<30x30x27xui8, lanes = 3>)
       -> !stream.channel<30x30x64x!qnn.bipolar, lanes = 16>
    """

    name = "stream.matvec"

    @property
    def simd(self) -> int:
        return self.inputs[0].lanes.data

    @property
    def pe(self) -> int:
        return self.outputs[0].lanes.data

    @property
    def at_once(self) -> tuple[int, int]:
        return self.pe, self.simd

    @property
    def vectors(self) -> int:
        """How many vectors a frame holds."""
        return prod(self.inputs[0].frame[:-1])

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        rows, cols = self.rows.shape
        require(
            x.frame[-1] == cols and y.frame == (*x.frame[:-1], rows),
            f"{rows}x{cols} weights don't turn {text_of(x.frame)} into {text_of(y.frame)}",
        )
        require(cols % self.simd == 0, f"SIMD {self.simd} does not divide {cols} columns")
        require(rows % self.pe == 0, f"PE {self.pe} does not divide {rows} rows")
        require_order(self.x, by_channel=False)
        self.check_sums()

    @property
    def interval(self) -> int:
        rows, cols = self.rows.shape
        return self.vectors * (rows // self.pe) * (cols // self.simd)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (y,) = self.inputs, self.outputs
        vectors = each_group(x.words, self.vectors)
        return [np.repeat(vectors, y.words // self.vectors)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        x, rows = frames[0], self.rows
        sums = exact_matmul(x.reshape(-1, rows.shape[1]), rows)
        return (self.activate(self.add_bias(sums).reshape(*x.shape[:-1], len(rows))),)


@irdl_op_definition
class DepthwiseOp(WeightedProcess):
    """Multiplies every channel of a patch with its own weights; patches come by channel.

    PE channels at a time, and of each as many pixels of the kernel as a word holds.

    %y = stream.depthwise %p weights(@w1) thresholds(@t1) accumulator = si12
        : (!stream.channel<30x30x288xui4, lanes = 8>)
       -> !stream.channel<30x30x32xui4, lanes = 8>
    """

    name = "stream.depthwise"

    @property
    def at_once(self) -> tuple[int, int]:
        pe = self.outputs[0].lanes.data
        return pe, self.inputs[0].lanes.data // pe

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        rows, taps = self.rows.shape
        require(
            x.frame[-1] == rows * taps and y.frame == (*x.frame[:-1], rows),
            f"{rows}x{taps} weights don't turn {text_of(x.frame)} into {text_of(y.frame)}",
        )
        require_groups(self.x, y, taps)
        self.check_sums()

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_group(self.inputs[0].words, self.outputs[0].words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        patches, rows = exact(frames[0], self.sum_type), exact(self.rows, self.sum_type)
        (channels, taps), lanes = rows.shape, self.outputs[0].lanes.data
        patches = patches.reshape(-1, channels // lanes, taps, lanes)
        kernels = rows.reshape(channels // lanes, lanes, taps).swapaxes(1, 2)
        sums = (patches * kernels).sum(2).reshape(len(frames[0]), *self.outputs[0].frame)
        return (self.activate(self.add_bias(sums)),)


@irdl_op_definition
class ThresholdOp(ThresholdedProcess):
    """Passes every element through thresholds.

    %y = stream.threshold %x thresholds(@t2)
        : (!stream.channel<8x8x16xsi9, lanes = 4>) -> !stream.channel<8x8x16xui2, lanes = 4>
    """

    name = "stream.threshold"

    assembly_format = (
        "$x `thresholds` `(` $thresholds `)` (`descending` `(` $descending^ `)`)? "
        "(`offset` `=` $offset^)? attr-dict `:` functional-type(operands, results)"
    )

    thresholds = prop_def(SymbolRefAttr)

    def __init__(
        self,
        x: SSAValue | Operation,
        output: ChannelType,
        thresholds: str,
        descending: str | None = None,
        offset: int = 0,
    ):
        super().__init__(
            operands=[x],
            properties={
                "thresholds": SymbolRefAttr(thresholds),
                "descending": _symbol(descending),
                "offset": int_attr(offset),
            },
            result_types=[output],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        same_frames(x, y)
        same_lanes(x, y)
        whole_pixels(x)
        self.check_thresholds(x.quant_type, *value_range(x.quant_type))

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return (self.activate(frames[0]),)


@irdl_op_definition
class LookupOp(Process):
    """Replaces every element by an entry of a table.

    %y = stream.lookup %x table(@sigmoid) first = -8
        : (!stream.channel<16xsi4, lanes = 4>) -> !stream.channel<16xui8, lanes = 4>
    """

    name = "stream.lookup"

    x = operand_def(ChannelType)
    table = prop_def(SymbolRefAttr)
    first = prop_def(Int, default_value=int_attr(0))
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
        same_frames(x, y)
        same_lanes(x, y)
        whole_pixels(x)
        require(
            len(shape) == 1 or (len(shape) == 2 and shape[0] == channels),
            f"a table is N or {channels}xN, it is {text_of(shape)}",
        )
        require(
            data.element == y.element_type,
            f"a table of {data.element} gives no {y.element_type}",
        )
        first, (low, high) = self.first.value.data, value_range(x.quant_type)
        require(
            first <= low and high < first + shape[-1],
            f"the table answers {first} to {first + shape[-1] - 1}, "
            f"{x.element} reaches {low} to {high}",
        )

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        table = data_of(self, self.table).array
        index = frames[0].astype(np.int64) - self.first.value.data
        return (table[index] if table.ndim == 1 else table[np.arange(len(table)), index],)


@irdl_op_definition
class AddOp(Process):
    """Adds two streams, each times a whole number.

    %y = stream.add %a, %b multipliers = [129, 326]
        : (!stream.channel<8x8x64xui8, lanes = 8>, !stream.channel<8x8x64xsi8, lanes = 8>)
       -> !stream.channel<8x8x64xsi18, lanes = 8>
    """

    name = "stream.add"

    lhs = operand_def(ChannelType)
    rhs = operand_def(ChannelType)
    multipliers = prop_def(Ints, default_value=ints([1, 1]))
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
            properties={"multipliers": ints(multipliers)},
            result_types=[output],
        )

    def check(self) -> None:
        same_frames(*self.inputs, *self.outputs)
        same_lanes(*self.inputs, *self.outputs)
        factors = self.multipliers.get_values()
        require(len(factors) == 2, f"two streams take two multipliers, not {len(factors)}")
        ends = [
            sorted(factor * end for end in value_range(channel.quant_type))
            for channel, factor in zip(self.inputs, factors, strict=True)
        ]
        low, high = map(sum, zip(*ends, strict=True))
        require_range(self.outputs[0].quant_type, low, high, "the sum")

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_word(channel) for channel in self.inputs]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        lhs, rhs = (exact(frame, self.outputs[0].quant_type) for frame in frames)
        first, second = self.multipliers.get_values()
        return (lhs * first + rhs * second,)


@irdl_op_definition
class OffsetOp(Process):
    """Adds to every pixel a row of constants: the same to each, or the one of its kind.

    Few kinds of pixels differ where padding took something away: corners, edges, the inside.

        %y = stream.offset %x rows(@border) kinds(@where)
            : (!stream.channel<8x8x16xsi9, lanes = 4>) -> !stream.channel<8x8x16xsi10, lanes = 4>
    """

    name = "stream.offset"

    x = operand_def(ChannelType)
    rows = prop_def(SymbolRefAttr)
    kinds = opt_prop_def(SymbolRefAttr)
    """The row of each pixel, in order."""
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
            properties={"rows": SymbolRefAttr(rows), "kinds": _symbol(kinds)},
            result_types=[output],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        same_frames(x, y)
        same_lanes(x, y)
        whole_pixels(x)
        rows, channels, pixels = integers_of(self, self.rows), x.frame[-1], prod(x.frame[:-1])
        require(
            rows.ndim == 2 and rows.shape[1] == channels,
            f"the rows must be Nx{channels}, they are {text_of(rows.shape)}",
        )
        if self.kinds is None:
            require(len(rows) == 1, f"{len(rows)} rows need a kind for each pixel")
        else:
            kinds = integers_of(self, self.kinds)
            require(
                kinds.shape == (pixels,),
                f"there are {pixels} pixels, and {text_of(kinds.shape)} kinds",
            )
            require(
                int(kinds.min()) >= 0 and int(kinds.max()) < len(rows),
                f"kinds from {kinds.min()} to {kinds.max()} are not among {len(rows)} rows",
            )
        low, high = value_range(x.quant_type)
        require_range(y.quant_type, low + int(rows.min()), high + int(rows.max()), "the sum")

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [each_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        (x,), (y,) = frames, self.outputs
        rows = exact(integers_of(self, self.rows), y.quant_type)
        if self.kinds is not None:
            rows = rows[integers_of(self, self.kinds)].reshape(y.frame)
        return (exact(x, y.quant_type) + rows,)


@irdl_op_definition
class LabelSelectOp(Process):
    """The indices of the `k` largest scores, largest first, the first of equals.

    %i = stream.label_select %x
        : (!stream.channel<10xsi9, lanes = 1>) -> !stream.channel<1xui4, lanes = 1>
    """

    name = "stream.label_select"

    x = operand_def(ChannelType)
    output = result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, k: int = 1):
        labels = channel_of(SSAValue.get(x)).frame[-1]
        element = unsigned(max(1, (labels - 1).bit_length()))
        super().__init__(operands=[x], result_types=[ChannelType((k,), element)])

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require(len(x.frame) == 1, f"the scores are one row, not {text_of(x.frame)}")
        labels = x.frame[0]
        require(
            len(y.frame) == 1 and y.frame[0] <= labels,
            f"{text_of(y.frame)} labels can't be chosen from {labels}",
        )
        require_range(y.quant_type, 0, labels - 1, "the index")

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [np.full(self.outputs[0].words, self.inputs[0].words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        (k,) = self.outputs[0].frame
        last = frames[0].shape[-1] - 1
        order = np.argsort(frames[0][:, ::-1], axis=-1, kind="stable")
        return ((last - order[:, ::-1])[:, :k].astype(dtype_of(self.outputs[0].element_type)),)


def _symbol(name: str | None) -> SymbolRefAttr | None:
    return None if name is None else SymbolRefAttr(name)
