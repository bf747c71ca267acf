"""`scale-thresholds`: replaces thresholds that lie on a line by a product, a sum and a shift."""

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
from ..arrays import Ints
from ..designs import designs_for
from .fit import LineFit, fit_lines
from .threshold_lines import ThresholdRows

MAX_ACCUMULATOR_BITS = 40
"""Maximum bits of an accumulator whose thresholds are replaced."""


@dataclass(frozen=True)
class ScaleThresholdsPass(ModulePass):
    """Replaces more than 15 thresholds per channel by a line of integers, which is smaller.

    Before:

        %y = stream.matvec %p weights(@w) thresholds(@t) accumulator = si18
            : (!stream.channel<30x30x27xui8>) -> !stream.channel<30x30x64xui8>

    After:

        %0 = stream.matvec %p weights(@w) accumulator = si18
            : (!stream.channel<30x30x27xui8>) -> !stream.channel<30x30x64xsi18>
        %y = stream.scale %0 factors(@factors) offsets(@offsets) shift = 28 clamp = [0, 255]
            : (!stream.channel<30x30x64xsi18>) -> !stream.channel<30x30x64xui8>

    The line has the levels of the thresholds for every value of the accumulator; the pass checks
    that. Up to 15 thresholds, and thresholds that lie on no line, are kept.
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
        found = rising_thresholds(process)
        if found is None:
            return
        lines = fit_lines(found.thresholds, process.offset.value.data)
        if lines is None:
            return
        scale = build_scale_op(process, *lines, found.signs, pool)
        if isinstance(process, WeightedProcess):
            append_scale(process, scale)
        else:
            Rewriter.replace_op(process, scale)


@dataclass(frozen=True)
class RisingThresholds:
    """The thresholds of a process, mirrored in channels where the level falls."""

    thresholds: ThresholdRows
    signs: Ints
    """-1 for channels whose values must be negated, 1 for the others."""


def rising_thresholds(process: ThresholdedProcess) -> RisingThresholds | None:
    """The thresholds of a process; None if they are too few or too wide to be replaced."""
    if process.thresholds is None:
        return None
    rows, element = data_of(process, process.thresholds).array, process.sum_type
    if rows.shape[1] <= MAX_PARALLEL_THRESHOLDS or bit_width(element) > MAX_ACCUMULATOR_BITS:
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
    return RisingThresholds(ThresholdRows.mirrored(rows, low, high, falls), np.where(falls, -1, 1))


def build_scale_op(
    process: ThresholdedProcess, lines: LineFit, exceptions: Ints, signs: Ints, pool: ConstantPool
) -> ScaleOp:
    """The scale op that replaces the thresholds of a process."""
    arrays = {"factors": lines.factors * signs, "offsets": lines.offsets}
    if exceptions.size:
        arrays["exceptions"] = exceptions * signs[:, None]
    names = {key: add_int_data(pool, array, key) for key, array in arrays.items()}
    x = process.output if isinstance(process, WeightedProcess) else process.x
    raised = lines.raised if exceptions.size else 0
    clamp = lines.first, lines.first + lines.count
    scale = ScaleOp(x, process.outputs[0], **names, shift=lines.shift, clamp=clamp, raised=raised)
    scale.layer = process.layer
    if "activation" in process.attributes:
        scale.attributes["activation"] = process.attributes.pop("activation")
    return scale


def add_int_data(pool: ConstantPool, array: Ints, hint: str) -> str:
    """Adds integers of the narrowest type to the module; returns their symbol name."""
    element = smallest_type(int(array.min()), int(array.max()))
    return pool.data(DataAttr.from_array(array, element), hint)


def append_scale(process: WeightedProcess, scale: ScaleOp) -> None:
    """Inserts a scale after a process, whose output becomes its sums."""
    Rewriter.insert_op(scale, InsertPoint.after(process))
    scale.output.name_hint = process.output.name_hint
    process.output.name_hint = None
    process.output.replace_uses_with_if(scale.output, lambda use: use.operation is not scale)
    process.activate_with()
    (y,) = process.outputs
    sums = ChannelType(y.frame, process.sum_type, y.lanes.data)
    Rewriter.replace_value_with_new_type(process.output, sums)
