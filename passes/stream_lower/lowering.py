"""The state of a lowering, and the registry of the functions that lower each kind of op.

A `Lowering` is a design that grows process by process. Moves that only permute elements need no
process at first: the permutation is remembered. Layers that read the tensor permute their weights,
and elementwise ops their parameters. Where neither is possible, the layer that writes the tensor
permutes its weights, or a reorder process moves the elements.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeVar

import numpy as np
from xdsl.dialects.builtin import ModuleOp, SymbolRefAttr
from xdsl.ir import Block, Operation, SSAValue
from xdsl.utils.exceptions import PassFailedException

from ...qdialect.data import Array, DataAttr
from ...qdialect.permutation import transposition_of
from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.constants import ConstantOp, ConstantPool, value_named
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.refusal import Refusal
from ...qdialect.stream import ChannelType, Process, elements, flow
from ...qdialect.stream.compute import MatvecOp, WeightedProcess
from ...qdialect.stream.reorder import ReorderOp
from ...qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    element_of,
    shape_of,
    value_range,
)
from ..tile.layer_folding import FOLDING_ATTR
from .orders import SeparateOrder, combine_orders, parameter_rows, separate

MAX_TABLE_ENTRIES = 1 << 18
"""Entries of a table that replaces a function of one integer: an input of 18 bits."""


@dataclass(frozen=True)
class CarriedTensor:
    """The channel that carries a tensor."""

    channel: SSAValue
    order: Array | None = None
    """For each element of the tensor its index in the channel's frame; None if in order."""

    @property
    def frame(self) -> tuple[int, ...]:
        return flow.channel_of(self.channel).frame


