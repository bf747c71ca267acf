"""The plan of a network: its integer ops as steps over the memory of one image.

A linear op and the thresholds behind it are one step; so are two tensors that are scaled and added
up. What only gives a tensor another shape is no step at all. Everything else is a loop.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.ir import Operation, SSAValue

from ...qdialect.data import Array
from ...qdialect.qnn import QnnOp
from ...qdialect.qnn.base import Shape, text_of
from ...qdialect.qnn.elementwise import AddOp, MulOp
from ...qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from ...qdialect.qnn.linear import (
    Conv2dOp,
    ConvTranspose2dOp,
    LinearLayerOp,
    LinearOp,
    accumulator_ranges,
)
from ...qdialect.qnn.pooling import MaxPoolOp, SumPoolOp
from ...qdialect.qnn.steps import LookupOp, ThresholdOp
from ...qdialect.shapes import Window
from ...qdialect.types import (
    BipolarType,
    QuantType,
    bit_width,
    element_of,
    shape_of,
    value_range,
)
from ..names import identifier
from .activations import FEW, Thresholds, counted, raw
from .constants import Constants
from .expressions import expression, wide_type
from .loops import Loops, Source, moved
from .mixes import mixed
from .processor import Level
from .products import Product, Weights, Workshop, mix, same
from .support import Known, needs_wide, quant_of
from .tensors import NO_SIDES, WORD, Place, Sides, Tensor, joined, place_all, type_name

POINT = Window((1, 1))


@dataclass(frozen=True)
class Step:
    """What is done between two tensors, as the body of a C++ function."""

    name: str
    comment: str
    lines: Sequence[str]
    reads: Sequence[Tensor]
    writes: Tensor


@dataclass(frozen=True)
class Plan:
    """All that a library is made of."""

    steps: Sequence[Step]
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    offsets: dict[Tensor, int]
    arena: int
    """The bytes of one image."""
    constants: bytes


@dataclass(frozen=True)
class Padding:
    """What ops want to stand around a value."""

    sides: Sides
    fill: int

    def covers(self, sides: Sides, fill: int) -> bool:
        """Whether this is enough for an op."""
        return (fill == self.fill or not any(sides)) and all(
            a >= b for a, b in zip(self.sides, sides, strict=True)
        )


class Planner:
    """Makes the plan of some ops, in their order."""

    def __init__(
        self,
        ops: Sequence[QnnOp],
        inputs: Sequence[SSAValue],
        outputs: Sequence[SSAValue],
        known: Known,
        level: Level,
    ):
        self.ops = ops
        self.region = set(ops)
        self.outputs = outputs
        self.known = known
        self.shop = Workshop(Constants(), level)
        self.steps: list[Step] = []
        self.names: set[str] = set()
        self.tensors: dict[SSAValue, Tensor] = {}
        self.count = 0
        self.paddings = self.wanted_paddings()
        self.absorbed = set(self.mixes())
        self.inputs = [self.input(value, number) for number, value in enumerate(inputs)]

    @property
    def constants(self) -> Constants:
        return self.shop.constants

    def plan(self) -> Plan:
        """Of all ops."""
        for op in self.ops:
            if op not in self.absorbed:
                self.take(op)
        results = [self.output(value, number) for number, value in enumerate(self.outputs)]
        lives = [
            (tensor, first, last)
            for tensor, (first, last) in lifetimes(self.steps).items()
            if tensor.place is Place.ARENA
        ]
        offsets, size = place_all(lives)
        constants = bytes(self.constants.bytes)
        return Plan(self.steps, self.inputs, results, offsets, size, constants)

    # Values

    def tensor(self, value: SSAValue, planes: int = 0) -> Tensor:
        """The new tensor of a value."""
        padding = self.paddings.get(value, Padding(NO_SIDES, 0))
        made = self.fresh(quant_of(value), shape_of(value), planes, padding)
        self.tensors[value] = made
        return made

    def fresh(
        self, element: QuantType, shape: Shape, planes: int = 0, padding: Padding | None = None
    ) -> Tensor:
        self.count += 1
        padding = padding or Padding(NO_SIDES, 0)
        return Tensor(
            element,
            shape,
            self.count - 1,
            planes=planes,
            border=padding.sides,
            fill=padding.fill,
        )

    def input(self, value: SSAValue, number: int) -> Tensor:
        """An input, which a first step takes over."""
        given = Tensor(quant_of(value), shape_of(value), number, Place.INPUT)
        if self.as_bits(value) == 1 and isinstance(quant_of(value), BipolarType):
            y = self.tensor(value, 1)
            signs = Thresholds.of(np.zeros((1, 1), np.int64), None, 0, limits_of(value))
            self.finish("input", same(given, y, False), signs, [given], y)
        else:
            y = self.tensor(value)
            self.step("input", f"an input: {text_of(y.shape)}", moved(given, y), [given], y)
        return given

    def output(self, value: SSAValue, number: int) -> Tensor:
        """A result, which a last step hands over."""
        x = self.tensors[value]
        given = Tensor(quant_of(value), shape_of(value), number, Place.OUTPUT)
        lines = moved(x, given)
        self.step("output", f"a result: {text_of(x.shape)}", lines, [x], given)
        return given

    def uses(self, value: SSAValue) -> list[Operation]:
        """The ops that read a value, in this plan; those of others read what it hands over."""
        return [use.operation for use in value.uses if use.operation in self.region]

    def only_use(self, value: SSAValue) -> Operation | None:
        """The op that alone reads a value, anywhere."""
        uses = self.uses(value)
        return uses[0] if len(uses) == 1 and value not in self.outputs else None

    def wanted_paddings(self) -> dict[SSAValue, Padding]:
        """What stands around values: as much as the first op to want something, and others that
        want the same, can use."""
        wanted: dict[SSAValue, Padding] = {}
        for op in self.ops:
            if not isinstance(op, Conv2dOp | SumPoolOp) or not any(op.pads.get_values()):
                continue
            fill, sides = fill_of(op), op.window.pads
            there = wanted.setdefault(op.x, Padding(sides, fill))
            if there.fill == fill:
                most = tuple(map(max, zip(there.sides, sides, strict=True)))
                wanted[op.x] = Padding((most[0], most[1], most[2], most[3]), fill)
        return wanted

    def as_bits(self, value: SSAValue) -> int:
        """The planes of bits that a value may have: how many all ops that read it can take."""
        planes = planes_of(value)
        return planes if planes and self.is_read_as_bits(value, planes) else 0

    def is_read_as_bits(self, value: SSAValue, planes: int) -> bool:
        """Whether all that read a value take bits, and what stands around it is all zeros."""
        padding, uses = self.paddings.get(value), self.uses(value)
        zeros = padding is None or padding.fill == (-1 if planes == 1 else 0)
        return (
            zeros
            and bool(uses)
            and value not in self.outputs
            and all(self.takes_bits(op, value, planes) for op in uses)
        )

    def takes_bits(self, op: Operation, value: SSAValue, planes: int) -> bool:
        match op:
            case Conv2dOp() | LinearLayerOp():
                weights = self.known[op.weights]
                return (
                    -1 <= weights.min() <= weights.max() <= 1
                    and op.bias is None
                    and needs_wide(quant_of(op.output)) is False
                    and (isinstance(op, LinearLayerOp) or self.windows_on(op, value))
                )
            case MaxPoolOp():
                return self.is_read_as_bits(op.output, planes)
            case ReshapeOp():
                before, after = shape_of(value)[-1:], shape_of(op.output)[-1:]
                whole = before == after or all(n and n[0] % WORD == 0 for n in (before, after))
                moves = value in self.paddings or op.output in self.paddings
                return whole and not moves and self.is_read_as_bits(op.output, planes)
            case _:
                return False

    def windows_on(self, op: Conv2dOp, value: SSAValue) -> bool:
        """Whether a convolution needs nothing but a value and what stands around it."""
        padding = self.paddings.get(value, Padding(NO_SIDES, fill_of(op)))
        return op.groups.value.data == 1 and padding.covers(op.window.pads, fill_of(op))

    # Steps

    def step(
        self, name: str, comment: str, lines: Iterable[str], reads: Sequence[Tensor], y: Tensor
    ) -> None:
        body = [*lines]
        if y.border != NO_SIDES:
            body += around(y)
        self.steps.append(Step(identifier(name, self.names), comment, body, reads, y))

    def layer(
        self,
        op: QnnOp,
        make: Callable[[Tensor], Product],
        reads: Sequence[Tensor],
        wide: bool,
    ) -> None:
        """Sums, and the thresholds behind them if nobody else reads the sums."""
        value = op.results[0]
        use = self.only_use(value)
        name = layer_name(op)
        if isinstance(use, ThresholdOp) and use.x is value:
            self.absorbed.add(use)
            y = self.tensor(use.output, 0 if wide else self.as_bits(use.output))
            self.finish(name, make(y), self.thresholds_of(use), reads, y)
            return
        y = self.tensor(value)
        product = make(y)
        many = joined(y, product.together)
        lines = [product.text, raw(many).text, run_layer(product, many)]
        self.step(name, self.describe(reads, y), lines, reads, y)

    def thresholds_of(self, op: ThresholdOp) -> Thresholds:
        flags = None if op.descending is None else self.known[op.descending]
        rows, offset = self.known[op.thresholds], op.offset.value.data
        return Thresholds.of(rows, flags, offset, limits_of(op.x))

    def finish(
        self,
        name: str,
        product: Product,
        thresholds: Thresholds,
        reads: Sequence[Tensor],
        y: Tensor,
    ) -> None:
        """A layer that ends in thresholds."""
        many = joined(y, product.together)
        activation = counted(self.constants, product, thresholds.joined(product.together), many)
        lines = [product.text, activation.text, run_layer(product, many)]
        self.step(name, self.describe(reads, y), lines, reads, y)

    def describe(self, reads: Sequence[Tensor], y: Tensor) -> str:
        froms = ", ".join(f"{text_of(x.shape)} {x.element}" for x in reads)
        return f"{froms} -> {text_of(y.shape)} {y.element}"

    # Ops

    def take(self, op: QnnOp) -> None:
        """Adds the steps of an op."""
        match op:
            case Conv2dOp() | LinearLayerOp():
                self.linear(op)
            case ConvTranspose2dOp():
                self.transposed(op)
            case SumPoolOp():
                self.sum_pool(op)
            case MaxPoolOp():
                self.max_pool(op)
            case ThresholdOp():
                self.threshold(op)
            case ReshapeOp():
                self.reshape(op)
            case ConcatOp() | SplitOp():
                self.join_or_cut(op)
            case TransposeOp() | SliceOp() | PadOp() | ResizeOp():
                self.rearrange(op)
            case _:
                self.each(op)

    def padded(self, op: Conv2dOp | SumPoolOp) -> Tensor:
        """The input of an op, with what it wants around it."""
        x, pads, fill = self.tensors[op.x], op.window.pads, fill_of(op)
        if Padding(x.border, x.fill).covers(pads, fill):
            return x
        y = self.fresh(x.element, x.shape, padding=Padding(pads, fill))
        self.step("padded", self.describe([x], y), moved(x, y), [x], y)
        return y

    def linear(self, op: Conv2dOp | LinearLayerOp) -> None:
        weights = self.known[op.weights]
        if isinstance(op, Conv2dOp):
            x, window, groups = self.padded(op), op.window, op.groups.value.data
        else:
            x, window, groups = self.tensors[op.x], POINT, 1
            weights = weights[:, None, None]
        self.products(op, x, Weights(weights, self.bias(op), groups, window))

    def bias(self, op: LinearOp) -> Array:
        if op.bias is None:
            return np.zeros(op.out_channels, np.int64)
        return self.known[op.bias]

    def products(self, op: LinearOp, x: Tensor, weights: Weights) -> None:
        wide = bool(needs_wide(quant_of(op.output)))
        self.layer(op, lambda y: self.shop.product(x, weights, y, wide), [x], wide)

    def transposed(self, op: ConvTranspose2dOp) -> None:
        """A convolution over the image with zeros between its pixels."""
        x, window = self.tensors[op.x], op.window
        (kh, kw), (dh, dw), (top, left, _, _) = window.kernel, window.dilations, window.pads
        height, width = shape_of(op.output)[1:3]
        shape = (1, height + dh * (kh - 1), width + dw * (kw - 1), x.shape[3])
        spread = self.fresh(x.element, shape)
        first = (dh * (kh - 1) - top, dw * (kw - 1) - left)
        loops = Loops.over(spread.shape)
        lines = loops.spread(x, spread, first, window.strides)
        self.step("spread", self.describe([x], spread), lines, [x], spread)
        flipped = self.known[op.weights][:, ::-1, ::-1]
        plain = Window(window.kernel, (1, 1), NO_SIDES, window.dilations)
        self.products(op, spread, Weights(flipped, self.bias(op), op.groups.value.data, plain))

    def sum_pool(self, op: SumPoolOp) -> None:
        x, wide = self.padded(op), bool(needs_wide(quant_of(op.output)))
        self.layer(op, lambda y: self.shop.pool(x, op.window, y, wide), [x], wide)

    def max_pool(self, op: MaxPoolOp) -> None:
        x, w = self.tensors[op.x], op.window
        y = self.tensor(op.output, x.planes)
        planes = x.planes or 1
        height, width = x.shape[1:3]
        numbers = (height, width, x.stored_shape[-1] // planes, *x.strides[1:3], x.start)
        lists = (w.kernel, w.strides, w.pads[:2], w.dilations)
        sizes = ", ".join([*map(str, numbers), *(f"{{{a}, {b}}}" for a, b in lists)])
        call = f"max_pool_bits<{'true' if planes == 2 else 'false'}>" if x.planes else "max_pool"
        lines = [
            f"const Sliding window{{{sizes}}};",
            f"{call}({x.pointer}, window, {y.pointer}, {y.grid}, {y.pixels}, part);",
        ]
        self.step(layer_name(op), self.describe([x], y), lines, [x], y)

    def threshold(self, op: ThresholdOp) -> None:
        wide = bool(needs_wide(quant_of(op.x)))
        y = self.tensor(op.output, 0 if wide else self.as_bits(op.output))
        owner = op.x.owner
        if isinstance(owner, AddOp) and owner in self.absorbed:
            (a, m), (b, n) = self.scaled(owner.lhs), self.scaled(owner.rhs)
            factors, thresholds = self.straight((a, b), (m, n), op)
            product, reads = mix((a, b), factors, y), [a, b]
        else:
            x = self.tensors[op.x]
            product, reads = same(x, y, wide), [x]
            thresholds = self.thresholds_of(op)
        self.finish(layer_name(op), product, thresholds, reads, y)

    def straight(
        self, xs: tuple[Tensor, Tensor], factors: tuple[int, int], op: ThresholdOp
    ) -> tuple[tuple[int, int], Thresholds]:
        """The factors of two tensors, and the thresholds of their sum, best on a line."""
        rows = self.known[op.thresholds]
        one = len(rows) == 1 and op.descending is None and rows.shape[1] > FEW
        if not one or any(bit_width(x.element) > 8 for x in xs):
            return factors, self.thresholds_of(op)
        a, b = (value_range(x.element) for x in xs)
        best = mixed((a, b), factors, rows[0].astype(np.int64))
        channels = shape_of(op.x)[-1]
        limits = (np.full(channels, best.sums[end]) for end in (0, -1))
        low, high = limits
        rows = best.thresholds[None]
        return best.factors, Thresholds.of(rows, None, op.offset.value.data, (low, high), best.sums)

    def scaled(self, value: SSAValue) -> tuple[Tensor, int]:
        """What is scaled by how much."""
        owner = value.owner
        if isinstance(owner, MulOp) and owner in self.absorbed:
            (x, factor) = factor_of(owner, self.known) or (None, 0)
            assert x is not None
            return self.tensors[x], factor
        return self.tensors[value], 1

    def mixes(self) -> Iterable[QnnOp]:
        """Additions of two tensors, each times a number or not, that a threshold alone reads."""
        for op in self.ops:
            if not isinstance(op, AddOp) or not isinstance(self.only_use(op.output), ThresholdOp):
                continue
            sides = (op.lhs, op.rhs)
            if needs_wide(quant_of(op.output)) is not False:
                continue
            if any(v in self.known or shape_of(v) != shape_of(op.output) for v in sides):
                continue
            yield op
            for side in sides:
                owner = side.owner
                if isinstance(owner, MulOp) and self.only_use(side) is op and owner in self.region:
                    found = factor_of(owner, self.known)
                    if found is not None and shape_of(found[0]) == shape_of(side):
                        yield owner

    def reshape(self, op: ReshapeOp) -> None:
        x = self.tensors[op.x]
        shape = shape_of(op.output)
        if x.border == NO_SIDES and op.output not in self.paddings:
            self.tensors[op.output] = View(x, shape)
            return
        flat = self.fresh(x.element, x.shape)
        if x.border != NO_SIDES:
            self.step("flat", self.describe([x], flat), moved(x, flat), [x], flat)
            x = flat
        y = self.tensor(op.output)
        again = View(x, shape)
        self.step(layer_name(op), self.describe([x], y), moved(again, y), [x], y)

    def join_or_cut(self, op: ConcatOp | SplitOp) -> None:
        """Boxes of one tensor that are others."""
        whole = op.output if isinstance(op, ConcatOp) else op.x
        parts = op.inputs if isinstance(op, ConcatOp) else op.outputs
        axis = op.axis.value.data % len(shape_of(whole))
        big = self.tensor(whole) if isinstance(op, ConcatOp) else self.tensors[whole]
        start = 0
        for value in parts:
            joins = isinstance(op, ConcatOp)
            small = self.operand(value) if joins else self.tensor(value)
            skip = start * big.strides[axis]
            start += small.shape[axis]
            x, y = (small, big) if joins else (big, small)
            lines = Loops.over(small.shape).copy(
                x, y, at_x=0 if joins else skip, at_y=skip if joins else 0
            )
            self.step(layer_name(op), self.describe([x], y), lines, [x], y)

    def rearrange(self, op: TransposeOp | SliceOp | PadOp | ResizeOp) -> None:
        x, y = self.tensors[op.x], self.tensor(op.output)
        loops = Loops.over(y.shape)
        match op:
            case TransposeOp():
                strides = [x.strides[axis] for axis in op.order.get_values()]
                lines = loops.copy(x, y, strides_x=strides)
            case SliceOp():
                at = sum(a * b for a, b in zip(op.starts.get_values(), x.strides, strict=True))
                steps = op.steps.get_values()
                strides = [a * b for a, b in zip(steps, x.strides, strict=True)]
                lines = loops.copy(x, y, at_x=at, strides_x=strides)
            case PadOp():
                at = sum(a * b for a, b in zip(op.low.get_values(), y.strides, strict=True))
                fill = loops.fill(y, op.value.value.data - y.low)
                self.step("fill", f"{text_of(y.shape)} of one value", fill, [], y)
                lines = Loops.over(x.shape).copy(x, y, at_y=at)
            case ResizeOp():
                scales = op.scales.get_values()
                strides = [f" / {n} * {s}" for n, s in zip(scales, x.strides, strict=True)]
                lines = loops.copy(x, y, strides_x=strides)
        self.step(layer_name(op), self.describe([x], y), lines, [x], y)

    def operand(self, value: SSAValue) -> Tensor:
        """The tensor of a value; one that is known is written anew for each image."""
        if value not in self.tensors:
            y = self.tensor(value)
            source = self.source(value).along(y.shape, y.shape)
            lines = Loops.over(y.shape).each([source], y, "std::int64_t", "a")
            self.step("constant", f"a constant: {text_of(y.shape)}", lines, [], y)
        return self.tensors[value]

    def source(self, value: SSAValue) -> Source:
        """A value as a loop reads it."""
        if value in self.tensors:
            return Source.tensor(self.tensors[value])
        return Source.array(self.known[value], self.constants)

    def each(self, op: QnnOp) -> None:
        """Element by element."""
        values = op.operands[:1] if isinstance(op, LookupOp) else op.operands
        y = self.tensor(op.results[0])
        shape = y.shape
        sources = [self.source(value).along(shape, shape_of(value)) for value in values]
        heads = list[str]()
        if isinstance(op, LookupOp):
            (x,) = sources
            if len(shape) > len(shape_of(op.x)):
                strides = [*self.tensors[op.x].strides, 0]
                sources = [Source(x.pointer, strides, x.start, x.low)]
            heads = [f"const auto* table = {self.constants.pointer(self.known[op.table])};"]
        reads = [self.tensors[value] for value in values if value in self.tensors]
        lines = Loops.over(shape).each(sources, y, wide_type(op), expression(op), heads)
        self.step(layer_name(op), self.describe(reads, y), lines, reads, y)


class View(Tensor):
    """Another shape for the same memory."""

    def __init__(self, base: Tensor, shape: Shape):
        super().__init__(base.element, shape, base.number, base.place, base.planes)
        self.base: Tensor = base.base if isinstance(base, View) else base


def lifetimes(steps: Sequence[Step]) -> dict[Tensor, tuple[int, int]]:
    """The first and the last step that each tensor takes part in."""
    lives: dict[Tensor, tuple[int, int]] = {}
    for number, step in enumerate(steps):
        for tensor in (*step.reads, step.writes):
            base = tensor.base if isinstance(tensor, View) else tensor
            lives[base] = (lives.get(base, (number, 0))[0], number)
    return lives


def run_layer(product: Product, y: Tensor) -> str:
    return f"layer(product, activation, {max(y.pixels, 1)}, {product.blocks}, part);"


def around(y: Tensor) -> list[str]:
    """Fills the border of an image."""
    height, width, channels = y.stored_shape[1:]
    numbers = ", ".join(map(str, (height, width, channels, *y.border)))
    value = 0 if y.planes else y.fill - y.low
    of = type_name(y.dtype)
    return ["if (part.number == 0)", f"    border<{of}>({y.pointer}, {numbers}, {value});"]


def layer_name(op: QnnOp) -> str:
    return op.layer.data if op.layer is not None else op.name.partition(".")[2]


def fill_of(op: Conv2dOp | SumPoolOp) -> int:
    return op.pad_value.value.data if isinstance(op, Conv2dOp) else 0


def limits_of(value: SSAValue) -> tuple[Array, Array]:
    """The smallest and the largest that each channel of a value may be."""
    low, high = value_range(quant_of(value))
    op = value.owner
    if isinstance(op, LinearOp):
        lows, highs = accumulator_ranges(op.x, op.weights, op.bias)
        return np.maximum(lows, low), np.minimum(highs, high)
    channels = shape_of(value)[-1]
    return np.full(channels, low, object), np.full(channels, high, object)


def planes_of(value: SSAValue) -> int:
    """How many planes of bits a value's numbers need, if they are -1, 0 and 1."""
    element, op = element_of(value), value.owner
    if isinstance(element, BipolarType):
        return 1 if isinstance(op, ThresholdOp) or not isinstance(op, Operation) else 0
    if isinstance(op, ThresholdOp) and op.offset.value.data == -1:
        return 2 if shape_of(op.thresholds)[1] == 2 else 0
    return 0


def factor_of(op: MulOp, known: Known) -> tuple[SSAValue, int] | None:
    """The value that an op multiplies by one number, and the number."""
    for value, factor in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
        if factor in known and known[factor].size == 1 and value not in known:
            return value, int(known[factor].reshape(-1)[0])
    return None
