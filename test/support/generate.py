"""Random modules for property tests: they verify, and run without an error on every input.

    module = random_module(Choices.seeded(7), level=2)
    images = random_inputs(Choices.seeded(8), module, batch=3)

With hypothesis, `modules(level=2)` is the strategy.

A program grows op by op: each op uses existing values or adds a new input. `MAKERS` has a function
for each kind of op; a test fails if an op has none.
"""

from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st
from qnn.qdialect.attributes import Rounding
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import entry_input_types, entry_of
from qnn.qdialect.program import Program
from qnn.qdialect.qnn import TENSOR_OPS, QnnOp
from qnn.qdialect.qnn.activations import (
    CeilOp,
    ClipOp,
    FloorOp,
    HardSigmoidOp,
    LeakyReluOp,
    PReluOp,
    RoundOp,
    SignOp,
)
from qnn.qdialect.qnn.classify import ArgMaxOp, LogSoftmaxOp, ScoresOp, SoftmaxOp, TopKOp
from qnn.qdialect.qnn.elementwise import AddOp, BinaryOp, DivOp, MulOp, ReluOp, SubOp
from qnn.qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from qnn.qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp, accumulator_range
from qnn.qdialect.qnn.normalization import BatchNormOp
from qnn.qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp, SumPoolOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp, RequantizeOp, TruncOp
from qnn.qdialect.qnn.smooth import (
    EluOp,
    ErfOp,
    GeluOp,
    HardSwishOp,
    MishOp,
    SigmoidOp,
    SiluOp,
    SoftplusOp,
    SoftsignOp,
    TanhOp,
)
from qnn.qdialect.qnn.steps import LookupOp, ThresholdOp
from qnn.qdialect.types import (
    BipolarType,
    ElementType,
    QuantType,
    TernaryType,
    bit_width,
    check_element,
    dtype_of,
    element_of,
    is_quant,
    shape_of,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from xdsl.dialects.builtin import ModuleOp, StringAttr, UnitAttr, f32, f64
from xdsl.ir import SSAValue

T = TypeVar("T")
Shape = tuple[int, ...]

LIMIT = 400
"""The maximum number of elements of an operand."""

ROUNDINGS = list(Rounding)


class Choices:
    """The source of a generator's random decisions; the first option is the simplest."""

    def __init__(self, integer: Callable[[int, int], int]):
        self.integer = integer
        """Returns an integer from the first number to the second, both included."""

    @staticmethod
    def seeded(seed: int) -> "Choices":
        rng = np.random.default_rng(seed)
        return Choices(lambda low, high: int(rng.integers(low, high, endpoint=True)))

    @staticmethod
    def drawn(draw: Callable[[st.SearchStrategy[int]], int]) -> "Choices":
        """Decisions made by hypothesis, which simplifies them when a test fails."""
        return Choices(lambda low, high: draw(st.integers(low, high)))

    def pick(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]

    def flag(self) -> bool:
        return bool(self.integer(0, 1))

    def integers(self, count: int, low: int, high: int) -> list[int]:
        return [self.integer(low, high) for _ in range(count)]

    def generator(self) -> np.random.Generator:
        """A random generator for many numbers, seeded by one decision."""
        return np.random.default_rng(self.integer(0, (1 << 32) - 1))

    def quant(self, widest: int = 64) -> QuantType:
        """A quantized element type, more often narrow than wide."""
        kind = self.integer(0, 4)
        if kind == 3:
            return BipolarType()
        if kind == 4 and widest > 1:
            return TernaryType()
        width = self.integer(1, min(8, widest) if self.integer(0, 3) else widest)
        return signed(width) if kind == 0 else unsigned(width)

    def array(self, element: ElementType, shape: Sequence[int]) -> Array:
        """Elements of a tensor: extremes are likely, and so are ties among floats."""
        rng, dtype = self.generator(), dtype_of(element)
        if not isinstance(element, QuantType):
            spread = rng.choice([0.25, 1.0, 8.0])
            values = rng.normal(scale=spread, size=shape)
            return np.where(rng.random(shape) < 0.3, np.rint(values * 4) / 4, values).astype(dtype)
        if isinstance(element, BipolarType):
            return rng.choice(np.array([-1, 1], dtype), shape)
        low, high = value_range(element)
        values = rng.integers(low, high, shape, dtype.type, endpoint=True)
        return np.where(
            rng.random(shape) < 0.2, rng.choice(np.array([low, high], dtype), shape), values
        )

    def factors(self, shape: Sequence[int]) -> Array:
        """Numbers that are not zero, of either sign, such as scales."""
        rng = self.generator()
        values = rng.choice([0.125, 0.1, 0.3, 1.0, 1.5], shape) * rng.choice([1, 1, 1, -1], shape)
        return values.astype(np.float32)

    def span(self, size: int) -> tuple[int, int, int]:
        """Part of an axis: start, end, step."""
        start = self.integer(0, size - 1)
        return start, self.integer(start + 1, size), self.integer(1, 3)

    def window(
        self, height: int, width: int, padded: bool = True, dilated: bool = True
    ) -> dict[str, tuple[int, ...]]:
        """A window that fits into an image: kernel, strides, pads and dilations."""
        pads = self.integers(4, 0, 2) if padded else [0] * 4
        kernel, dilations = list[int](), list[int]()
        for size in (height + pads[0] + pads[2], width + pads[1] + pads[3]):
            taps = self.integer(1, min(3, size))
            most = (size - 1) // (taps - 1) if taps > 1 else 3
            kernel.append(taps)
            dilations.append(self.integer(1, min(3, most)) if dilated else 1)
        return {
            "kernel": tuple(kernel),
            "strides": tuple(self.integers(2, 1, 3)),
            "pads": tuple(pads),
            "dilations": tuple(dilations),
        }

    def pool_window(self, height: int, width: int) -> dict[str, tuple[int, ...]]:
        """A window that contains part of the image at each position: dilated, or padded less."""
        if self.flag():
            return self.window(height, width, padded=False)
        kernel, pads = list[int](), [0] * 4
        for axis, size in enumerate((height, width)):
            taps = self.integer(1, 3)
            pads[axis] = self.integer(0, taps - 1)
            pads[axis + 2] = self.integer(max(0, taps - size - pads[axis]), taps - 1)
            kernel.append(taps)
        strides = tuple(self.integers(2, 1, 3))
        return {"kernel": tuple(kernel), "strides": strides, "pads": tuple(pads)}


class Growth:
    """A program that grows by random ops."""

    def __init__(self, choices: Choices, level: int | None, batched: bool):
        self.choices = choices
        self.level = level
        self.batched = batched
        """Whether axis 0 is a batch axis of size 1, which no op changes."""
        self.program = Program()
        self.values: list[SSAValue] = []
        """The shape of an operand, of rank 2 or more, whose first axis may be a batch."""

    def grow(self, kind: type[QnnOp]) -> None:
        """Adds one op of a kind."""
        op = self.program.add(MAKERS[kind](self))
        if self.choices.flag():
            op.properties["layer"] = StringAttr(self.choices.pick(NAMES))
        self.values += [value for value in op.results if len(shape_of(value)) > 1]

    def quant(self) -> bool:
        """Whether the next op computes with integers; the level decides if its kind allows both."""
        return self.level == 2 or (self.level is None and self.choices.flag())

    def element(self, quant: bool, widest: int = 64) -> ElementType:
        if quant:
            return self.choices.quant(widest)
        return f64 if self.level is None and self.choices.integer(0, 5) == 5 else f32

    def operand(
        self,
        quant: bool | None = None,
        ranks: Sequence[int] = (2, 3, 4),
        widest: int = 64,
        smallest: int = 1,
    ) -> SSAValue:
        """A value of a kind: an existing one or a new input."""
        wanted = self.quant() if quant is None else quant

        def suits(value: SSAValue) -> bool:
            element, shape = element_of(value), shape_of(value)
            return (
                is_quant(element) == wanted
                and len(shape) in ranks
                and prod(shape) <= LIMIT
                and (not wanted or smallest <= bit_width(element) <= widest)
            )

        found = [value for value in self.values if suits(value)]
        if found and self.choices.integer(0, 4):
            return self.choices.pick(found[::-1])
        sizes = [
            self.choices.integer(1, 4 if axis else 2) for axis in range(self.choices.pick(ranks))
        ]
        element = self.element(wanted, widest)
        return self.input(element, (1, *sizes[1:]) if self.batched else tuple(sizes))

    def input(self, element: ElementType, shape: Shape) -> SSAValue:
        value = self.program.input(element, shape)
        if len(shape) > 1:
            self.values.append(value)
        return value

    def constant(self, element: ElementType, shape: Sequence[int]) -> SSAValue:
        return self.program.constant(self.choices.array(element, shape), element, "c")

    def parameter(self, element: ElementType, shape: Sequence[int]) -> SSAValue:
        """An operand that is usually a constant, such as weights."""
        if self.batched or self.choices.integer(0, 3):
            return self.constant(element, shape)
        return self.program.input(element, shape)

    def axis(self, x: SSAValue) -> int:
        """An axis, counted from either end."""
        rank = len(shape_of(x))
        axis = self.choices.integer(1 if self.batched else 0, rank - 1)
        return axis - rank if self.choices.flag() else axis

    def along(self, x: SSAValue) -> tuple[int, Shape]:
        """An axis and the shape of a parameter along it, or of one for all."""
        axis = self.axis(x)
        return axis, self.choices.pick([(), (1,), (shape_of(x)[axis],)])

    def type_holding(self, low: int, high: int) -> QuantType:
        """A type for every value of a range: the narrowest, or a wider one."""
        width = bit_width(smallest_type(low, high))
        if self.choices.flag():
            width = min(64, width + self.choices.integer(0, 3))
        sign = low < 0 or (high < 1 << (width - 1) and self.choices.flag())
        return signed(width) if sign else unsigned(width)

    def integer_type(self) -> QuantType:
        """A type that can hold 0, for an op that saturates."""
        element = self.choices.quant()
        return TernaryType() if isinstance(element, BipolarType) else element


Maker = Callable[[Growth], QnnOp]

NAMES = [
    "Conv_0",
    "",
    "a name",
    'quo"te',
    "back\\slash",
    "/features/0/relu",
    "größe",
    "tab\tline\n",
]
"""Layer names, including unusual ones."""


def quantize(g: Growth) -> QnnOp:
    x = g.operand(quant=False)
    axis, shape = g.along(x)
    element = g.choices.quant(16)
    zero = g.choices.quant(8) if g.choices.flag() else None
    roomy = not isinstance(element, BipolarType | TernaryType) and bit_width(element) > 1
    return QuantizeOp(
        x,
        g.program.constant(g.choices.factors(shape), f32, "scale"),
        element,
        zero_point=g.constant(zero, g.choices.pick([(), shape])) if zero is not None else None,
        rounding=g.choices.pick(ROUNDINGS),
        narrow=roomy and g.choices.flag(),
        zero_point_first=g.choices.flag(),
        axis=axis,
    )


def dequantize(g: Growth) -> QnnOp:
    x = g.operand(quant=True)
    axis, shape = g.along(x)
    scale = g.program.constant(g.choices.factors(shape), f32, "scale")
    zero = g.constant(g.choices.quant(8), shape) if g.choices.flag() else None
    return DequantizeOp(x, scale, zero, axis)


def requantize(g: Growth) -> QnnOp:
    x = g.operand(quant=True)
    channels = shape_of(x)[-1]
    multiplier = g.parameter(g.choices.quant(20), g.choices.pick([(), (1,), (channels,)]))
    return RequantizeOp(
        x,
        multiplier,
        g.integer_type(),
        g.choices.integer(0, 24),
        g.choices.integer(-9, 9),
        g.choices.pick(ROUNDINGS),
    )


def trunc(g: Growth) -> QnnOp:
    x = g.operand(quant=True)
    return TruncOp(x, g.integer_type(), g.choices.integer(0, 9), g.choices.pick(ROUNDINGS))


def threshold(g: Growth) -> QnnOp:
    x = g.operand(quant=True)
    element, channels = element_of(x), shape_of(x)[-1]
    assert isinstance(element, QuantType)
    bipolar = g.choices.integer(0, 4) == 4
    count, offset = (1, 0) if bipolar else (g.choices.integer(1, 9), g.choices.integer(-5, 5))
    rows = g.choices.array(element, (g.choices.pick([1, channels]), count))
    descending = g.parameter(unsigned(1), (channels,)) if g.choices.flag() else None
    return ThresholdOp(
        x,
        g.program.constant(np.sort(rows, axis=1), element, "thresholds"),
        BipolarType() if bipolar else g.type_holding(offset, offset + count),
        offset,
        descending,
    )


def lookup(g: Growth) -> QnnOp:
    per_channel = g.choices.flag()
    x = g.operand(quant=True, widest=4, ranks=(2, 3, 4) if per_channel else (2, 3))
    low, high = value_range(quant_of(x))
    entries = high - low + 1 + g.choices.integer(0, 2)
    shape = [entries] if not g.choices.flag() else [entries, g.choices.integer(1, 3)]
    element = g.element(g.quant())
    table = g.constant(element, [shape_of(x)[-1], entries] if per_channel else shape)
    return LookupOp(x, table, low, per_channel)


def weights(g: Growth, x: SSAValue, shape: Shape) -> SSAValue:
    """Weights of a linear op over `x`; those of floats are often dequantized, as trained."""
    if is_quant(element_of(x)):
        return g.parameter(g.choices.quant(8), shape)
    if element_of(x) != f32 or g.choices.integer(0, 3) == 3:
        return g.parameter(element_of(x), shape)
    scale = g.program.constant(g.choices.factors(g.choices.pick([(), (shape[0],)])), f32, "scale")
    return g.program.add(DequantizeOp(g.constant(g.choices.quant(8), shape), scale, axis=0)).output


def bias(g: Growth, x: SSAValue, channels: int) -> SSAValue | None:
    if g.choices.flag():
        return None
    element = element_of(x)
    return g.parameter(g.choices.quant(12) if is_quant(element) else element, (channels,))


def accumulator(
    g: Growth, x: SSAValue, weights: SSAValue, bias: SSAValue | None
) -> QuantType | None:
    if not is_quant(element_of(x)):
        return None
    return g.type_holding(*accumulator_range(x, weights, bias))


def conv2d(g: Growth) -> QnnOp:
    x = g.operand(ranks=(4,), widest=24)
    height, width, channels = shape_of(x)[1:]
    window = g.choices.window(height, width)
    groups = g.choices.pick([n for n in range(1, channels + 1) if channels % n == 0])
    outputs = groups * g.choices.integer(1, 2)
    w = weights(g, x, (outputs, *window.pop("kernel"), channels // groups))
    b = bias(g, x, outputs)
    pad_value = pad_value_of(g, x)
    return Conv2dOp(x, w, accumulator(g, x, w, b), b, groups=groups, pad_value=pad_value, **window)


def conv_transpose2d(g: Growth) -> QnnOp:
    x = g.operand(ranks=(4,), widest=24)
    channels = shape_of(x)[-1]
    groups = g.choices.pick([n for n in range(1, channels + 1) if channels % n == 0])
    outputs = groups * g.choices.integer(1, 2)
    kernel = g.choices.integers(2, 1, 3)
    w = weights(g, x, (outputs, *kernel, channels // groups))
    b = bias(g, x, outputs)
    strides = g.choices.integers(2, 1, 3)
    pads = [g.choices.integer(0, (size - 1) // 2) for size in (*kernel, *kernel)]
    extra = [g.choices.integer(0, stride - 1) for stride in strides]
    dilations = g.choices.integers(2, 1, 2)
    return ConvTranspose2dOp(
        x, w, accumulator(g, x, w, b), b, strides, pads, extra, dilations, groups
    )


def linear(g: Growth) -> QnnOp:
    x = g.operand(widest=24)
    w = weights(g, x, (g.choices.integer(1, 4), shape_of(x)[-1]))
    b = bias(g, x, shape_of(w)[0])
    return LinearOp(x, w, accumulator(g, x, w, b), b)


def batch_norm(g: Growth) -> QnnOp:
    x = g.operand(quant=False)
    element, shape = element_of(x), shape_of(x)[-1:]
    gamma, beta, mean = (g.parameter(element, shape) for _ in range(3))
    spread = np.abs(g.choices.array(element, shape)) + dtype_of(element).type(0.1)
    variance = g.program.constant(spread, element, "variance")
    return BatchNormOp(x, gamma, beta, mean, variance, g.choices.pick([1e-5, 1e-3, 0.0]))


def pool_window(g: Growth, x: SSAValue) -> dict[str, tuple[int, ...]]:
    return g.choices.pool_window(*shape_of(x)[1:3])


def max_pool(g: Growth) -> QnnOp:
    x = g.operand(ranks=(4,))
    return MaxPoolOp(x, **pool_window(g, x))


def sum_pool(g: Growth) -> QnnOp:
    x = g.operand(ranks=(4,), widest=40)
    window = pool_window(g, x)
    if not is_quant(element_of(x)):
        return SumPoolOp(x, **window)
    low, high = value_range(quant_of(x))
    taps = prod(window["kernel"])
    return SumPoolOp(x, **window, element=g.type_holding(min(low, 0) * taps, high * taps))


def avg_pool(g: Growth) -> QnnOp:
    x = g.operand(quant=False, ranks=(4,))
    op = AvgPoolOp(x, **pool_window(g, x))
    op.count_padding = UnitAttr() if g.choices.flag() else None
    return op


def partner(g: Growth, x: SSAValue, widest: int) -> SSAValue:
    """The other operand of an arithmetic op: a value of like shape, a part of it, or a constant."""
    element, shape = element_of(x), shape_of(x)

    def suits(value: SSAValue) -> bool:
        other = element_of(value)
        alike = bit_width(other) <= widest if is_quant(element) else other == element
        return shape_of(value) == shape and is_quant(other) == is_quant(element) and alike

    found = [value for value in g.values if suits(value)]
    if found and g.choices.integer(0, 3):
        return g.choices.pick(found[::-1])
    part = [size if g.choices.flag() else 1 for size in shape]
    if g.choices.flag():
        part = part[g.choices.integer(1, len(part)) :]
    return g.constant(g.choices.quant(widest) if is_quant(element) else element, part)


def binary(kind: Callable[..., BinaryOp], combine: Callable[[int, int], int], widest: int) -> Maker:
    def make(g: Growth) -> QnnOp:
        lhs = g.operand(widest=widest)
        rhs = partner(g, lhs, widest)
        if not is_quant(element_of(lhs)):
            return kind(lhs, rhs)
        left, right = value_range(quant_of(lhs)), value_range(quant_of(rhs))
        ends = [combine(a, b) for a in left for b in right]
        return kind(lhs, rhs, g.type_holding(min(ends), max(ends)))

    return make


def div(g: Growth) -> QnnOp:
    x = g.operand(quant=False)
    shape = g.choices.pick([(), shape_of(x)[-1:]])
    divisor = g.choices.factors(shape).astype(dtype_of(element_of(x)))
    return DivOp(x, g.program.constant(divisor, element_of(x), "divisor"))


def relu(g: Growth) -> QnnOp:
    x = g.operand(widest=63)
    if not is_quant(element_of(x)):
        return ReluOp(x)
    return ReluOp(x, g.type_holding(0, value_range(quant_of(x))[1]))


def prelu(g: Growth) -> QnnOp:
    x = g.operand(quant=False)
    return PReluOp(x, g.parameter(element_of(x), g.choices.pick([(1,), shape_of(x)[-1:]])))


def clip(g: Growth) -> QnnOp:
    low = g.choices.integer(-8, 4) / 4
    return ClipOp(g.operand(quant=False), low, low + g.choices.integer(0, 12) / 4)


def hard_sigmoid(g: Growth) -> QnnOp:
    x = g.operand(quant=False)
    return HardSigmoidOp(x, g.choices.pick([0.2, 1 / 6, -0.5]), g.choices.pick([0.5, 0.0]))


def leaky_relu(g: Growth) -> QnnOp:
    return LeakyReluOp(g.operand(quant=False), g.choices.pick([0.01, 0.25, 0.0, -1.5]))


def elu(g: Growth) -> QnnOp:
    return EluOp(g.operand(quant=False), g.choices.pick([1.0, 0.3]))


SMOOTH_OPS = SoftplusOp, SoftsignOp, ErfOp, GeluOp, SiluOp, MishOp, HardSwishOp


def unary(kind: Callable[[SSAValue], QnnOp]) -> Maker:
    return lambda g: kind(g.operand(quant=False))


def reshape(g: Growth) -> QnnOp:
    x = g.operand()
    first, *rest = shape_of(x)
    ways = [
        (prod(rest),),
        tuple(reversed(rest)),
        (1, *rest) if len(rest) < 3 else (rest[0], rest[1] * rest[2]),
    ]
    return ReshapeOp(x, (first, *g.choices.pick(ways)))


def transpose(g: Growth) -> QnnOp:
    x = g.operand()
    left = list(range(len(shape_of(x))))
    order = [left.pop(0)] if g.batched else []
    while left:
        order.append(left.pop(g.choices.integer(0, len(left) - 1)))
    return TransposeOp(x, order)


def concat(g: Growth) -> QnnOp:
    x = g.operand()
    axis = g.axis(x)

    def joins(value: SSAValue) -> bool:
        shapes = [list(shape_of(v)) for v in (x, value)]
        if element_of(value) != element_of(x) or len(shapes[0]) != len(shapes[1]):
            return False
        for shape in shapes:
            del shape[axis]
        return shapes[0] == shapes[1] and prod(shape_of(value)) <= LIMIT

    found = [value for value in g.values if joins(value)]
    return ConcatOp([x, *(g.choices.pick(found) for _ in range(g.choices.integer(0, 2)))], axis)


def split(g: Growth) -> QnnOp:
    x = g.operand()
    axis = g.axis(x)
    sizes, left = list[int](), shape_of(x)[axis]
    while left:
        sizes.append(g.choices.integer(1, left))
        left -= sizes[-1]
    return SplitOp(x, sizes, axis)


def slice_(g: Growth) -> QnnOp:
    x = g.operand()
    spans = list[tuple[int, int, int]]()
    for axis, size in enumerate(shape_of(x)):
        spans.append((0, 1, 1) if g.batched and axis == 0 else g.choices.span(size))
    starts, ends, steps = zip(*spans, strict=True)
    return SliceOp(x, starts, ends, steps)


def pad_value_of(g: Growth, x: SSAValue) -> int:
    element = element_of(x)
    if isinstance(element, BipolarType):
        return g.choices.pick([-1, 1])
    if not isinstance(element, QuantType):
        return g.choices.integer(-1, 1)
    low, high = value_range(element)
    return g.choices.pick([0, max(low, -(2**62)), min(high, 2**62)])


def pad(g: Growth) -> QnnOp:
    x = g.operand()
    rank = len(shape_of(x))
    low, high = (g.choices.integers(rank, 0, 2) for _ in range(2))
    if g.batched:
        low[0] = high[0] = 0
    return PadOp(x, low, high, pad_value_of(g, x))


def resize(g: Growth) -> QnnOp:
    x = g.operand()
    scales = g.choices.integers(len(shape_of(x)), 1, 2)
    return ResizeOp(x, [1, *scales[1:]] if g.batched else scales)


def scores(kind: type[ScoresOp]) -> Maker:
    def make(g: Growth) -> QnnOp:
        x = g.operand(quant=False)
        return kind(x, g.axis(x))

    return make


def arg_max(g: Growth) -> QnnOp:
    x = g.operand()
    axis = g.axis(x)
    element = g.type_holding(0, shape_of(x)[axis] - 1) if g.choices.flag() else None
    return ArgMaxOp(x, axis, element, g.choices.flag())


def top_k(g: Growth) -> QnnOp:
    x = g.operand()
    axis = g.axis(x)
    return TopKOp(x, g.choices.integer(1, shape_of(x)[axis]), axis)


def quant_of(value: SSAValue) -> QuantType:
    element = element_of(value)
    assert isinstance(element, QuantType)
    return element


MAKERS: dict[type[QnnOp], Maker] = {
    QuantizeOp: quantize,
    DequantizeOp: dequantize,
    RequantizeOp: requantize,
    TruncOp: trunc,
    ThresholdOp: threshold,
    LookupOp: lookup,
    Conv2dOp: conv2d,
    ConvTranspose2dOp: conv_transpose2d,
    LinearOp: linear,
    BatchNormOp: batch_norm,
    MaxPoolOp: max_pool,
    SumPoolOp: sum_pool,
    AvgPoolOp: avg_pool,
    AddOp: binary(AddOp, lambda a, b: a + b, 62),
    SubOp: binary(SubOp, lambda a, b: a - b, 62),
    MulOp: binary(MulOp, lambda a, b: a * b, 31),
    DivOp: div,
    ReluOp: relu,
    LeakyReluOp: leaky_relu,
    PReluOp: prelu,
    ClipOp: clip,
    HardSigmoidOp: hard_sigmoid,
    SigmoidOp: unary(SigmoidOp),
    TanhOp: unary(TanhOp),
    EluOp: elu,
    **{kind: unary(kind) for kind in SMOOTH_OPS},
    SignOp: unary(SignOp),
    FloorOp: unary(FloorOp),
    CeilOp: unary(CeilOp),
    RoundOp: unary(RoundOp),
    ReshapeOp: reshape,
    TransposeOp: transpose,
    ConcatOp: concat,
    SplitOp: split,
    SliceOp: slice_,
    PadOp: pad,
    ResizeOp: resize,
    SoftmaxOp: scores(SoftmaxOp),
    LogSoftmaxOp: scores(LogSoftmaxOp),
    ArgMaxOp: arg_max,
    TopKOp: top_k,
}
"""The generator of each op."""

FLOAT_ONLY: set[type[QnnOp]] = {
    QuantizeOp,
    DequantizeOp,
    BatchNormOp,
    AvgPoolOp,
    DivOp,
    LeakyReluOp,
    PReluOp,
    ClipOp,
    HardSigmoidOp,
    SigmoidOp,
    TanhOp,
    EluOp,
    *SMOOTH_OPS,
    SignOp,
    FloorOp,
    CeilOp,
    RoundOp,
    SoftmaxOp,
    LogSoftmaxOp,
}
"""Ops that an integer network (level 2) does not have."""

QUANT_ONLY: set[type[QnnOp]] = {RequantizeOp, TruncOp, ThresholdOp}
"""Ops that a trained network (level 1) does not have."""


def ops_of(level: int | None) -> list[type[QnnOp]]:
    """The ops of a level, or all ops."""
    left_out = {1: QUANT_ONLY, 2: FLOAT_ONLY}.get(level or 0, set[type[QnnOp]]())
    return [kind for kind in TENSOR_OPS if kind not in left_out]


def random_module(
    choices: Choices,
    level: int | None = None,
    ops: Iterable[type[QnnOp]] = (),
    length: int | None = None,
    batched: bool = False,
) -> ModuleOp:
    """A random program: the ops asked for, in that order, then `length` more of the level.

    `batched` ones can be run on many images at once: every input has a first axis of size 1,
    which no op touches.
    """
    growth = Growth(choices, level, batched)
    wanted = list(ops)
    kinds = ops_of(level)
    for kind in wanted:
        growth.grow(kind)
    for _ in range(choices.integer(0 if wanted else 1, 8) if length is None else length):
        growth.grow(choices.pick(kinds))
    ends = [
        result
        for op in growth.program.block.ops
        for result in op.results
        if result.first_use is None
    ]
    return growth.program.finish(*ends)


def random_inputs(choices: Choices, module: ModuleOp, batch: int | None = None) -> list[Array]:
    """Inputs for a module; `batch` images of each, or the number in its type."""
    inputs = list[Array]()
    for type in entry_input_types(entry_of(module)):
        shape, element = type.get_shape(), check_element(type.element_type)
        inputs.append(choices.array(element, shape if batch is None else (batch, *shape[1:])))
    return inputs


@st.composite
def modules(draw: st.DrawFn, **options: Any) -> ModuleOp:
    """The strategy of `random_module`, with its options."""
    return random_module(Choices.drawn(draw), **options)
