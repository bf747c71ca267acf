"""From ops on tensors to processes on channels: one function for each kind of op.

A design grows in `Lowering`. Moves that only change the order of elements cost nothing: they are
remembered, and a fully connected layer that reads them takes its weights in that order.
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
    """A tensor on its way through the design."""

    channel: SSAValue
    order: Array | None = None
    """Which element of the channel's frame each element of the tensor is; None if in order."""


ProcessT = TypeVar("ProcessT", bound=Process)
LoweringFunction = Callable[["Lowering", Any], None]

LOWERINGS: dict[type[Operation], LoweringFunction] = {}
"""How each op is lowered: the one list a new op is added to, by `@lowers`."""


def lowers(*kinds: type[QnnOp]) -> Callable[[LoweringFunction], LoweringFunction]:
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
        """What each channel carries: a tensor, and others that are moves of it."""
        self.scaled: dict[SSAValue, tuple[SSAValue, int]] = {}
        """Products with a constant, which the sum that reads them takes as a multiplier."""

    def lower(self, op: Operation) -> None:
        """Adds the processes that compute an op."""
        function = LOWERINGS.get(type(op)) if isinstance(op, QnnOp) else None
        if function is None:
            raise refused(op, "there is no process that computes it")
        function(self, op)

    def add(self, process: ProcessT, op: Operation) -> ProcessT:
        """Appends a process that carries out an op, with its names."""
        for name in ("activation", FOLDING_ATTR):
            if name in op.attributes:
                process.attributes[name] = op.attributes[name]
        layer = op.properties.get("layer")
        if layer is not None:
            process.properties["layer"] = layer
        self.block.add_op(process)
        return process

    def ordered_channel(self, value: SSAValue, op: Operation) -> SSAValue:
        """The channel with a tensor's elements in order, in frames of its shape."""
        if value not in self.carried:
            raise refused(op, "one of its operands does not come through the design")
        carried, frame = self.carried[value], shape_of(value)[1:]
        if carried.order is not None:
            raise refused(op, "its input comes in another order than a stream has it")
        if flow.channel_of(carried.channel).frame == frame:
            return carried.channel
        return self.add(flow.RepackOp(carried.channel, 1, frame), op).output

    def result_channel(self, value: SSAValue, op: Operation) -> SSAValue:
        """The channel with a tensor's elements in order, whatever its frames are."""
        if self.carried[value].order is not None:
            raise refused(op, "its result comes in another order than a stream has it")
        return self.carried[value].channel

    def bind(self, value: SSAValue, channel: SSAValue) -> None:
        """Says which channel carries a tensor."""
        channel.name_hint = value.name_hint
        self.bind_carried(value, CarriedTensor(channel))

    def bind_carried(self, value: SSAValue, carried: CarriedTensor) -> None:
        """Says where a tensor is, and in what order."""
        self.carried[value] = carried
        self.tensors.setdefault(carried.channel, []).append(value)

    def fusable_producer(self, op: ThresholdOp) -> WeightedProcess | None:
        """The process whose sums an op compares, and nobody else reads."""
        carried = self.carried.get(op.x)
        process = carried.channel.owner if carried is not None else None
        if not isinstance(process, WeightedProcess) or "thresholds" in process.properties:
            return None
        same = self.tensors[process.output]
        alone = all(len(list(value.uses)) == 1 for value in same)
        in_order = all(self.carried[value].order is None for value in same)
        channels = process.channels == shape_of(op.x)[-1]
        return process if alone and in_order and channels else None

    def channel_type(self, value: SSAValue) -> ChannelType:
        """The channel of a tensor, one element at a time."""
        return ChannelType(shape_of(value)[1:], element_of(value))

    def constant_name(self, value: SSAValue, op: QnnOp) -> str:
        """The name of a constant's data."""
        owner = value.owner
        if not isinstance(owner, ConstantOp):
            raise refused(op, "what it computes with must be constant")
        if isinstance(owner.value, SymbolRefAttr):
            return owner.value.string_value()
        return self.pool.data(owner.value, value.name_hint or "data")

    def add_data(self, array: Array, element: ElementType, hint: str) -> str:
        """The name of new data."""
        return self.pool.data(DataAttr.from_array(array, element), hint)


def refused(op: Operation, reason: str) -> PassFailedException:
    return PassFailedException(f"stream-lower: {describe(op)}: {reason}")
