"""Published networks, with random weights, as networks of integers.

    python examples/published/network.py cnv-w1a1 | qnn estimate - --device z7020 --fps 3000

Without a name it lists them.
"""

import sys
from collections.abc import Callable, Sequence

from builder import Builder
from qnn.qdialect.types import BipolarType, QuantType, TernaryType, signed, unsigned
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.printer import Printer

BIPOLAR, TERNARY = BipolarType(), TernaryType()
PIXEL = unsigned(8)


def cnv(bits: QuantType) -> ModuleOp:
    """FINN's network for CIFAR-10: six unpadded convolutions, three fully connected layers."""
    net = Builder(bits, bits)
    x = net.input(signed(8), 32, 32, 3)
    for channels in (64, 128, 256):
        x = net.conv(net.conv(x, channels, 3), channels, 3)
        if channels < 256:
            x = net.maximum(x, 2, 2)
    return net.classified(x, [512, 512, 10])


def padded_cnv() -> ModuleOp:
    """Fraser's CNV: padded convolutions, with twice the channels."""
    net = Builder(BIPOLAR, BIPOLAR)
    x = net.input(PIXEL, 32, 32, 3)
    for channels in (128, 256, 512):
        x = net.conv(net.conv(x, channels, 3, pad=1), channels, 3, pad=1)
        x = net.maximum(x, 2, 2)
    return net.classified(x, [1024, 1024, 10])


def matrices(rows: int) -> ModuleOp:
    """FINN's networks for MNIST: four fully connected layers."""
    net = Builder(BIPOLAR, BIPOLAR)
    return net.classified(net.input(BIPOLAR, 784), [rows, rows, rows, 10])


def alexnet(weight: QuantType, activation: QuantType, matrices: bool = True) -> ModuleOp:
    """DoReFa's AlexNet: two groups in three of its convolutions, kernels of 12 in the first.

    Nearly all weights belong to the fully connected layers after them.
    """
    net = Builder(weight, activation)
    x = net.conv(net.input(PIXEL, 227, 227, 3), 96, 12, 4)
    x = net.maximum(net.halves(x, 256, 5, 2), 3, 2, 1)
    x = net.maximum(net.conv(x, 384, 3, pad=1), 3, 2, 1)
    x = net.halves(net.halves(x, 384, 3, 1), 256, 3, 1)
    x = net.maximum(x, 3, 2)
    return net.classified(x, [4096, 4096, 1000]) if matrices else net.program.finish(x)


def resnet(blocks: Sequence[int], wide: int, weight: QuantType, activation: QuantType) -> ModuleOp:
    """Two convolutions per block; skip connections carry sums that are not quantized yet."""
    net = Builder(weight, activation)
    image = net.conv(net.input(PIXEL, 224, 224, 3), 64 * wide, 7, 2, 3)
    x: SSAValue = net.maximum(image, 3, 2, 1)
    channels, sums = 64 * wide, None
    for stage, count in enumerate(blocks):
        for _ in range(count):
            stride = 1 if channels == 64 * wide << stage else 2
            channels = 64 * wide << stage
            first = net.conv(x, channels, 3, stride, 1)
            if sums is None or stride > 1:
                sums = x if stride == 1 else net.sums(x, channels, 1, stride)
            sums = net.add(net.sums(first, channels, 3, 1, 1), sums)
            x = net.active(sums)
    return net.classified(net.mean(x), [1000])


def resnet50(weight: QuantType, activation: QuantType) -> ModuleOp:
    """Three convolutions per block; the first one has the stride."""
    net = Builder(weight, activation)
    x = net.maximum(net.conv(net.input(PIXEL, 224, 224, 3), 64, 7, 2, 3), 3, 2, 1)
    for stage, count in enumerate((3, 4, 6, 3)):
        channels, sums = 64 << stage, None
        for block in range(count):
            stride = 2 if stage and not block else 1
            y = net.conv(net.conv(x, channels, 1, stride), channels, 3, 1, 1)
            skip = net.sums(x, 4 * channels, 1, stride) if sums is None else sums
            sums = net.add(net.sums(y, 4 * channels, 1), skip)
            x = net.active(sums)
    return net.classified(net.mean(x), [1000])


def mobilenet() -> ModuleOp:
    """MobileNet-v1: depthwise and pointwise convolutions alternate."""
    net = Builder(signed(4), unsigned(4))
    x = net.conv(net.input(PIXEL, 224, 224, 3), 32, 3, 2, 1)
    channels = 32
    for wider, stride in (
        *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
        *([(512, 1)] * 5),
        *((1024, 2), (1024, 1)),
    ):
        x = net.conv(net.conv(x, channels, 3, stride, 1, channels), wider, 1)
        channels = wider
    return net.classified(net.mean(x), [1000])


NETWORKS: dict[str, Callable[[], ModuleOp]] = {
    "cnv-w1a1": lambda: cnv(BIPOLAR),
    "cnv-w2a2": lambda: cnv(TERNARY),
    "padded-cnv": padded_cnv,
    "tfc": lambda: matrices(64),
    "sfc": lambda: matrices(256),
    "lfc": lambda: matrices(1024),
    "alexnet-binary": lambda: alexnet(BIPOLAR, unsigned(2)),
    "alexnet-ternary": lambda: alexnet(TERNARY, unsigned(2)),
    "alexnet-convolutions": lambda: alexnet(TERNARY, unsigned(2), matrices=False),
    "resnet18": lambda: resnet((2, 2, 2, 2), 1, BIPOLAR, unsigned(2)),
    "resnet34-wide": lambda: resnet((3, 4, 6, 3), 2, BIPOLAR, BIPOLAR),
    "resnet50": lambda: resnet50(BIPOLAR, unsigned(2)),
    "mobilenet": mobilenet,
}


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in NETWORKS:
        sys.exit(f"usage: network.py NAME; available: {', '.join(NETWORKS)}")
    Printer(sys.stdout).print_op(NETWORKS[sys.argv[1]]())
    print()


if __name__ == "__main__":
    main()
