"""`stream.pool`: the maximum or the sum over the pixels of a patch."""

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, result_def

from ..data import Array
from ..qnn.base import require, require_range, text_of
from ..types import value_range
from .process import Counts, counts_by_group, require_same_elements, wide_integers
from .types import ChannelType
from .window import PatchReader, require_groups


@irdl_op_definition
class PoolOp(PatchReader):
    """The maximum or the sum of each channel over a patch by channel.

    Each cycle computes PE channels, from SIMD pixels of the patch for each of them.

    %y = stream.pool %p : (!stream.channel<14x14x256xui2, lanes = 16>)
        -> !stream.channel<14x14x64xui2, lanes = 16>
    """

    name = "stream.pool"

    FOLDS_BY_NAME: ClassVar = True

    x = operand_def(ChannelType)
    sum = opt_prop_def(UnitAttr)
    """The result is the sum; otherwise it is the maximum."""
    output = result_def(ChannelType)

    assembly_format = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue | Operation, output: ChannelType, sum: bool = False):
        super().__init__(
            operands=[x],
            properties={"sum": UnitAttr() if sum else None},
            result_types=[output],
        )

    @property
    def taps(self) -> int:
        return self.inputs[0].frame[-1] // self.outputs[0].frame[-1]

    def check(self) -> None:
        (x,), (y,) = self.inputs, self.outputs
        require(
            x.frame[:-1] == y.frame[:-1] and x.frame[-1] % y.frame[-1] == 0,
            f"patches of {text_of(x.frame)} cannot be pooled to {text_of(y.frame)}",
        )
        require_groups(self.x, y, self.taps)
        if self.sum is None:
            return require_same_elements(x, y)
        low, high = value_range(x.quant_type)
        require_range(y.quant_type, low * self.taps, high * self.taps, "the sum")

    def needs(self, output: int = 0) -> Sequence[Counts]:
        return [counts_by_group(self.inputs[0].words, self.outputs[0].words)]

    def evaluate(self, *frames: Array) -> tuple[Array, ...]:
        (y,) = self.outputs
        patches = frames[0].reshape(-1, self.taps, y.lanes.data)
        pooled = patches.max(1) if self.sum is None else wide_integers(patches, y.quant_type).sum(1)
        return (pooled.reshape(len(frames[0]), *y.frame),)
