"""Random trained networks at level 1, with quantizers of every kind.

    module = trained_network(np.random.default_rng(7))

They have widths from 1 to 8 bits, every rounding mode, negative and zero factors, zero points,
branches that join again, pools, and padding of one-bit tensors: everything that an importer may
produce.
"""

from collections.abc import Callable

import numpy as np
from qnn.qdialect.attributes import Rounding
from qnn.qdialect.program import Program
from qnn.qdialect.qnn.activations import (
    CeilOp,
    ClipOp,
    FloorOp,
    HardSigmoidOp,
    LeakyReluOp,
    PReluOp,
)
from qnn.qdialect.qnn.elementwise import AddOp, DivOp, MulOp, ReluOp, SubOp
from qnn.qdialect.qnn.layout import ConcatOp, PadOp, ReshapeOp, ResizeOp
from qnn.qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOp, LinearOpBase
from qnn.qdialect.qnn.normalization import BatchNormOp
from qnn.qdialect.qnn.pooling import AvgPoolOp, MaxPoolOp
from qnn.qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from qnn.qdialect.qnn.smooth import EluOp, SigmoidOp, TanhOp
from qnn.qdialect.qnn.steps import LookupOp, ThresholdOp
from qnn.qdialect.types import (
    BipolarType,
    QuantType,
    TernaryType,
    element_of,
    is_quant,
    shape_of,
    signed,
    unsigned,
    value_range,
)
from xdsl.dialects.builtin import ModuleOp, StringAttr, f32
from xdsl.ir import SSAValue

Rng = np.random.Generator

ACTIVATIONS: tuple[Callable[[SSAValue], object], ...] = (
    ReluOp,
    ReluOp,
    LeakyReluOp,
    lambda x: LeakyReluOp(x, 0.1015625),
    lambda x: ClipOp(x, -1.0, 1.0),
    lambda x: ClipOp(x, 0.0, 6.0),
    HardSigmoidOp,
    SigmoidOp,
    TanhOp,
    EluOp,
    FloorOp,
    CeilOp,
)


