"""The state of a lowering, and the registry of the functions that lower each kind of op.

A `Lowering` is a design that grows process by process. Moves that only permute elements need no
process: the permutation is remembered, and a fully connected layer that reads the tensor permutes
its weights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from xdsl.dialects.builtin import ModuleOp, SymbolRefAttr
from xdsl.ir import Block, Operation, SSAValue
from xdsl.utils.exceptions import PassFailedException

from ...qdialect.data import Array, DataAttr
from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.constants import ConstantOp, ConstantPool
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.refusal import Refusal
from ...qdialect.stream import ChannelType, Process, flow
from ...qdialect.stream.compute import WeightedProcess
from ...qdialect.types import (
    ElementType,
    element_of,
    shape_of,
)
from ..tile.layer_folding import FOLDING_ATTR


@dataclass(frozen=True)
class CarriedTensor:
    """The channel that carries a tensor."""

    channel: SSAValue
    order: Array | None = None
    """For each element of the tensor its index in the channel's frame; None if in order."""


ProcessT = TypeVar("ProcessT", bound=Process)
LoweringFunction = Callable[["Lowering", Any], None]

LOWERINGS: dict[type[Operation], LoweringFunction] = {}
"""The function that lowers each kind of op; `@lowers` adds to it."""


def lowers(*kinds: type[QnnOp]) -> Callable[[LoweringFunction], LoweringFunction]:
    """Registers a function that lowers ops of these kinds."""

    def register(function: LoweringFunction) -> LoweringFunction:
        LOWERINGS.update(dict.fromkeys(kinds, function))
        return function

    return register


class Lowering:
    """A design that grows process by process."""

    def __init__(self, module: ModuleOp):
        self.pool = ConstantPool(module)
        self.block = Block()
        self.carried: dict[SSAValue, CarriedTensor] = {}
        self.tensors: dict[SSAValue, list[SSAValue]] = {}
        """The tensors that each channel carries: one, and permutations of it."""
        self.scaled: dict[SSAValue, tuple[SSAValue, int]] = {}
        """Products with a constant: the sum that reads them has the constant as a multiplier."""
        self.shifted: dict[SSAValue, tuple[SSAValue, int]] = {}
        """Sums with a constant: the product that reads them has the constant as an offset."""

    def lower(self, op: Operation) -> None:
        """Adds the processes that compute an op."""
        function = LOWERINGS.get(type(op)) if isinstance(op, QnnOp) else None
        if function is None:
            raise refused(op, "no process can compute this op on integers")
        function(self, op)

    def add(self, process: ProcessT, op: Operation) -> ProcessT:
        """Appends a process for an op, with the op's layer name and attributes."""
        for name in ("activation", FOLDING_ATTR):
            if name in op.attributes:
                process.attributes[name] = op.attributes[name]
        layer = op.properties.get("layer")
        if layer is not None:
            process.properties["layer"] = layer
        self.block.add_op(process)
        return process

    def carried_tensor(self, value: SSAValue, op: Operation) -> CarriedTensor:
        """The channel that carries an operand of an op, and in which order."""
        if value not in self.carried:  # everything that depends on the image is carried
            remedy = "only weights, thresholds, tables and summands can be constant"
            raise refused(op, "one of its operands is constant", remedy)
        return self.carried[value]

    def ordered_channel(self, value: SSAValue, op: Operation) -> SSAValue:
        """The channel with a tensor's elements in order, in frames of the tensor's shape."""
        carried, frame = self.carried_tensor(value, op), shape_of(value)[1:]
        if carried.order is not None:
            raise refused(op, "its input is permuted", "only a linear layer can absorb a transpose")
        if flow.channel_of(carried.channel).frame == frame:
            return carried.channel
        return self.add(flow.RepackOp(carried.channel, 1, frame), op).output

    def result_channel(self, value: SSAValue, op: Operation) -> SSAValue:
        """The channel with the elements of a result in order, in frames of any shape."""
        if self.carried[value].order is not None:
            raise refused(op, "its result is permuted", "return the tensor before the transpose")
        return self.carried[value].channel

    def bind(self, value: SSAValue, channel: SSAValue) -> None:
        """Records the channel that carries a tensor in order."""
        channel.name_hint = value.name_hint
        self.bind_carried(value, CarriedTensor(channel))

    def bind_carried(self, value: SSAValue, carried: CarriedTensor) -> None:
        """Records the channel that carries a tensor, and in which order."""
        self.carried[value] = carried
        self.tensors.setdefault(carried.channel, []).append(value)

    def fusable_producer(self, op: ThresholdOp) -> WeightedProcess | None:
        """The process that computes the input of an op, if it can apply the op's thresholds.

        Its sums disappear, so nothing else may read them, under any name or in any order.
        """
        carried = self.carried.get(op.x)
        process = carried.channel.owner if carried is not None else None
        if not isinstance(process, WeightedProcess) or "thresholds" in process.properties:
            return None
        tensors = self.tensors[process.output]
        one_reader = all(len(list(value.uses)) == 1 for value in tensors)
        in_order = all(self.carried[value].order is None for value in tensors)
        same_channels = process.channels == shape_of(op.x)[-1]
        return process if one_reader and in_order and same_channels else None

    def channel_type(self, value: SSAValue) -> ChannelType:
        """The type of a channel that carries a tensor, one element per word."""
        return ChannelType(shape_of(value)[1:], element_of(value))

    def constant_name(self, value: SSAValue, op: QnnOp) -> str:
        """The symbol name of a constant operand's data."""
        owner = value.owner
        if not isinstance(owner, ConstantOp):
            reason = "its bias, thresholds or table are computed"
            raise refused(op, reason, "only constant parameters are supported")
        if isinstance(owner.value, SymbolRefAttr):
            return owner.value.string_value()
        return self.pool.data(owner.value, value.name_hint or "data")

    def add_data(self, array: Array, element: ElementType, hint: str) -> str:
        """Adds data to the module; returns their symbol name."""
        return self.pool.data(DataAttr.from_array(array, element), hint)


def refused(op: Operation, reason: str, remedy: str = "") -> PassFailedException:
    """The error for an op that cannot be lowered."""
    return PassFailedException(f"stream-lower: {Refusal(reason, remedy).message(describe(op))}")
