"""Processes with weights or thresholds: matvec, depthwise, threshold.

Weights and thresholds are named constants of the module. The folding is in the types of the
channels: the input lanes of a matvec are its SIMD, its output lanes are its PE.
"""

from collections.abc import Sequence
from math import prod
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import SymbolRefAttr, UnitAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, result_def

from ..convolution import exact_matmul_transposed, sums_by_sign
from ..data import Array
from ..qnn.base import IntProperty, int_attr, require, require_range, text_of
from ..qnn.steps import (
    check_descending,
    check_threshold_shape,
    check_threshold_values,
    threshold_levels,
)
from ..types import QuantType, check_element, value_range
from .folding import BuildOptions, Folding, Storage, StorageAttr, divisors
from .process import (
    Counts,
    Process,
    constant_integers,
    counts_by_group,
    counts_by_word,
    data_of,
    require_same_frames,
    require_same_lanes,
    require_whole_pixels,
    wide_integers,
)
from .types import ChannelType
from .window import PatchReader, require_groups, require_order


class ThresholdedProcess(Process):
    """A process whose results may pass through thresholds before they are written."""

    x = operand_def(ChannelType)
    thresholds = opt_prop_def(SymbolRefAttr)
    descending = opt_prop_def(SymbolRefAttr)
    """A flag for each channel, 1 where the function descends."""
    offset = prop_def(IntProperty, default_value=int_attr(0))
    output = result_def(ChannelType)

    @property
    def channels(self) -> int:
        return self.outputs[0].frame[-1]

    @property
    def sum_type(self) -> QuantType:
        """The type of the values that are compared with its thresholds."""
        return self.inputs[0].quant_type

    def memories(self) -> dict[str, tuple[int, int]]:
        pe, simd = self.parallelism
        found = {key: (pe, 1) for key in ("bias", "descending") if key in self.properties}
        if "weights" in self.properties:
            found["weights"] = (pe, simd)
        if self.thresholds is not None:
            rows, steps = data_of(self, self.thresholds).type.get_shape()
            found["thresholds"] = (min(pe, rows), steps)
        return found

    def check_thresholds(self, source: QuantType, low: int, high: int) -> None:
        """Raises unless the output type holds all results of values from `low` to `high`."""
        target, first = self.outputs[0].quant_type, self.offset.value.data
        if self.thresholds is None:
            require(self.descending is None and first == 0, "there are no thresholds to modify")
            return require_range(target, low, high, "the result")
        rows = constant_integers(self, self.thresholds)
        check_threshold_shape(rows.shape, self.channels, target, first)
        check_threshold_values(rows, source)
        if self.descending is not None:
            check_descending(data_of(self, self.descending).type, self.channels)

    def activate(self, values: Array) -> Array:
        """Applies the thresholds, if it has any."""
        if self.thresholds is None:
            return values
        rows = data_of(self, self.thresholds).array
        flags = None if self.descending is None else data_of(self, self.descending).array
        result = self.outputs[0].element_type
        return threshold_levels(values, rows, flags, result, self.offset.value.data)


class WeightedProcess(ThresholdedProcess):
    """A process that holds weights."""

    LOOP_COUNTERS: ClassVar = 4
    FOLDS_BY_NAME: ClassVar = True

    weights = prop_def(SymbolRefAttr)
    codebook = opt_prop_def(SymbolRefAttr)
    """The table of values, if the weights are indices into it."""
    bias = opt_prop_def(SymbolRefAttr)
    accumulator = prop_def(Attribute)
    """The type of the accumulator."""
    storage = prop_def(StorageAttr, default_value=StorageAttr(Storage.BLOCK))
    dsp = opt_prop_def(UnitAttr)
    """DSPs compute the products, not LUTs."""

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
                "codebook": symbol_of(codebook),
                "bias": symbol_of(bias),
                "thresholds": symbol_of(thresholds),
                "descending": symbol_of(descending),
                "offset": int_attr(offset),
                "accumulator": accumulator,
                "storage": StorageAttr(storage),
            },
            result_types=[output],
        )

    @property
    def build_options(self) -> BuildOptions:
        return BuildOptions(self.storage.data, self.dsp is not None)

    def set_build_options(self, options: BuildOptions) -> None:
        if options.storage is not None:
            self.storage = StorageAttr(options.storage)
        self.dsp = UnitAttr() if options.dsp else None

    @property
    def rows(self) -> Array:
        """The weights, a row for each output channel."""
        array = constant_integers(self, self.weights)
        require(
            array.ndim > 1, f"weights must have 2 axes or more, they are {text_of(array.shape)}"
        )
        rows = array.reshape(len(array), -1)
        if self.codebook is None:
            return rows
        table = constant_integers(self, self.codebook)
        require(table.ndim == 1, f"a codebook must be one row, not {text_of(table.shape)}")
        require(
            int(rows.min()) >= 0 and int(rows.max()) < len(table),
            f"indices from {rows.min()} to {rows.max()} exceed a codebook of {len(table)} entries",
        )
        return table[rows]

    def activate_with(
        self, thresholds: str | None = None, descending: str | None = None, offset: int = 0
    ) -> None:
        """Sets or removes the thresholds; the caller changes the type of the output."""
        self.thresholds = symbol_of(thresholds)
        self.descending = symbol_of(descending)
        self.offset = int_attr(offset)

    @property
    def sum_type(self) -> QuantType:
        element = check_element(self.accumulator)
        require(isinstance(element, QuantType), f"an accumulator cannot be {element}")
        assert isinstance(element, QuantType)
        return element

    @property
    def sum_range(self) -> tuple[Array, Array]:
        """The smallest and the largest sum of each channel, for these weights and any input."""
        low, high = value_range(self.inputs[0].quant_type)
        positive, negative = sums_by_sign(self.rows)
        lows, highs = positive * low + negative * high, positive * high + negative * low
        if self.bias is not None:
            bias = constant_integers(self, self.bias)
            require(
                bias.shape == (self.channels,),
                f"the bias must hold {self.channels} numbers, it is {text_of(bias.shape)}",
            )
            lows, highs = lows + bias.astype(object), highs + bias.astype(object)
        return lows, highs

    def check_sums(self) -> None:
        """Raises unless the accumulator holds every sum."""
        lows, highs = self.sum_range
        least, most = lows.min(), highs.max()
        require_range(self.sum_type, least, most, "the sum")
        self.check_thresholds(self.sum_type, least, most)

    def add_bias(self, sums: Array) -> Array:
        if self.bias is None:
            return sums
        bias = constant_integers(self, self.bias)
        return wide_integers(sums, self.sum_type) + wide_integers(bias, self.sum_type)