@dataclass(frozen=True)
class ElementwiseInput(CarriedTensor):
    """The channel that an elementwise op reads; its result has the same order."""

    rows: Array | None = None
    """For each channel of the frame, the row of the op's parameters; None if each has its own."""

    def parameters(self, values: Array) -> Array:
        """Parameters for the channels of the frame; a single row is for all channels."""
        return values if self.rows is None or len(values) == 1 else values[self.rows]


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

    def ordered_channel(self, value: SSAValue, op: Operation, any_type: bool = False) -> SSAValue:
        """The channel with a tensor's elements in order, in frames of the tensor's shape; in a
        wider type than the tensor's only if the reader takes any type."""
        carried, frame = self.typed(value, op, any_type), shape_of(value)[1:]
        if carried.order is not None:
            if not self._permute_producer(carried, op):
                self._add_reorder(carried, value, op)
            else:
                self.carried[value] = CarriedTensor(carried.channel)
        return self.reframed(self.carried[value].channel, frame, op)

    def reframed(self, channel: SSAValue, frame: Sequence[int], op: Operation) -> SSAValue:
        """A channel with the same elements in frames of another shape."""
        if flow.channel_of(channel).frame == tuple(frame):
            return channel
        return self.add(flow.RepackOp(channel, 1, frame), op).output

    def result_channel(self, value: SSAValue, op: Operation) -> SSAValue:
        """The channel with the elements of a result, in any order and in frames of any shape."""
        return self.narrowed(self.carried[value].channel, element_of(value), op)

    def typed(self, value: SSAValue, op: Operation, any_type: bool = False) -> CarriedTensor:
        """A carried tensor; in a wider type than the tensor's only if the reader takes any type."""
        carried = self.carried_tensor(value, op)
        if not any_type:
            channel = self.narrowed(carried.channel, element_of(value), op)
            if channel is not carried.channel:
                self.bind(value, channel, carried.order)
        return self.carried[value]

    def narrowed(self, channel: SSAValue, element: ElementType, op: Operation) -> SSAValue:
        """A channel with elements of a type that holds all its values.

        Sums with constants may have a wider type than their tensor, because a process cannot know
        that its input uses only a part of its range. A table maps the others to the nearest value.
        """
        carried = flow.channel_of(channel)
        if carried.element_type == element or not isinstance(element, QuantType):
            return channel
        low, high = value_range(carried.quant_type)
        if high - low >= MAX_TABLE_ENTRIES:
            reason = f"its sums of {carried.element_type} would need a table to become {element}"
            raise refused(op, reason, "quantize its input to at most 18 bits")
        table = np.clip(np.arange(low, high + 1), *value_range(element))
        if isinstance(element, BipolarType):
            table = np.where(table > 0, 1, -1)
        name = self.add_data(table, element, "values")
        output = ChannelType(carried.frame, element)
        return self.add(elements.LookupOp(channel, output, name, low), op).output

    def _add_reorder(self, carried: CarriedTensor, value: SSAValue, op: Operation) -> None:
        """Adds the process that moves a tensor's elements in order."""
        assert carried.order is not None
        moved = transposition_of(carried.order)
        assert moved is not None
        process = ReorderOp(carried.channel, moved, shape_of(value)[1:])
        move = value.owner if isinstance(value.owner, Operation) else op
        self.bind(value, self.add(process, move).output)

    def _permute_producer(self, carried: CarriedTensor, op: Operation) -> bool:
        """Permutes the rows of the layer that writes a tensor, if they are all that must move.

        The channel then carries other elements, so nothing else may read it.
        """
        assert carried.order is not None
        layer = carried.channel.owner
        if not isinstance(layer, MatvecOp) or list(carried.channel.uses):
            return False
        moved = separate(carried.order, layer.channels)
        if moved is None or not moved.keeps_pixels or not self._has_one_reader(layer):
            return False
        for key in ("weights", "bias", "thresholds", "descending"):
            if key in layer.properties:
                data = value_named(op, layer.constant(key))
                assert isinstance(data, DataAttr)
                if len(data.array) > 1:
                    rows = DataAttr.from_array(data.array[moved.channels], data.element)
                    layer.properties[key] = SymbolRefAttr(self.pool.data(rows, key))
        return True

    def separate_input(
        self, value: SSAValue, op: Operation, any_type: bool = False
    ) -> tuple[SSAValue, SeparateOrder | None]:
        """The channel with a tensor in frames of its shape, and an order that permutes pixels and
        channels separately; None instead of the order if nothing is permuted."""
        carried, shape = self.typed(value, op, any_type), shape_of(value)
        moved = None if carried.order is None else separate(carried.order, shape[-1])
        if moved is None:
            return self.ordered_channel(value, op, any_type), None
        return self.reframed(carried.channel, shape[1:], op), moved

    def image_input(
        self, value: SSAValue, op: Operation, any_type: bool = False
    ) -> tuple[SSAValue, SeparateOrder | None]:
        """The channel with a tensor whose pixels are in order, and the order of its channels; None
        instead of the order if the channels are in order too."""
        carried = self.carried_tensor(value, op)
        if carried.order is not None:
            moved = separate(carried.order, shape_of(value)[-1])
            if moved is None or not moved.keeps_pixels:
                return self.ordered_channel(value, op, any_type), None
        return self.separate_input(value, op, any_type)

    def elementwise_input(
        self, value: SSAValue, op: Operation, *parameters: Array
    ) -> ElementwiseInput:
        """The channel that an elementwise op reads. It may be permuted if the parameters then
        need no more rows; each of `parameters` has a row for every channel, or one row."""
        carried, shape = self.carried_tensor(value, op), shape_of(value)
        if carried.order is None:
            return ElementwiseInput(self.ordered_channel(value, op, True))
        for depth in (carried.frame[-1], shape[-1]):
            found = self.rows_in_frame(value, depth, *parameters)
            if found is not None:
                frame = (len(carried.order) // depth, depth)
                whole = carried.frame if depth == carried.frame[-1] else frame
                channel = self.reframed(carried.channel, whole, op)
                return ElementwiseInput(channel, carried.order, found.rows)
        return ElementwiseInput(self.ordered_channel(value, op, True))

    def equally_ordered(
        self, a: SSAValue, b: SSAValue, op: Operation
    ) -> tuple[SSAValue, SSAValue, Array | None]:
        """The channels of two tensors of one shape, in the same order, and that order."""
        x, y = self.typed(a, op), self.typed(b, op)
        if x.order is not None and y.order is not None and np.array_equal(x.order, y.order):
            return x.channel, self.reframed(y.channel, x.frame, op), x.order
        return self.ordered_channel(a, op), self.ordered_channel(b, op), None

    def rows_in_frame(
        self, value: SSAValue, depth: int, *parameters: Array
    ) -> ElementwiseInput | None:
        """The rows of parameters for the channels of a tensor's frame; None if they vary between
        its pixels."""
        carried, channels = self.carried[value], shape_of(value)[-1]
        several = [rows for rows in parameters if len(rows) > 1]
        if not several:
            return ElementwiseInput(carried.channel, carried.order)
        if carried.order is None:
            same = depth == channels
            return ElementwiseInput(carried.channel) if same else None
        rows = parameter_rows(carried.order, channels, depth, several)
        return None if rows is None else ElementwiseInput(carried.channel, carried.order, rows)

    def bind(self, value: SSAValue, channel: SSAValue, order: Array | None = None) -> None:
        """Records the channel that carries a tensor, by default in order."""
        channel.name_hint = value.name_hint
        self.bind_carried(value, CarriedTensor(channel, order))

    def bind_image(self, value: SSAValue, channel: SSAValue, moved: SeparateOrder | None) -> None:
        """Records the channel that carries an image whose channels are in the order of another
        image."""
        if moved is None:
            return self.bind(value, channel)
        pixels = np.arange(prod(shape_of(value)[:-1]))
        self.bind(value, channel, combine_orders(pixels, moved.channels))

    def bind_carried(self, value: SSAValue, carried: CarriedTensor) -> None:
        """Records the channel that carries a tensor, and in which order."""
        self.carried[value] = carried
        self.tensors.setdefault(carried.channel, []).append(value)

    def forget(self, op: Operation) -> None:
        """Removes the results of an op that is not part of the network."""
        for value in op.results:
            if (carried := self.carried.pop(value, None)) is not None:
                self.tensors[carried.channel].remove(value)

    def fusable_producer(self, op: ThresholdOp, *parameters: Array) -> WeightedProcess | None:
        """The process that computes the input of an op, if it can apply the op's thresholds.

        The process then no longer writes its sums, so no other op may read them, permuted or not.
        """
        carried = self.carried.get(op.x)
        process = carried.channel.owner if carried is not None else None
        if not isinstance(process, WeightedProcess) or "thresholds" in process.properties:
            return None
        fits = self.rows_in_frame(op.x, process.channels, *parameters) is not None
        return process if fits and self._has_one_reader(process) else None

    def _has_one_reader(self, process: WeightedProcess) -> bool:
        """Whether every tensor that a process writes, permuted or not, has exactly one use."""
        return all(len(list(value.uses)) == 1 for value in self.tensors[process.output])

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