class Builder:
    """Grows a network from quantized tensors to quantized tensors."""

    def __init__(self, rng: Rng):
        self.rng = rng
        self.program = Program()
        self.layers = 0

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def number(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high, endpoint=True))

    def floats(self, values: object, hint: str = "c") -> SSAValue:
        return self.program.constant(np.asarray(values, np.float32), f32, hint)

    def scale(self, negative: float = 0.0) -> float:
        """A random scale, which may be a power of two."""
        size = 2.0 ** self.number(-6, 0) if self.chance(0.4) else self.rng.uniform(0.01, 1)
        return float(-size if self.chance(negative) else size)

    def element(self, most: int = 8) -> QuantType:
        bits = self.number(1, most)
        if bits == 1 and self.chance(0.8):
            return BipolarType()
        if bits == 2 and self.chance(0.4):
            return TernaryType()
        return signed(bits) if self.chance(0.5) else unsigned(bits)

    def input(self) -> SSAValue:
        """A quantized image of bytes or of floats."""
        shape = (1, self.number(3, 6), self.number(3, 6), self.number(1, 4))
        if self.chance(0.5):
            return self.quantized(self.program.input(f32, shape))
        x = self.program.input(unsigned(8), shape)
        zero = self.zero(unsigned(8)) if self.chance(0.3) else None
        return self.program.add(DequantizeOp(x, self.floats(self.scale()), zero)).output

    def zero(self, element: QuantType) -> SSAValue:
        low, high = value_range(element)
        return self.program.constant(self.number(low, high), element, "zero")

    def quantized(self, x: SSAValue, most: int = 8) -> SSAValue:
        """Quantizes and dequantizes with random parameters of every kind."""
        element = self.element(most)
        scale = self.floats(self.scale(negative=0.05))
        if self.chance(0.1):
            return self._thresholds(x)
        plain = isinstance(element, BipolarType | TernaryType)
        zero = None if plain or self.chance(0.7) else self.zero(element)
        low, high = value_range(element)
        narrow = not plain and high - low > 1 and self.chance(0.2)
        rounding = list(Rounding)[self.number(0, len(Rounding) - 1)]
        op = QuantizeOp(
            x, scale, element, zero, rounding, narrow, zero is not None and self.chance(0.5)
        )
        self.layers += 1
        op.properties["layer"] = StringAttr(f"Quant_{self.layers}")
        levels = self.program.add(op).output
        return self.program.add(DequantizeOp(levels, scale, zero)).output

    def _thresholds(self, x: SSAValue) -> SSAValue:
        """A step function as explicit thresholds."""
        count = self.number(1, 7)
        channels = shape_of(x)[-1] if self.chance(0.5) else 1
        rows = np.sort(self.rng.normal(size=(channels, count)), axis=1)
        op = ThresholdOp(x, self.floats(rows, "steps"), unsigned(3), 0)
        levels = self.program.add(op).output
        return self.program.add(DequantizeOp(levels, self.floats(self.scale()))).output

    def weights(self, shape: tuple[int, ...]) -> SSAValue:
        """Dequantized weights; a scale for all, or one for each output."""
        if self.chance(0.1):
            return self.codebook(shape)
        element = self.element()
        low, high = value_range(element)
        ints = self.rng.integers(low, high, shape, np.int64, endpoint=True)
        if isinstance(element, BipolarType):
            ints = np.where(ints == 0, 1, ints)
        if self.chance(0.1):
            ints[self.number(0, shape[0] - 1)] = high
        rows = shape[0] if self.chance(0.5) and shape[0] > 1 else 1
        scale = [self.scale(negative=0.1) for _ in range(rows)]
        plain = isinstance(element, BipolarType | TernaryType)
        zero = None if plain or self.chance(0.8) else self.zero(element)
        constant = self.program.constant(ints, element, "weights")
        scales = self.floats(scale if rows > 1 else scale[0])
        return self.program.add(DequantizeOp(constant, scales, zero, 0)).output

    def codebook(self, shape: tuple[int, ...]) -> SSAValue:
        """Weights that are read from a dequantized table."""
        entries = self.number(2, 8)
        table = self.program.constant(self.rng.integers(-99, 99, entries), signed(8), "table")
        book = self.program.add(DequantizeOp(table, self.floats(self.scale(negative=0.1)))).output
        indices = self.rng.integers(0, entries, shape)
        return self.program.add(LookupOp(self.program.constant(indices, unsigned(3)), book)).output

    def conv_transpose(self, x: SSAValue) -> SSAValue:
        """A transposed convolution with strides, cut or not at the border."""
        kernel, channels = (self.number(1, 3), self.number(1, 3)), shape_of(x)[-1]
        pads = [self.number(0, (k - 1) // 2) for k in (*kernel, *kernel)]
        w = self.weights((self.number(1, 4), *kernel, channels))
        strides = (self.number(1, 2), self.number(1, 2))
        return self.program.add(ConvTranspose2dOp(x, w, None, None, strides, pads)).output

    def conv(self, x: SSAValue) -> SSAValue:
        if np.prod(shape_of(x)) < 100 and self.chance(0.1):
            return self.conv_transpose(x)
        _, height, width, channels = shape_of(x)
        outputs, groups = self.number(1, 5), 1
        if self.chance(0.3):
            groups, outputs = channels, channels
        kernel = (self.number(1, min(3, height)), self.number(1, min(3, width)))
        pads = [self.number(0, k // 2) for k in (*kernel, *kernel)] if self.chance(0.6) else [0] * 4
        strides = (self.number(1, 2), self.number(1, 2))
        w = self.weights((outputs, *kernel, channels // groups))
        bias = self.floats(self.rng.normal(size=outputs)) if self.chance(0.4) else None
        return self.program.add(Conv2dOp(x, w, None, bias, strides, pads, groups=groups)).output

    def activated(self, x: SSAValue) -> SSAValue:
        """Random float ops between a sum and its quantizer."""
        channels = shape_of(x)[-1]
        if self.chance(0.6):
            gamma = self.rng.normal(size=channels) * (self.rng.random(channels) < 0.9)
            rows = (gamma, self.rng.normal(size=channels), self.rng.normal(size=channels))
            variance = self.rng.uniform(0.01, 3, channels)
            x = self.program.add(
                BatchNormOp(x, *(self.floats(row) for row in (*rows, variance)))
            ).output
        if self.chance(0.3):
            kind = (AddOp, SubOp, MulOp, DivOp)[self.number(0, 3)]
            row = self.rng.normal(size=channels if self.chance(0.5) else ())
            x = self.program.add(kind(x, self.floats(row + 0.01))).output
        if self.chance(0.2):
            slope = self.floats(self.rng.uniform(0, 1, channels))
            return self.program.add(PReluOp(x, slope)).output
        if self.chance(0.8):
            make = ACTIVATIONS[self.number(0, len(ACTIVATIONS) - 1)]
            x = self.program.add(make(x)).results[0]  # pyright: ignore
        return x

    def moved(self, x: SSAValue) -> SSAValue:
        """A pool or a layout op, if the image is large enough."""
        height, width = shape_of(x)[1:3]
        choice = self.number(0, 4)
        if choice == 0 and min(height, width) >= 2:
            return self.program.add(MaxPoolOp(x, (2, 2), (self.number(1, 2), 2))).output
        if choice == 1 and max(height, width) <= 4:
            return self.program.add(ResizeOp(x, (1, 2, 1, 1))).output
        return x

    def layer(self, x: SSAValue) -> SSAValue:
        if self.chance(0.1):
            x = self.program.add(PadOp(x, (0, 1, 0, 0), (0, 0, 1, 0))).output
        y = self.conv(x)
        if self.chance(0.2):
            y = self.moved(y)
        y = self.activated(y)
        if self.chance(0.3):
            y = self.moved(y)
        return self.quantized(y)

    def residual(self, x: SSAValue) -> SSAValue:
        """Two quantized branches that are added, and quantized again."""
        a, b = self.quantized(x, 5), self.quantized(x, 5)
        y = self.program.add(AddOp(a, b)).output
        return self.quantized(self.program.add(ReluOp(y)).output if self.chance(0.5) else y, 4)

    def joined(self, x: SSAValue) -> SSAValue:
        parts = [self.quantized(x), self.quantized(x)]
        return self.quantized(self.program.add(ConcatOp(parts, -1)).output)

    def averaged(self, x: SSAValue) -> SSAValue:
        _, height, width, _ = shape_of(x)
        kernel = (self.number(1, height), self.number(1, width))
        return self.quantized(self.program.add(AvgPoolOp(x, kernel, kernel)).output)

    def block(self, x: SSAValue) -> SSAValue:
        choice = self.rng.random()
        if choice < 0.15:
            return self.residual(x)
        if choice < 0.25:
            return self.joined(x)
        if choice < 0.35:
            return self.averaged(x)
        return self.layer(x)

    def finish(self, x: SSAValue) -> ModuleOp:
        size = int(np.prod(shape_of(x)))
        flat = self.program.add(ReshapeOp(x, (1, size))).output
        scores = self.program.add(LinearOp(flat, self.weights((3, size)))).output
        if self.chance(0.5):
            scores = self.program.add(AddOp(scores, self.floats(self.rng.normal(size=3)))).output
        return self.program.finish(scores)


def trained_network(rng: Rng, depth: int | None = None) -> ModuleOp:
    """A random network of `depth` blocks; 1 to 12 if it is None."""
    builder = Builder(rng)
    x = builder.input()
    for _ in range(depth or builder.number(1, 12)):
        x = builder.block(x)
        if int(np.prod(shape_of(x))) > 600:
            break
    return builder.finish(x)


def assert_integer(module: ModuleOp) -> None:
    """No convolution or linear layer computes with floats."""
    for op in module.walk():
        if isinstance(op, LinearOpBase):
            assert all(is_quant(element_of(value)) for value in (*op.operands, *op.results))