@irdl_op_definition
class MatvecOp(WeightedProcess):
    """Multiplies every vector of a frame by a matrix, PE rows and SIMD columns per cycle.

    %y = stream.matvec %p weights(@w0) thresholds(@t0) accumulator = si14
        : (!stream.channel<30x30x27xui8, lanes = 3>)
       -> !stream.channel<30x30x64x!qnn.bipolar, lanes = 16>
    """

    name = "stream.matvec"

    vector_in_registers = opt_prop_def(UnitAttr)
    """Registers, not a memory, store the vector while the process computes all rows."""

    @property
    def vectors(self) -> int:
        """The number of vectors in a frame."""
        return prod(self.inputs[0].frame[:-1])

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        rows, cols = self.rows.shape
        require(
            x.frame[-1] == cols and y.frame == (*x.frame[:-1], rows),
            f"{rows}x{cols} weights cannot map {text_of(x.frame)} to {text_of(y.frame)}",
        )
        pe, simd = self.parallelism
        require(cols % simd == 0, f"SIMD {simd} does not divide {cols} columns")
        require(rows % pe == 0, f"PE {pe} does not divide {rows} rows")
        require_order(self.x, by_channel=False)
        self.check_sums()

    def folding(self) -> Folding:
        return Folding(divisors(self.inputs[0].frame[-1]), divisors(self.outputs[0].frame[-1]))

    def interval_with(self, lanes_in: Counts, lanes_out: Counts) -> Counts:
        rows, cols = self.outputs[0].frame[-1], self.inputs[0].frame[-1]
        return self.vectors * (rows // lanes_out) * (cols // lanes_in)

    def needs(self, output: int = 0) -> Sequence[Counts]:
        (x,), (y,) = self.inputs, self.outputs
        vectors = counts_by_group(x.words, self.vectors)
        return [np.repeat(vectors, y.words // self.vectors)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        x, rows = frames[0], self.rows
        sums = exact_matmul_transposed(x.reshape(-1, rows.shape[1]), rows)
        return (self.activate(self.add_bias(sums).reshape(*x.shape[:-1], len(rows))),)


@irdl_op_definition
class DepthwiseOp(PatchReader, WeightedProcess):
    """Multiplies every channel of a patch with its own weights; patches come by channel.

    Each cycle computes PE channels, from SIMD pixels of the kernel for each of them.

    %y = stream.depthwise %p weights(@w1) thresholds(@t1) accumulator = si12
        : (!stream.channel<30x30x288xui4, lanes = 8>)
       -> !stream.channel<30x30x32xui4, lanes = 8>
    """

    name = "stream.depthwise"

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        rows, taps = self.rows.shape
        require(
            x.frame[-1] == rows * taps and y.frame == (*x.frame[:-1], rows),
            f"{rows}x{taps} weights cannot map {text_of(x.frame)} to {text_of(y.frame)}",
        )
        require_groups(self.x, y, taps)
        self.check_sums()

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_group(self.inputs[0].words, self.outputs[0].words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        patches, rows = (
            wide_integers(frames[0], self.sum_type),
            wide_integers(self.rows, self.sum_type),
        )
        (channels, taps), lanes = rows.shape, self.outputs[0].lanes.data
        patches = patches.reshape(-1, channels // lanes, taps, lanes)
        kernels = rows.reshape(channels // lanes, lanes, taps).swapaxes(1, 2)
        sums = (patches * kernels).sum(2).reshape(len(frames[0]), *self.outputs[0].frame)
        return (self.activate(self.add_bias(sums)),)


@irdl_op_definition
class ThresholdOp(ThresholdedProcess):
    """Replaces every element by the number of its thresholds that it reaches.

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
                "descending": symbol_of(descending),
                "offset": int_attr(offset),
            },
            result_types=[output],
        )

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require_same_frames(x, y)
        require_same_lanes(x, y)
        require_whole_pixels(x)
        self.check_thresholds(x.quant_type, *value_range(x.quant_type))

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_word(self.inputs[0])]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        return (self.activate(frames[0]),)


def symbol_of(name: str | None) -> SymbolRefAttr | None:
    """A reference to a constant, if it has a name."""
    return None if name is None else SymbolRefAttr(name)
