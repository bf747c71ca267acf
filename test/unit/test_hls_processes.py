"""Every process as HLS C++: emitted, compiled and run, it computes the same as the interpreter.

Several random designs are compiled as one program, which takes a fraction of the time. The tests
of the schedule run one of each kind; the random layers are slow tests.
"""

from collections.abc import Callable
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pytest
from qnn.passes import Pipeline
from qnn.passes.tile.layer_folding import LayerFolding, foldable_layers
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream import ChannelType, Process
from qnn.qdialect.stream.borders import CropOp, PadOp
from qnn.qdialect.stream.compute import DepthwiseOp, MatvecOp, ThresholdOp, WeightedProcess
from qnn.qdialect.stream.elements import AddOp, LabelSelectOp, LookupOp, MulOp
from qnn.qdialect.stream.flow import ConcatOp, ForkOp, RepackOp, SplitOp
from qnn.qdialect.stream.folding import BuildOptions, Storage, StorageAttr
from qnn.qdialect.stream.reorder import ReorderOp
from qnn.qdialect.stream.scale import ScaleOp
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import (
    BipolarType,
    QuantType,
    TernaryType,
    bit_width,
    shape_of,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from support.design import Design
from support.foldings import random_fold
from support.generate import Choices
from support.hls import assert_same, design_of
from support.networks import trained_network
from support.processes import one_process
from support.twins import LAYERS, Both, Twin, divisors, labels, scores
from xdsl.dialects.builtin import ModuleOp, StringAttr, UnitAttr, f32

DESIGNS = 3
"""Random designs of each kind in a program of the slow tests."""

WIDTHS: list[type[Process]] = [WindowOp, RepackOp, ReorderOp]
"""Processes that choose between many widths of words."""


def one_layer(layer: Callable[[Twin, Both], Both], choices: Choices) -> ModuleOp:
    twin = Twin(choices)
    return twin.design.finish(layer(twin, twin.image())[1])


@pytest.mark.slow
@pytest.mark.parametrize("part", [0, 1, 2])
def test_layers_give_the_interpreters_numbers(part: int, tmp_path: Path) -> None:
    """A third of all kinds of layers in one program."""
    choices = Choices.seeded(7)
    layers = [*LAYERS, scores][part::3]
    modules = [one_layer(layer, choices) for layer in layers for _ in range(DESIGNS)]
    assert_same(modules, choices, tmp_path)


@pytest.mark.slow
def test_words_of_every_width(tmp_path: Path) -> None:
    """Processes run the iterations of the schedule: with one less, words would be missing."""
    choices = Choices.seeded(13)
    modules = [one_process(kind, choices) for kind in WIDTHS for _ in range(16)]
    assert_same(modules, choices, tmp_path)


def use_dsps(module: ModuleOp) -> None:
    """Computes the products of all layers in DSPs."""
    for process in design_of(module).processes:
        if isinstance(process, WeightedProcess):
            process.dsp = UnitAttr()


def chain(choices: Choices) -> ModuleOp:
    """A few layers, one after the other."""
    twin = Twin(choices)
    x = twin.image()
    for _ in range(choices.integer(2, 4)):
        if prod(shape_of(x[0])) < 400:
            x = choices.pick(LAYERS)(twin, x)
    return twin.design.finish(labels(twin, scores(twin, x))[1])


@pytest.mark.slow
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("bounded", [False, True])
def test_chains(bounded: bool, streams: bool, tmp_path: Path) -> None:
    """Half of them with products in DSPs."""
    choices = Choices.seeded(8)
    modules = [chain(choices) for _ in range(2 * DESIGNS)]
    for module in modules[::2]:
        use_dsps(module)
    assert_same(modules, choices, tmp_path, bounded, streams=streams)


def products(choices: Choices, bits: int, rows: int) -> ModuleOp:
    """A matvec with products in DSPs, whose weights and inputs reach both ends of their ranges."""
    design, x_type = Design(), choices.pick([unsigned(bits), signed(bits)])
    simd = choices.pick([1, 2, 4])
    x = design.source(ChannelType((3, 4), x_type, simd))
    low, high = value_range(signed(bits))
    weights = choices.generator().choice([low, low + 1, -1, high], (rows, 4))
    accumulator = signed(2 * bits + 3)
    output = ChannelType((3, rows), accumulator, rows)
    matvec = MatvecOp(x, output, design.data(weights, signed(bits)), accumulator)
    module = design.finish(design.add(matvec).output)
    use_dsps(module)
    return module


def repacked(choices: Choices) -> ModuleOp:
    """Frames that do not end with a word of the port, in words of any width."""
    design, size = Design(), choices.integer(1, 80)
    lanes = choices.pick(divisors(size))
    x = design.source(ChannelType((size,), choices.quant(20), lanes))
    return design.finish(design.add(RepackOp(x, choices.pick(divisors(size)), (size,))).output)


@pytest.mark.parametrize("bounded", [pytest.param(False, marks=pytest.mark.slow), True])
def test_networks_with_streams_at_the_ports(bounded: bool, tmp_path: Path) -> None:
    """The testbench reads the words of a frame up to TLAST. A chain has products in DSPs."""
    choices = Choices.seeded(19)
    modules = [network(1), chain(choices), *(repacked(choices) for _ in range(3))]
    use_dsps(modules[1])
    assert_same(modules, choices, tmp_path, bounded, streams=True)


def label_select(choices: Choices) -> ModuleOp:
    """Scores with few distinct values, so that ties occur."""
    design, count = Design(), choices.pick([10, 1, 2, 3, 7])
    channel = ChannelType((count,), choices.quant(3), choices.pick(divisors(count)))
    k = choices.integer(1, count)
    select = LabelSelectOp(design.source(channel), k, choices.flag())
    return design.finish(design.add(select).output)


def add(choices: Choices) -> ModuleOp:
    """The sum of two images, each times a positive or negative number."""
    design, frame = Design(), tuple(choices.integers(choices.integer(1, 3), 1, 4))
    elements = choices.quant(60), choices.quant(20)
    factors = [choices.pick([1, -1, 3, 0]), choices.pick([1, 326, -7])]
    ends = [
        sorted(factor * end for end in value_range(element))
        for factor, element in zip(factors, elements, strict=True)
    ]
    low, high = (sum(pair) for pair in zip(*ends, strict=True))
    lanes = choices.pick(divisors(prod(frame)))
    left, right = (design.source(ChannelType(frame, element, lanes)) for element in elements)
    output = ChannelType(frame, smallest_type(low, high), lanes)
    return design.finish(design.add(AddOp(left, right, output, factors)).output)


def mul(choices: Choices) -> ModuleOp:
    """The product of two images, each plus a positive or negative number."""
    design, frame = Design(), tuple(choices.integers(choices.integer(1, 3), 1, 4))
    elements = choices.quant(40), choices.quant(20)
    offsets = [choices.pick([0, -128, 3]), choices.pick([0, 1, -2])]
    ranges = [
        [end + offset for end in value_range(element)]
        for element, offset in zip(elements, offsets, strict=True)
    ]
    ends = [a * b for a in ranges[0] for b in ranges[1]]
    lanes = choices.pick(divisors(prod(frame)))
    left, right = (design.source(ChannelType(frame, element, lanes)) for element in elements)
    output = ChannelType(frame, smallest_type(min(ends), max(ends)), lanes)
    process = design.add(MulOp(left, right, output, offsets))
    process.set_build_options(BuildOptions(dsp=choices.flag()))
    return design.finish(process.output)


def images(choices: Choices) -> ModuleOp:
    """Images of different depths: concat, split and fork."""
    design, lanes = Design(), choices.integer(1, 3)
    sizes = [lanes * choices.integer(1, 3) for _ in range(3)]
    element = choices.quant(9)
    parts = [design.source(ChannelType((2, 3, size), element, lanes)) for size in sizes]
    joined = design.add(ConcatOp(parts)).output
    one, two = design.add(ForkOp(joined)).copies
    return design.finish(*design.add(SplitOp(one, sizes[::-1])).parts, two)


def row_crop(choices: Choices) -> ModuleOp:
    design, size = Design(), choices.integer(2, 9)
    start, end, step = choices.span(size)
    row = design.source(ChannelType((size,), choices.quant(9)))
    return design.finish(design.add(CropOp(row, [start], [end], [step])).output)


def many_steps(choices: Choices) -> ModuleOp:
    """More thresholds than are compared in parallel, for each channel or shared by all."""
    design, channels, steps = Design(), choices.pick([4, 6]), choices.pick([16, 31, 50])
    lanes, element = choices.pick(divisors(channels)), signed(choices.pick([7, 12]))
    x = design.source(ChannelType((3, channels), element, lanes))
    low, high = value_range(element)
    low = choices.pick([low, 0])
    shape = choices.pick([channels, 1]), steps
    rows = np.sort(choices.generator().integers(low, high + 1, shape, endpoint=True))
    flags = choices.array(unsigned(1), (channels,))
    output = ChannelType((3, channels), signed(8), lanes)
    thresholds = ThresholdOp(
        x,
        output,
        design.data(rows, smallest_type(int(rows.min()), int(rows.max()))),
        design.data(flags, unsigned(1)) if choices.flag() else None,
        choices.integer(-9, 9),
    )
    return design.finish(design.add(thresholds).output)


def scale(choices: Choices) -> ModuleOp:
    """Wide sums, scaled per channel or all alike, with factors of both signs and exceptions."""
    design, channels = Design(), choices.pick([4, 6])
    element, lanes = choices.pick([signed(22), unsigned(13)]), choices.pick(divisors(channels))
    rows, shift, generator = choices.pick([channels, 1]), 20, choices.generator()
    numbers = generator.integers(-5, 5, (rows, choices.integer(0, 5)))
    factors = design.data(generator.integers(-(1 << 18), 1 << 18, rows), signed(19))
    offsets = design.data(generator.integers(-(1 << 26), 1 << 26, rows), signed(33))
    exceptions = design.data(numbers, signed(4)) if numbers.size else None
    x = design.source(ChannelType((3, channels), element, lanes))
    output, raised = ChannelType((3, channels), signed(8), lanes), numbers.shape[1] // 2
    clamp = choices.pick([(-128, 127), (0, 100)])
    op = ScaleOp(x, output, factors, offsets, shift, clamp, exceptions, raised)
    op.dsp = UnitAttr() if choices.flag() else None
    return design.finish(design.add(op).output)


def codebook(choices: Choices) -> ModuleOp:
    """Weights that are indices into a codebook, in a matvec or depthwise layer."""
    design = Design()
    table = design.data(choices.array(signed(6), (4,)), signed(6))
    weights = design.data(choices.array(unsigned(2), (4, 6)), unsigned(2))
    element = choices.quant(5)
    if choices.flag():
        x, layer = design.source(ChannelType((2, 6), element, 3)), MatvecOp
        lanes = 2
    else:
        x, layer = design.source(ChannelType((2, 24), element, 4)), DepthwiseOp
        lanes = 2
    output = ChannelType((2, 4), signed(16), lanes)
    op = layer(x, output, weights, signed(16), codebook=table)
    return design.finish(design.add(op).output)


def floats(choices: Choices) -> ModuleOp:
    """A table of floats, which are then padded and repacked."""
    design, lanes = Design(), choices.pick([1, 2])
    x = design.source(ChannelType((2, 3, 2), unsigned(2), lanes))
    table = design.data(np.array([0.5, -1.25, 3.0, 0.1], np.float32), f32)
    y = design.add(LookupOp(x, ChannelType((2, 3, 2), f32, lanes), table)).output
    y = design.add(PadOp(y, [1, 0, 0, 1], 2)).output
    return design.finish(design.add(RepackOp(y, 4)).output)


def outside(choices: Choices) -> ModuleOp:
    """Weights from a port whose words do not hold a whole number of matrices."""
    design, columns = Design(), choices.pick([5, 7])
    weights = design.data(choices.array(signed(3), (3, columns)), signed(3))
    x = design.source(ChannelType((2, columns), unsigned(3)))
    output = ChannelType((2, 3), signed(10), 3)
    op = MatvecOp(x, output, weights, signed(10), storage=Storage.OUTSIDE)
    return design.finish(design.add(op).output)


def kept_vector(cols: int, registers: bool = False) -> Callable[[Choices], ModuleOp]:
    """A vector of many words, for several groups of rows."""

    def build(choices: Choices) -> ModuleOp:
        design, element = Design(), choices.pick([signed(8), unsigned(5)])
        weights = design.data(choices.array(signed(3), (6, cols)), signed(3))
        x = design.source(ChannelType((3, cols), element, choices.pick([1, 2])))
        output = ChannelType((3, 6), signed(24), choices.pick([1, 2, 3]))
        op = MatvecOp(x, output, weights, signed(24))
        op.vector_in_registers = UnitAttr() if registers else None
        return design.finish(design.add(op).output)

    return build


def with_storage(storage: Storage) -> Callable[[Choices], ModuleOp]:
    def build(choices: Choices) -> ModuleOp:
        module = one_layer(choices.pick(LAYERS[:2]), choices)
        for process in design_of(module).processes:
            if isinstance(process, WeightedProcess):
                process.storage = StorageAttr(storage)
        return module

    return build


def large_weights(choices: Choices) -> ModuleOp:
    """Enough weights that a simulation reads them from a file."""
    design, element = Design(), choices.pick([signed(7), TernaryType()])
    name = design.data(choices.array(element, (192, 300)), element)
    x = design.source(ChannelType((300,), unsigned(4), 3))
    op = MatvecOp(x, ChannelType((192,), signed(18), 2), name, signed(18))
    return design.finish(design.add(op).output)


def extreme_numbers(choices: Choices) -> ModuleOp:
    """The lowest and the highest number of 64 bits; C++ has no literal for the lowest."""
    design, (low, high) = Design(), value_range(signed(64))
    x = design.source(ChannelType((2, 4), unsigned(1)))
    one, two = design.add(ForkOp(x)).copies
    steps = design.data(np.ones((1, 1)), unsigned(1))
    levels = ThresholdOp(one, ChannelType((2, 4), signed(64)), steps, None, low)
    table = design.data(np.array([low, high, -1, 0]), signed(64))
    indices = np.where(np.eye(3, 4, dtype=bool), np.arange(3)[:, None], 3)
    weights = design.data(indices, unsigned(2))
    output = ChannelType((2, 3), signed(64), choices.pick([1, 3]))
    picked = MatvecOp(two, output, weights, signed(64), codebook=table)
    return design.finish(design.add(levels).output, design.add(picked).output)


KINDS: list[Callable[[Choices], ModuleOp]] = [
    label_select,
    add,
    mul,
    images,
    row_crop,
    many_steps,
    scale,
    codebook,
    floats,
    outside,
    with_storage(Storage.OUTSIDE),
    with_storage(Storage.REGISTERS),
    with_storage(Storage.ULTRA),
    extreme_numbers,
    kept_vector(36),
    kept_vector(36, registers=True),
]
LARGE_KINDS: list[Callable[[Choices], ModuleOp]] = [large_weights, kept_vector(3000)]
"""Kinds whose frames take thousands of cycles."""


@pytest.mark.parametrize("bounded", [pytest.param(False, marks=pytest.mark.slow), True])
def test_further_kinds_of_processes(bounded: bool, tmp_path: Path) -> None:
    choices = Choices.seeded(10)
    modules = [kind(choices) for kind in [*KINDS, *LARGE_KINDS]]
    assert_same(modules, choices, tmp_path, bounded)


@pytest.mark.slow
def test_several_designs_of_each_kind(tmp_path: Path) -> None:
    choices = Choices.seeded(10)
    kinds = [*KINDS, *LARGE_KINDS]
    assert_same([kind(choices) for kind in kinds for _ in range(DESIGNS)], choices, tmp_path)


TYPES: list[QuantType] = [
    BipolarType(),
    TernaryType(),
    unsigned(1),
    signed(1),
    unsigned(5),
    signed(33),
]
PAIRS = list(product(TYPES, TYPES))
FEW_PAIRS = [*zip(TYPES, [*TYPES[2:], *TYPES[:2]], strict=True), (TYPES[0], TYPES[0])]
"""Each type once as weight and once as input, and signs as both."""


def matrix_of(weight: QuantType, element: QuantType, choices: Choices) -> ModuleOp:
    """A matrix of one type times vectors of another, with sums of 64 bits or fewer."""
    design, simd = Design(), choices.pick([1, 3, 6])
    values = choices.array(weight, (4, 6))
    if bit_width(weight) + bit_width(element) > 60:
        values >>= 8
    x = design.source(ChannelType((3, 6), element, simd))
    output = ChannelType((3, 4), signed(64), choices.pick([1, 2, 4]))
    op = MatvecOp(x, output, design.data(values, weight), signed(64))
    return design.finish(design.add(op).output)


@pytest.mark.parametrize(
    "pairs",
    [pytest.param(FEW_PAIRS, id="few"), pytest.param(PAIRS, id="all", marks=pytest.mark.slow)],
)
def test_products(pairs: list[tuple[QuantType, QuantType]], tmp_path: Path) -> None:
    """In DSPs, even and odd numbers of rows in parallel; products of 9 bits are too wide to share
    a DSP."""
    choices = Choices.seeded(11)
    modules = [matrix_of(*pair, choices) for pair in pairs]
    modules += [products(choices, bits, rows) for bits, rows in ((3, 4), (8, 3), (9, 4))]
    assert_same(modules, choices, tmp_path)


def network(seed: int) -> ModuleOp:
    """A random trained network as a design with a random folding."""
    rng = np.random.default_rng(seed)
    module = trained_network(rng, 3)
    Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
    design = design_of(module)
    weighted = [p for p in design.processes if isinstance(p, WeightedProcess)]
    for number, process in enumerate(weighted):
        process.properties["layer"] = StringAttr(f"layer {number}")
    layers = foldable_layers(design)
    folds: dict[str, LayerFolding] = {
        name: random_fold(found[0], rng) for name, found in layers.items()
    }
    tile_design(design, folds=folds)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("first", range(100, 300, 10))
def test_many_networks(first: int, bounded: bool, tmp_path: Path) -> None:
    modules = [network(seed) for seed in range(first, first + 10)]
    assert_same(modules, Choices.seeded(first), tmp_path, bounded)
