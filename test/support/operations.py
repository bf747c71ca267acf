"""Published networks as the sizes of their layers, with their published operation counts."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from qnn.hardware.resources.work import NetworkWork, matrix_work

Layers = Iterator[tuple[int, int, int]]
"""Positions, rows, and columns of each layer."""


def total(layers: Layers, weight: int = 1, activation: int = 1) -> NetworkWork:
    return sum((matrix_work(*layer, weight, activation) for layer in layers), NetworkWork())


def padded_cnv() -> Layers:
    size, channels = 32, 3
    for rows in (128, 256, 512):
        for _ in range(2):
            yield size * size, rows, 9 * channels
            channels = rows
        size //= 2
    yield from matrices(8192, 1024, 1024, 10)


def cnv() -> Layers:
    channels = 3
    for size, rows in ((30, 64), (28, 64), (12, 128), (10, 128), (3, 256), (1, 256)):
        yield size * size, rows, 9 * channels
        channels = rows
    yield from matrices(256, 512, 512, 10)


def alexnet() -> Layers:
    yield 54 * 54, 96, 144 * 3
    yield 54 * 54, 256, 25 * 48
    yield 27 * 27, 384, 9 * 256
    yield 14 * 14, 384, 9 * 192
    yield 14 * 14, 256, 9 * 192
    yield from matrices(9216, 4096, 4096, 1000)


def matrices(*sizes: int) -> Layers:
    return ((1, rows, cols) for cols, rows in pairwise(sizes))


def resnet(blocks: tuple[int, ...]) -> Layers:
    """Two 3x3 convolutions per block."""
    yield 112 * 112, 64, 49 * 3
    size, channels = 56, 64
    for stage, count in enumerate(blocks):
        rows, size = 64 << stage, 56 >> stage
        for block in range(count):
            yield size * size, rows, 9 * channels
            yield size * size, rows, 9 * rows
            if block == 0 and channels != rows:
                yield size * size, rows, channels
            channels = rows
    yield 1, 1000, channels


def resnet50() -> Layers:
    """Three convolutions per block; the first one has the stride."""
    yield 112 * 112, 64, 49 * 3
    channels = 64
    for stage, count in enumerate((3, 4, 6, 3)):
        rows, places = 64 << stage, (56 >> stage) ** 2
        for block in range(count):
            yield places, rows, channels
            yield places, rows, 9 * rows
            yield places, 4 * rows, rows
            if block == 0:
                yield places, 4 * rows, channels
            channels = 4 * rows
    yield 1, 1000, channels


def mobilenet() -> Layers:
    yield 112 * 112, 32, 27
    size, channels = 112, 32
    for rows, stride in (
        [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
        + [(512, 1)] * 5
        + [(1024, 2), (1024, 1)]
    ):
        size //= stride
        yield size * size, channels, 9
        yield size * size, rows, channels
        channels = rows
    yield 1, 1000, channels


OPERATIONS: dict[str, tuple[Callable[[], Layers], int, int]] = {
    "padded CNV": (padded_cnv, 1_233_930_000, 10_000),
    "CNV": (cnv, 118_922_752, 1),
    "DoReFa AlexNet": (alexnet, 3_874_170_000, 10_000),
    "SFC": (lambda: matrices(784, 256, 256, 256, 10), 669_000, 1_000),
    "LFC": (lambda: matrices(784, 1024, 1024, 1024, 10), 5_820_000, 1_000),
    "ResNet-18": (lambda: resnet((2, 2, 2, 2)), 2 * 1_814_000_000, 2_000_000),
}
"""The layers, the published operations per frame, and the unit to which they are rounded."""

CLASSIFIERS: dict[str, Callable[[], Layers]] = {
    "ResNet-18": lambda: resnet((2, 2, 2, 2)),
    "ResNet-34": lambda: resnet((3, 4, 6, 3)),
    "ResNet-50": resnet50,
    "MobileNet": mobilenet,
}

BIT_OPERATIONS = (
    ("ResNet-18", 4, 8, 98.4),
    ("ResNet-18", 5, 8, 114.8),
    ("ResNet-18", 32, 32, 1992),
    ("ResNet-34", 4, 8, 199.8),
    ("ResNet-34", 5, 8, 232.8),
    ("ResNet-34", 32, 32, 4025),
    ("ResNet-50", 4, 8, 206.5),
    ("ResNet-50", 32, 32, 4234),
    ("MobileNet", 4, 8, 29.6),
    ("MobileNet", 5, 8, 34.8),
    ("MobileNet", 8, 8, 50.1),
    ("MobileNet", 32, 32, 623),
)
"""Bits of weights and of activations, and published bit operations in billions."""
