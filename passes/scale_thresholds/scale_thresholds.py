"""`scale-thresholds`: thresholds that lie on a line become a product, a sum and a shift."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from ...hardware.resources.cost import MAX_PARALLEL_THRESHOLDS
from ...qdialect.data import DataAttr
from ...qdialect.qnn.constants import ConstantPool
from ...qdialect.stream.compute import ThresholdedProcess, WeightedProcess
from ...qdialect.stream.process import data_of
from ...qdialect.stream.scale import ScaleOp
from ...qdialect.stream.types import ChannelType
from ...qdialect.types import bit_width, smallest_type, value_range
from ..designs import designs_for
from .fit import LineFit, scales_of
from .threshold_lines import Ints, ThresholdRows

WIDEST = 40
"""Bits of sums whose lines are looked for."""


@dataclass(frozen=True)
class ScaleThresholdsPass(ModulePass):
    """Replaces more than 15 thresholds by lines of whole numbers that are as right, and smaller.

    Before:

        %y = stream.matvec %p weights(@w) thresholds(@t) accumulator = si18
            : (!stream.channel<30x30x27xui8>) -> !stream.channel<30x30x64xui8>

    After:

        %0 = stream.matvec %p weights(@w) accumulator = si18
            : (!stream.channel<30x30x27xui8>) -> !stream.channel<30x30x64xsi18>
        %y = stream.scale %0 factors(@factors) offsets(@offsets) shift = 28 clamp = [0, 255]
            : (!stream.channel<30x30x64xsi18>) -> !stream.channel<30x30x64xui8>

    What a scale gives is proven to be what the thresholds gave, for every number that can come. Up
    to 15 thresholds, and those that lie on no line, stay.
    """

    name = "scale-thresholds"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        pool = ConstantPool(op)
        for design in designs_for(self.name, op):
            for process in design.processes:
                if isinstance(process, ThresholdedProcess):
                    self._scale(process, pool)
        pool.drop_unused()

    def _scale(self, process: ThresholdedProcess, pool: ConstantPool) -> None:
        found = stairs_of(process)
        if found is None:
            return
        lines = scales_of(found.stairs, process.offset.value.data)
        if lines is None:
            return
        scale = scale_of(process, *lines, found.signs, pool)
        if isinstance(process, WeightedProcess):
            follow(process, scale)
        else:
            Rewriter.replace_op(process, scale)


@dataclass(frozen=True)
class Rising:
    """Thresholds with those that fall turned around: what reaches them has another sign there."""

    stairs: ThresholdRows
    signs: Ints


def stairs_of(process: ThresholdedProcess) -> Rising | None:
    """The thresholds of a process; None if they are few, or wide."""
    if process.thresholds is None:
        return None
    rows, element = data_of(process, process.thresholds).array, process.sum_type
    if rows.shape[1] <= MAX_PARALLEL_THRESHOLDS or bit_width(element) > WIDEST:
        return None
    low, high = (np.array([end], np.int64) for end in value_range(element))
    if isinstance(process, WeightedProcess):
        low, high = (ends.astype(np.int64) for ends in process.sum_range)
    falls = np.zeros(1, np.bool_)
    if process.descending is not None:
        falls = data_of(process, process.descending).array == 1
    if len(rows) == len(falls) == 1:
        low, high = low.min(keepdims=True), high.max(keepdims=True)
    channels = max(len(rows), len(low), len(falls))
    rows = np.broadcast_to(rows.astype(np.int64), (channels, rows.shape[1]))
    low, high = (np.broadcast_to(ends, channels) for ends in (low, high))
    falls = np.broadcast_to(falls, channels)
    return Rising(ThresholdRows.mirrored(rows, low, high, falls), np.where(falls, -1, 1))


def scale_of(
    process: ThresholdedProcess, scales: LineFit, exceptions: Ints, signs: Ints, pool: ConstantPool
) -> ScaleOp:
    """What does to the numbers that a process compares what its thresholds do."""
    arrays = {"factors": scales.factors * signs, "offsets": scales.offsets}
    if exceptions.size:
        arrays["exceptions"] = exceptions * signs[:, None]
    names = {key: data(pool, array, key) for key, array in arrays.items()}
    x = process.output if isinstance(process, WeightedProcess) else process.x
    raised = scales.raised if exceptions.size else 0
    clamp = scales.first, scales.first + scales.count
    scale = ScaleOp(x, process.outputs[0], **names, shift=scales.shift, clamp=clamp, raised=raised)
    scale.layer = process.layer
    if "activation" in process.attributes:
        scale.attributes["activation"] = process.attributes.pop("activation")
    return scale


def data(pool: ConstantPool, array: Ints, hint: str) -> str:
    element = smallest_type(int(array.min()), int(array.max()))
    return pool.data(DataAttr.from_array(array, element), hint)


def follow(process: WeightedProcess, scale: ScaleOp) -> None:
    """Puts a scale behind a process, which gives its sums from now on."""
    Rewriter.insert_op(scale, InsertPoint.after(process))
    scale.output.name_hint = process.output.name_hint
    process.output.name_hint = None
    process.output.replace_uses_with_if(scale.output, lambda use: use.operation is not scale)
    process.activate_with()
    (y,) = process.outputs
    sums = ChannelType(y.frame, process.sum_type, y.lanes.data)
    Rewriter.replace_value_with_new_type(process.output, sums)
