"""Designs that others measured after place and route on a Z7020, rebuilt in the `stream` dialect.

Each design equals the one that `qnn estimate` builds for the same network and a folding file with
the published PE and SIMD: accumulators have minimal widths, and channels minimal depths. Weights
are stored where the vendor's tool stored them: in block memory, except for small memories and for
those that a pragma places in LUTs. Vectors are in registers, as in the measured designs. The
publications leave some widths open (words of pools and windows, the last layer of CNV); these are
the cheapest that do not slow down a layer.
"""

from dataclasses import dataclass, field

import numpy as np
from qnn.hardware.resources.memory import MAX_LUT_MEMORY_BITS
from qnn.hardware.timing.fifo_depths import depths_for
from qnn.passes.tile.layer_folding import LayerFolding
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.stream.pool import PoolOp
from qnn.qdialect.stream.types import channel_of
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import (
    BipolarType,
    QuantType,
    TernaryType,
    bit_width,
    signed,
    smallest_type,
    value_range,
)
from xdsl.dialects.builtin import StringAttr, UnitAttr
from xdsl.ir import SSAValue
from xdsl.rewriter import Rewriter

from .design import Design

BIPOLAR = BipolarType()


@dataclass(frozen=True)
class Amounts:
    """The resources that a vendor's tool reported."""

    lut: int
    ff: int
    ramb36: int
    ramb18: int
    dsp: int

    @property
    def bram18(self) -> int:
        return 2 * self.ramb36 + self.ramb18


@dataclass(frozen=True)
class Measured:
    """A network of 3x3 convolutions, 2x2 maximum pools, and fully connected layers."""

    name: str
    image: tuple[int, ...]
    """The shape of an input frame."""
    pixel: QuantType
    weight: QuantType
    activation: QuantType
    layers: str
    """The rows of each layer: `64c` is a convolution, `p` a pool, `512` a fully connected layer."""
    folding: tuple[tuple[int, int], ...]
    """SIMD and PE of each layer with weights."""
    published: Amounts
    in_luts: frozenset[int] = field(default_factory=frozenset[int])
    """Layers whose weights a pragma puts into LUTs."""
    last: QuantType | None = None
    """The result type of the last layer's thresholds; without one, its sums are the result."""

    def design(self) -> DesignOp:
        design = Design()
        value = design.source(ChannelType(self.image, self.pixel))
        number = 0
        for layer in self.layers.split():
            if layer == "p":
                value = self._maximum(design, value)
            else:
                if layer.endswith("c"):
                    value = design.add(WindowOp(value, [3, 3])).patches
                value = self._layer(design, value, int(layer.rstrip("c")), number)
                number += 1
        design.finish(value)
        self._fold(design.design)
        return design.design

    def _maximum(self, design: Design, x: SSAValue) -> SSAValue:
        patches = design.add(WindowOp(x, [2, 2], [2, 2], by_channel=True)).patches
        rows, cols, size = channel_of(patches).frame
        return design.add(
            PoolOp(patches, ChannelType((rows, cols, size // 4), self.activation))
        ).output

    def _layer(self, design: Design, x: SSAValue, rows: int, number: int) -> SSAValue:
        channel = channel_of(x)
        low, _ = value_range(channel.quant_type)
        sums = smallest_type(channel.frame[-1] * low, -channel.frame[-1] * low)
        weights = design.data(np.ones((rows, channel.frame[-1]), np.int8), self.weight)
        target = self.last if number == len(self.folding) - 1 else self.activation
        steps, offset = None, 0
        if target is not None:
            levels = 1 if isinstance(target, BipolarType) else 2
            steps = design.data(np.tile(np.arange(levels), (rows, 1)), sums)
            offset = 1 - levels
        output = ChannelType((*channel.frame[:-1], rows), target or sums)
        layer = MatvecOp(x, output, weights, sums, thresholds=steps, offset=offset)
        layer.layer = StringAttr(f"L{number}")
        layer.vector_in_registers = UnitAttr()
        return design.add(layer).output

    def _fold(self, design: DesignOp) -> None:
        matrices = [process for process in design.processes if isinstance(process, MatvecOp)]
        folds: dict[str, LayerFolding] = {}
        for number, (process, (simd, pe)) in enumerate(zip(matrices, self.folding, strict=True)):
            bits = process.rows.size // pe * bit_width(self.weight)
            small = bits <= MAX_LUT_MEMORY_BITS or number in self.in_luts
            folds[f"L{number}"] = LayerFolding(
                pe, simd, Storage.LUT if small else Storage.BLOCK, False
            )
        tile_design(design, folds=folds)
        for value, depth in depths_for(design).items():
            Rewriter.replace_value_with_new_type(value, channel_of(value).with_depth(depth))


CNV_LAYERS = "64c 64c p 128c 128c p 256c 256c 512 512 10"

MEASURED = (
    Measured(
        "CNV W1A1",
        (32, 32, 3),
        signed(8),
        BIPOLAR,
        BIPOLAR,
        CNV_LAYERS,
        ((3, 16), (32, 32), (32, 16), (32, 16), (32, 4), (32, 1), (4, 1), (8, 1), (1, 2)),
        Amounts(lut=26_072, ff=41_312, ramb36=76, ramb18=96, dsp=24),
    ),
    Measured(
        "CNV W2A2",
        (32, 32, 3),
        signed(8),
        TernaryType(),
        TernaryType(),
        CNV_LAYERS,
        ((3, 8), (16, 16), (16, 8), (16, 8), (8, 4), (8, 1), (2, 1), (2, 2), (1, 2)),
        Amounts(lut=37_302, ff=51_386, ramb36=138, ramb18=4, dsp=32),
        in_luts=frozenset({1}),
    ),
    Measured(
        "LFC W1A2",
        (832,),
        BIPOLAR,
        BIPOLAR,
        TernaryType(),
        "1024 1024 1024 64",
        ((64, 32), (32, 64), (64, 32), (8, 16)),
        Amounts(lut=48_981, ff=45_338, ramb36=6, ramb18=208, dsp=4),
        last=BIPOLAR,
    ),
)
