"""Designs that others built and measured after place and route on a Z7020, as designs of ours.

What their sources say is taken over: PE and SIMD, types, depths of channels, 64 rows for ten
labels, and the weights that a pragma puts into LUTs. All other weights of more than a few bits lie
in block memory, as Vivado HLS has it where nothing else is asked for. What they leave open (words
of pools and windows) is as cheap as can be without slowing the layers down.
"""

from dataclasses import dataclass, field

import numpy as np
from qnn.hardware.memory import SMALL
from qnn.passes.folding import Fold
from qnn.passes.tile import tile_design
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.compute import MatvecOp, Storage
from qnn.qdialect.stream.types import channel_of
from qnn.qdialect.stream.windows import PoolOp, WindowOp
from qnn.qdialect.types import BipolarType, QuantType, bit_width, signed
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Block, Operation, SSAValue
from xdsl.rewriter import Rewriter

from .design import Design

BIPOLAR = BipolarType()


@dataclass(frozen=True)
class Amounts:
    """What a vendor's tool reported."""

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
    """A network of 3x3 convolutions, maxima over 2x2, and matrices."""

    name: str
    image: tuple[int, ...]
    """The frame that comes in."""
    pixel: QuantType
    weight: QuantType
    activation: QuantType
    layers: str
    """Rows of each layer: `64c` of a convolution, `p` a maximum, `512` of a matrix."""
    folding: tuple[tuple[int, int], ...]
    """SIMD and PE of each layer with weights."""
    depths: tuple[int, ...]
    """Of the channels behind the input, each layer and each maximum; 2 of those within a layer."""
    published: Amounts
    in_luts: frozenset[int] = field(default_factory=frozenset[int])
    """Layers whose weights a pragma puts into LUTs."""
    last: QuantType | None = None
    """What the last layer's sums are compared to; they leave as they are without."""

    def design(self) -> DesignOp:
        design = Design()
        value = design.source(ChannelType(self.image, self.pixel))
        ends, number = [value], 0
        for layer in self.layers.split():
            if layer == "p":
                value = self._maximum(design, value)
            else:
                if layer.endswith("c"):
                    value = design.add(WindowOp(value, [3, 3])).patches
                value = self._layer(design, value, int(layer.rstrip("c")), number)
                number += 1
            ends.append(value)
        design.finish(value)
        self._fold(design.design, [end.owner for end in ends])
        return design.design

    def _maximum(self, design: Design, x: SSAValue) -> SSAValue:
        patches = design.add(WindowOp(x, [2, 2], [2, 2], by_channel=True)).patches
        rows, cols, size = channel_of(patches).frame
        output = ChannelType((rows, cols, size // 4), self.activation)
        pool = design.add(PoolOp(patches, output))
        pool.layer = StringAttr(f"P{size}")
        return pool.output

    def _layer(self, design: Design, x: SSAValue, rows: int, number: int) -> SSAValue:
        frame, wide = channel_of(x).frame, number == 0 and bit_width(self.pixel) > 1
        sums, target = signed(24 if wide else 16), self.activation
        if number == len(self.folding) - 1:
            target = self.last
        weights = design.data(np.ones((rows, frame[-1]), np.int8), self.weight)
        steps, offset = None, 0
        if target is not None:
            levels = 1 if isinstance(target, BipolarType) else 2
            steps = design.data(np.tile(np.arange(levels), (rows, 1)), sums)
            offset = 1 - levels
        output = ChannelType((*frame[:-1], rows), target or sums)
        layer = MatvecOp(x, output, weights, sums, thresholds=steps, offset=offset)
        layer.layer = StringAttr(f"L{number}")
        return design.add(layer).output

    def _fold(self, design: DesignOp, ends: list[Operation | Block]) -> None:
        matrices = [process for process in design.processes if isinstance(process, MatvecOp)]
        folds: dict[str, Fold] = {}
        for number, (process, (simd, pe)) in enumerate(zip(matrices, self.folding, strict=True)):
            bits = process.rows.size // pe * bit_width(self.weight)
            small = bits <= SMALL or number in self.in_luts
            folds[f"L{number}"] = Fold(pe, simd, Storage.LUT if small else Storage.BLOCK, False)
        for pool in [process for process in design.processes if isinstance(process, PoolOp)]:
            folds[pool.layer.data] = Fold(pool.outputs[0].frame[-1], 1)
        tile_design(design, folds=folds)
        depths = dict(zip(ends, self.depths, strict=True))
        for process in design.processes:
            for value in process.results:
                sized = channel_of(value).with_depth(depths.get(process, 2))
                Rewriter.replace_value_with_new_type(value, sized)


CNV_LAYERS = "64c 64c p 128c 128c p 256c 256c 512 512 64"
CNV_DEPTHS = (128, 128, 2, 128, 128, 2, 81, 2, 2, 128, 3, 2)

MEASURED = (
    Measured(
        "CNV W1A1",
        (32, 32, 3),
        signed(8),
        BIPOLAR,
        BIPOLAR,
        CNV_LAYERS,
        ((3, 16), (32, 32), (32, 16), (32, 16), (32, 4), (32, 1), (4, 1), (8, 1), (1, 4)),
        CNV_DEPTHS,
        Amounts(lut=26_072, ff=41_312, ramb36=76, ramb18=96, dsp=24),
    ),
    Measured(
        "CNV W2A2",
        (32, 32, 3),
        signed(8),
        signed(2),
        signed(2),
        CNV_LAYERS,
        ((3, 8), (16, 16), (16, 8), (16, 8), (8, 4), (8, 1), (2, 1), (2, 2), (1, 4)),
        CNV_DEPTHS,
        Amounts(lut=37_302, ff=51_386, ramb36=138, ramb18=4, dsp=32),
        in_luts=frozenset({1}),
    ),
    Measured(
        "LFC W1A2",
        (832,),
        BIPOLAR,
        BIPOLAR,
        signed(2),
        "1024 1024 1024 64",
        ((64, 32), (32, 64), (64, 32), (8, 16)),
        (1024, 16, 8, 16, 1024),
        Amounts(lut=48_981, ff=45_338, ramb36=6, ramb18=208, dsp=4),
        last=BIPOLAR,
    ),
)
