"""The native engine: bit-equal to the interpreter, whatever computes."""

import ctypes
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from mmap import PAGESIZE, mmap
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.build_cache import is_intact
from qnn.backends.native import NativeNetwork, Options, library, load
from qnn.backends.native.activations import Thresholds
from qnn.backends.native.constants import Constants
from qnn.backends.native.library import CONSTANTS_FILE, LIBRARY_FILE
from qnn.backends.native.lines import fit_float_lines, line_exceptions
from qnn.backends.native.plan import plan_stage
from qnn.backends.native.processor import (
    INSTRUCTION_SETS,
    best_instruction_set,
    instruction_set_named,
    processor_features,
)
from qnn.backends.native.stages import split_into_stages
from qnn.backends.native.tensors import Lifetime, NativeTensor, allocate_arena
from qnn.passes import Pipeline
from qnn.passes.scale_thresholds.threshold_lines import ThresholdRows
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from qnn.qdialect.qnn.elementwise import AddOp, MulOp
from qnn.qdialect.qnn.layout import (
    ConcatOp,
    PadOp,
    ReshapeOp,
    ResizeOp,
    SliceOp,
    SplitOp,
    TransposeOp,
)
from qnn.qdialect.qnn.linear import Conv2dOp, LinearOp
from qnn.qdialect.qnn.pooling import MaxPoolOp
from qnn.qdialect.qnn.quantization import DequantizeOp
from qnn.qdialect.qnn.steps import LookupOp, ThresholdOp
from qnn.qdialect.types import (
    BipolarType,
    QuantType,
    TernaryType,
    shape_of,
    signed,
    smallest_type,
    unsigned,
    value_range,
)
from support.generate import Choices, random_inputs, random_module
from support.networks import trained_network
from support.program import Program, print_module
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import InterpretationError, PassFailedException

HERE = [level for level in INSTRUCTION_SETS if level.required_features <= processor_features()]
"""The instruction sets that this processor supports."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("native")


def options(folder: Path, level: str | None = None, shared_from: int = 0) -> Options:
    """Two threads, which share any image that is alone."""
    return Options(
        folder, instruction_set_named(level) if level else best_instruction_set(), 2, shared_from
    )


def assert_equal(actual: Sequence[Array], expected: Sequence[Array]) -> None:
    for a, b in zip(actual, expected, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def assert_same(module: ModuleOp, inputs: Sequence[Array], options: Options) -> NativeNetwork:
    """The results are the interpreter's, for all images at once and for one that is shared."""
    network = load(module, options)
    assert network.native
    assert_equal(network.run(inputs), run(module, inputs))
    one = [array[:1] for array in inputs]
    assert_equal(network.run(one), run(module, one))
    return network


def check_random(seed: int, folder: Path, level: str) -> None:
    module = random_module(Choices.seeded(seed), level=2, length=12, batched=True)
    inputs = random_inputs(Choices.seeded(seed + 1), module, batch=3)
    try:
        run(module, inputs)
    except InterpretationError:  # an index that leaves its table
        return
    assert_same(module, inputs, options(folder, level))


def check_trained(seed: int, folder: Path, level: str) -> None:
    module = trained_network(np.random.default_rng(seed))
    try:
        Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    except PassFailedException:
        return
    inputs = random_inputs(Choices.seeded(seed), module, batch=3)
    assert_same(module, inputs, options(folder, level))


@pytest.mark.parametrize("level", HERE, ids=lambda level: level.name)
def test_random_networks(level: library.InstructionSet, folder: Path) -> None:
    check_random(1000, folder, level.name)
    check_trained(1000, folder, level.name)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_more_random_networks(seed: int, folder: Path) -> None:
    check_random(seed, folder, HERE[seed % len(HERE)].name)
    check_trained(seed, folder, HERE[seed % len(HERE)].name)


# Layers of each kind

RNG = np.random.default_rng(5)


def numbers(type: QuantType, shape: tuple[int, ...]) -> Array:
    if isinstance(type, BipolarType):
        return RNG.choice(np.array([-1, 1], np.int8), shape)
    low, high = value_range(type)
    if type == signed(9):  # as where a zero point was taken off bytes
        low, high = -20, 230
    return RNG.integers(low, high, shape, endpoint=True)


def affine(channels: int, count: int, reach: int, ties: bool) -> Array:
    """The thresholds of a quantizer behind a scale; rounding halves to even keeps off a line."""
    x = np.arange(-reach, reach + 2)
    scale = (
        RNG.choice([0.5, 0.25], (channels, 1)) if ties else RNG.uniform(0.02, 0.5, (channels, 1))
    )
    levels = np.clip(np.rint(x * scale + (0 if ties else RNG.uniform(-3, 3))), 0, count)
    return np.stack([np.searchsorted(row, np.arange(1, count + 1)) - reach for row in levels])


def conv(
    program: Program,
    x: SSAValue,
    outputs: int,
    weights: QuantType,
    thresholds: str,
    result: QuantType,
    groups: int = 1,
    pads: tuple[int, int, int, int] = (1, 1, 1, 1),
    pad_value: int = 0,
) -> SSAValue:
    """A convolution and thresholds: `few`, `line`, `odd` with one off it, `ties`, or `any`; most
    channels may descend."""
    shape = (outputs, 3, 3, shape_of(x)[3] // groups)
    w = program.constant(numbers(weights, shape), weights, "w")
    low, high = -(1 << 20), 1 << 20
    sums = program.add(
        Conv2dOp(x, w, smallest_type(low, high), pads=pads, groups=groups, pad_value=pad_value)
    ).output
    least, most = value_range(result)
    count = 1 if isinstance(result, BipolarType) else most - least
    rows = {
        "few": lambda: np.sort(RNG.integers(-40, 40, (outputs, count)), 1),
        "line": lambda: affine(outputs, count, 4000, False),
        "odd": lambda: (
            affine(outputs, count, 4000, False)
            + (np.arange(count) == RNG.integers(90, 110, (outputs, 1)))
        ),
        "ties": lambda: affine(outputs, count, 4000, True),
        "any": lambda: np.sort(RNG.integers(-4000, 4000, (outputs, count)), 1),
    }[thresholds]()
    t = program.constant(rows, signed(21), "t")
    falls = RNG.integers(0, 2, outputs) * (thresholds != "ties")
    descending = program.constant(falls, unsigned(1), "d")
    offset = 0 if isinstance(result, BipolarType) else least
    return program.add(ThresholdOp(sums, t, result, offset, descending)).output


def convolved(program: Program, x: SSAValue, outputs: int, weights: QuantType) -> SSAValue:
    """A convolution alone."""
    w = program.constant(numbers(weights, (outputs, 3, 3, shape_of(x)[3])), weights, "w")
    return program.add(Conv2dOp(x, w, signed(21), pads=(1, 1, 1, 1))).output


def layers(kinds: str) -> ModuleOp:
    """Networks that have a kind of layer among others."""
    program = Program()
    byte, sign, third = unsigned(8), BipolarType(), TernaryType()
    x = program.input(byte, (1, 7, 6, 3))
    if kinds == "bits":
        y = conv(program, x, 70, sign, "few", sign)
        y = conv(program, y, 64, sign, "few", sign, pad_value=-1)
        y = program.add(MaxPoolOp(y, (2, 2), (2, 2))).output
        y = conv(program, y, 33, third, "few", third, pads=(0, 1, 0, 1), pad_value=-1)
        y = conv(program, y, 130, sign, "few", third)
        y = program.add(MaxPoolOp(y, (2, 2), (1, 1), (1, 0, 0, 1))).output
        y = conv(program, y, 20, third, "few", unsigned(2))
    elif kinds == "bytes":
        y = conv(program, x, 20, signed(9), "line", byte)
        y = conv(program, y, 20, signed(8), "few", signed(3), groups=20)
        y = conv(program, y, 50, signed(4), "line", unsigned(4))
        y = conv(program, y, 9, signed(2), "any", unsigned(4))
    elif kinds == "widths":
        shapes = [(signed(bits), 64) for bits in range(2, 9)] + [(signed(4), 32), (unsigned(5), 32)]
        return program.finish(*(convolved(program, x, outputs, type) for type, outputs in shapes))
    elif kinds == "dense widths":
        flat = program.add(ReshapeOp(x, (1, 126))).output
        types = [signed(bits) for bits in range(2, 9)]
        weights = [program.constant(numbers(type, (64, 126)), type, "w") for type in types]
        return program.finish(*(program.add(LinearOp(flat, w, signed(23))).output for w in weights))
    elif kinds == "near":
        y = conv(program, x, 18, signed(3), "ties", byte)
        y = conv(program, y, 18, signed(3), "odd", byte, groups=18)
        y = conv(program, y, 6, signed(3), "any", byte, groups=2)
    elif kinds == "signs":
        y = conv(program, x, 9, signed(4), "few", sign, groups=3)
        y = conv(program, y, 70, sign, "few", byte, pad_value=-1)
        y = conv(program, y, 70, signed(3), "few", sign, groups=70)
        y = conv(program, y, 5, sign, "few", third, pad_value=-1)
        y = conv(program, y, 5, third, "few", unsigned(2))
    else:
        a = conv(program, x, 5, signed(3), "line", byte)
        b = conv(program, x, 5, signed(3), "line", byte)
        factors = [program.constant(n, unsigned(7), "m") for n in (107, 53)]
        sums = [
            program.add(MulOp(v, m, unsigned(15))).output
            for v, m in zip((a, b), factors, strict=True)
        ]
        total = program.add(AddOp(*sums, unsigned(16))).output
        rows = program.constant(np.arange(1, 256)[None] * 160 - 70, unsigned(16), "t")
        y = program.add(ThresholdOp(total, rows, byte)).output
    return program.finish(y)


KINDS = {
    "bits": ("Bits", "Signs", "TernarySigns", "max_pool_bits", "true, true", "false, true"),
    "widths": ("Bytes", ", 4, ", "Bytes<2, "),
    "dense widths": tuple(f"Bytes<4, 1, false, {bits}, " for bits in (2, 4, 6, 8)),
    "bytes": ("Bytes", "Depthwise", "Line<", "Comparisons", ", true, "),
    "near": ("General", "Line<true, true>", "Bisection"),
    "signs": ("General<std::uint8_t, std::int32_t, 64>", "Depthwise<4", "Signs", "TernarySigns"),
    "mix": ("WeightedAdd<",),
}
"""Fragments that the generated code of each network must contain."""


@pytest.mark.parametrize("level", HERE, ids=lambda level: level.name)
@pytest.mark.parametrize("kinds", KINDS)
def test_layers(kinds: str, level: library.InstructionSet, folder: Path) -> None:
    module = layers(kinds)
    inputs = [RNG.integers(0, 255, (3, 7, 6, 3), np.uint8, endpoint=True)]
    stages = split_into_stages(module)
    (stage,) = stages.stages
    steps = plan_stage(stage, stages.known, level).steps
    code = "\n".join(line for step in steps for line in step.lines)
    for name in KINDS[kinds]:
        assert name in code, name
    assert_same(module, inputs, options(folder, level.name))


@pytest.mark.parametrize("level", HERE, ids=lambda level: level.name)
def test_thresholds_on_every_number(level: library.InstructionSet, folder: Path) -> None:
    """Lines, lines with exceptions, and any thresholds."""
    program = Program()
    x = program.input(signed(13), (1, 20))
    rows = [affine(20, 255, 4000, False), affine(20, 255, 4000, True), np.arange(255) * 16 - 2000]
    rows[2] = rows[2] + (np.arange(255) == RNG.integers(9, 99, (20, 1)))
    rows += [np.sort(RNG.integers(-4000, 4000, (20, count)), 1) for count in (3, 15, 255)]
    rows.append(np.arange(255)[None] * 31 - 4000 + np.arange(20)[:, None] % 3)
    falls = program.constant(np.arange(20) % 2, unsigned(1), "d")
    constants = [program.constant(row, signed(14), "t") for row in rows]
    ends = [program.add(ThresholdOp(x, t, unsigned(8))).output for t in constants]
    ends += [program.add(ThresholdOp(x, t, unsigned(8), 0, falls)).output for t in constants]
    module = program.finish(*ends)
    numbers = np.broadcast_to(np.arange(-4096, 4096, dtype=np.int16)[:, None], (8192, 20))
    assert_same(module, [numbers], options(folder, level.name))


@pytest.mark.parametrize("level", HERE, ids=lambda level: level.name)
def test_products_that_saturate_16_bits(level: library.InstructionSet, folder: Path) -> None:
    """The sums are exact where two products exceed 16 bits, in few channels or in all."""
    program, results, rows = Program(), list[SSAValue](), list[Array]()
    x = program.input(unsigned(8), (1, 2, 3, 20))
    pixel = program.add(SliceOp(x, (0, 1, 1, 0), (1, 2, 2, 20), (1, 1, 1, 1))).output
    flat = program.add(ReshapeOp(pixel, (1, 20))).output
    for large in (1, 20, 160):
        weights = RNG.integers(-60, 60, (160, 20), endpoint=True)
        weights[:large] = RNG.choice([-128, -127, 127], (large, 20))
        w = program.constant(weights[:, None, None], signed(8), "w")
        dense = program.constant(weights, signed(8), "w")
        results.append(program.add(Conv2dOp(x, w, signed(21))).output)
        results.append(program.add(LinearOp(flat, dense, signed(21))).output)
        positive = np.where(weights[:large] > 0, 255, 0)
        rows += [positive, 255 - positive]
    rows += [np.full((1, 20), 255), np.zeros((1, 20))]
    images = np.concatenate(rows).astype(np.uint8)[:, None, None]
    images = np.repeat(images, 6, 1).reshape(-1, 2, 3, 20)
    assert_same(program.finish(*results), [images], options(folder, level.name))


def test_a_single_channel(folder: Path) -> None:
    """It is no window for each of several channels."""
    program = Program()
    x = program.input(unsigned(8), (1, 5, 6, 1))
    module = program.finish(convolved(program, x, 1, signed(8)))
    assert_same(module, [numbers(unsigned(8), (3, 5, 6, 1))], options(folder))


def test_wide_sums(folder: Path) -> None:
    """Sums of more than 32 bits, and numbers of more than 63, which are left to numpy."""
    program = Program()
    x = program.input(signed(30), (1, 5))
    w = program.constant(numbers(signed(20), (4, 5)), signed(20), "w")
    y = program.add(LinearOp(x, w, signed(56))).output
    t = program.constant(np.sort(numbers(signed(52), (4, 9)), 1), signed(56), "t")
    levels = program.add(ThresholdOp(y, t, unsigned(4))).output
    wider = program.add(AddOp(y, y, signed(64))).output
    module = program.finish(levels, wider)
    assert_same(module, [numbers(signed(30), (6, 5))], options(folder))


def test_an_index_that_may_leave_its_table(folder: Path) -> None:
    """It is looked up by numpy, which says so."""
    program = Program()
    x = program.input(unsigned(3), (1, 4))
    table = program.constant(np.arange(5), unsigned(4), "t")
    module = program.finish(program.add(LookupOp(x, table)).output)
    network = assert_same(module, [np.array([[0, 1, 2, 4]], np.uint8)], options(folder))
    with pytest.raises(InterpretationError, match="index 0 to 7 is outside the table"):
        network.run([np.array([[0, 1, 2, 7]], np.uint8)])


def test_a_library_depends_on_every_source_of_the_engine() -> None:
    stages = split_into_stages(layers("mix"))
    content = {*library.fingerprint_content(stages.stages[0], stages.known, HERE[0])}
    assert {path.read_bytes() for path in library.NATIVE_FOLDER.rglob("*.py")} <= content


def test_a_result_without_axes(folder: Path) -> None:
    program = Program()
    x = program.input(signed(4), (1, 1))
    module = program.finish(program.add(ReshapeOp(x, ())).output)
    images = np.arange(5, dtype=np.int8)[:, None]
    assert_same(module, [images], options(folder))
    assert run(module, [images])[0].tolist() == [*range(5)]


def test_elements_that_move(folder: Path) -> None:
    program = Program()
    x = program.input(signed(4), (1, 3, 4, 6))
    padded = program.add(PadOp(x, [0, 1, 0, 2], [0, 0, 1, 0], 3)).output
    large = program.add(ResizeOp(padded, [1, 2, 1, 3])).output
    parts = program.add(SplitOp(large, [5, 19], 3)).outputs
    turned = program.add(TransposeOp(parts[1], [0, 3, 1, 2])).output
    cut = program.add(SliceOp(turned, [0, 2, 0, 1], [1, 19, 8, 5], [1, 3, 2, 1])).output
    joined = program.add(ConcatOp([cut, cut], 1)).output
    module = program.finish(joined, parts[0])
    assert_same(module, [numbers(signed(4), (5, 3, 4, 6))], options(folder))


# Lines


def assert_right(stairs: ThresholdRows, x: Array, middle: int = 128) -> int:
    """Lines and their exceptions have the level of each number; how many are exceptions."""
    lines = fit_float_lines(stairs, middle)
    but = line_exceptions(lines, stairs)
    assert but is not None
    level = lines.levels_at(x)
    for row, numbers, (where, levels) in zip(level, x, but, strict=True):
        at = np.searchsorted(where, numbers).clip(0, max(len(where) - 1, 0))
        if len(where):
            found = where[at] == numbers
            row[found] = levels[at][found]
    np.testing.assert_array_equal(level, stairs.levels_of(x))
    return sum(len(where) for where, _ in but)


@pytest.mark.parametrize("ties", [False, True])
def test_quantizers_are_lines(ties: bool) -> None:
    """Halves that are rounded to even are no exceptions, from an even level on."""
    low, high = np.full(40, -1000), np.full(40, 1000)
    x = np.broadcast_to(np.arange(-1000, 1001), (40, 2001))
    stairs = ThresholdRows(affine(40, 255, 4000, ties), low, high)
    assert assert_right(stairs, x) == 0
    if ties:
        assert assert_right(stairs, x, 127) > 1000


def test_sums_that_reach_some_levels_only() -> None:
    """Below the lowest and above the highest of them a line would go on."""
    rows = np.stack([np.arange(255) * 16 - 2040, np.arange(255) * 9000 - 9000 * 18])
    low, high = np.array([-1000, -8990]), np.array([500, 2000])
    x = np.linspace(low, high, 20_000, axis=1).astype(np.int64)
    assert assert_right(ThresholdRows(rows, low, high), x) == 0


def test_sums_of_which_some_never_are() -> None:
    """Thresholds may be anywhere between two sums."""
    values = np.arange(-4000, 4001, 20)
    rows = np.sort(np.arange(1, 100) * 40 - 1999 + RNG.integers(0, 20, 99))[None]
    low, high = np.array([-4000]), np.array([4000])
    assert assert_right(ThresholdRows(rows, low, high, values), values[None]) == 0
    every = ThresholdRows(rows, low, high)
    assert fit_float_lines(every, 128).wrong_edges(every).any()


def test_exceptions_are_all_there_are() -> None:
    rng, found = np.random.default_rng(0), 0
    x = np.broadcast_to(np.arange(-50, 51), (6, 101))
    for attempt in range(20):
        rows = np.sort(rng.integers(-60, 60, (6, rng.integers(1, 20))), 1)
        if attempt % 2:
            rows[:] = np.arange(rows.shape[1]) * 5 + rng.integers(-1, 2, rows.shape)
            rows.sort()
        stairs = ThresholdRows(np.clip(rows, -50, 51), np.full(6, -50), np.full(6, 50))
        if line_exceptions(fit_float_lines(stairs, 128), stairs) is not None:
            found += assert_right(stairs, x) > 0
    assert found > 5


def test_descending_channels_are_turned_over() -> None:
    rows, flags = np.array([[-3, 4], [-3, 4]]), np.array([0, 1])
    t = Thresholds.of(rows, flags, 0, (np.array([-9, -9]), np.array([8, 8])))
    x = np.arange(-9, 9)
    assert t.flips is not None and t.flips.tolist() == [0, -1]
    falling = np.searchsorted(t.rows[1], -x, "right")
    np.testing.assert_array_equal(falling, 2 - np.searchsorted(rows[1], x, "right"))
    assert (t.low[1], t.high[1]) == (-8, 9)


# Memory


@pytest.mark.parametrize("seed", range(10))
def test_tensors_with_overlapping_lifetimes_do_not_overlap_in_memory(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lives = list[Lifetime]()
    for number in range(30):
        first = int(rng.integers(0, 20))
        tensor = NativeTensor(unsigned(8), (int(rng.integers(1, 900)),), number)
        lives.append(Lifetime(tensor, first, first + int(rng.integers(0, 6))))
    offsets, size = allocate_arena(lives)
    for a in lives:
        start, end = offsets[a.tensor], offsets[a.tensor] + a.tensor.size
        assert start % 64 == 0 and end <= size
        for b in lives:
            if a is not b and a.first <= b.last and b.first <= a.last:
                other = offsets[b.tensor]
                assert end <= other or other + b.tensor.size <= start


def guarded(size: int) -> Array:
    """Memory behind which nothing may be read."""
    pages = -(-size // PAGESIZE)
    memory = np.frombuffer(mmap(-1, (pages + 1) * PAGESIZE), np.uint8)
    end = ctypes.c_void_p(memory.ctypes.data + pages * PAGESIZE)
    assert ctypes.CDLL(None).mprotect(end, PAGESIZE, 0) == 0
    return memory[pages * PAGESIZE - size : pages * PAGESIZE]


def test_a_tile_that_is_not_full_reads_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two tensors that are added up; the last tile of 13 pixels has one."""
    program, shape = Program(), (1, 1, 13, 2048)
    a, b = program.input(unsigned(8), shape), program.input(unsigned(8), shape)
    total = program.add(AddOp(a, b, unsigned(9))).output
    t = program.constant(np.array([[255]]), unsigned(9), "t")
    signs = program.add(ThresholdOp(total, t, BipolarType())).output
    w = program.constant(numbers(BipolarType(), (3, 1, 1, 2048)), BipolarType(), "w")
    module = program.finish(program.add(Conv2dOp(signs, w, signed(14))).output)
    monkeypatch.setattr(library, "aligned_memory", guarded)
    inputs = [numbers(unsigned(8), (2, *shape[1:])) for _ in "ab"]
    alone = Options(folder, best_instruction_set(), 1)
    child = get_context("fork").Process(target=assert_same, args=(module, inputs, alone))
    child.start()
    child.join()
    assert child.exitcode == 0


def test_equal_constants_are_there_once() -> None:
    constants = Constants()
    a, b = constants.add(np.arange(5)), constants.add(np.arange(7))
    assert constants.add(np.arange(5)) == a != b
    assert b % 64 == 0 and constants.bytes[a : a + 40] == np.arange(5).tobytes()


# What is kept


def small() -> tuple[ModuleOp, list[Array]]:
    program = Program()
    x = program.input(signed(4), (1, 6))
    w = program.constant(np.arange(30).reshape(5, 6) % 16 - 8, signed(4), "w")
    y = program.add(LinearOp(x, w, signed(12))).output
    scale = program.constant(np.float32(0.1), f32)
    return program.finish(program.add(DequantizeOp(y, scale)).output), [numbers(signed(4), (9, 6))]


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the library of the small network."""
    cache = tmp_path_factory.mktemp("small")
    assert load(small()[0], options(cache)).native
    return cache


@pytest.fixture
def cache(compiled_once: Path, tmp_path: Path) -> Path:
    """A copy of that cache, which a test may damage."""
    return shutil.copytree(compiled_once, tmp_path / "cache")


def kept(folder: Path) -> Path:
    (made,) = (path for path in folder.iterdir() if not path.name.startswith("."))
    return made


@pytest.mark.parametrize("file", [LIBRARY_FILE, CONSTANTS_FILE])
def test_what_is_damaged_is_made_again(file: str, cache: Path) -> None:
    path = kept(cache) / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.unlink()
    path.write_bytes(data[:-1] if file == LIBRARY_FILE else data)
    assert not is_intact(kept(cache))
    assert_same(*small(), options(cache))
    assert is_intact(kept(cache))


def test_processes_repair_a_damaged_library(cache: Path) -> None:
    """Both find it damaged; neither deletes what the other has built."""
    (kept(cache) / LIBRARY_FILE).unlink()
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: assert_same(*small(), options(cache)), range(2)))
    assert is_intact(kept(cache))


def test_what_is_kept_is_not_compiled_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("it is compiled")

    monkeypatch.setattr(library, "compile_stage", fail)
    assert_same(*small(), options(cache))


def test_processes_share_what_is_kept(tmp_path: Path) -> None:
    """Two start at once; nothing half-written is left."""
    arguments = (*small(), options(tmp_path))
    started = [get_context("fork").Process(target=assert_same, args=arguments) for _ in range(2)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0]
    assert is_intact(kept(tmp_path))
    assert len(list(tmp_path.iterdir())) == 1


def test_without_a_compiler_the_interpreter_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    module, inputs = small()
    network = load(module, options(tmp_path))
    assert not network.native
    assert caplog.messages == [
        "no C++ compiler found: install g++ or clang++; the interpreter runs the network instead"
    ]
    assert_equal(network.run(inputs), run(module, inputs))


def test_a_folder_that_can_not_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    module, inputs = small()
    for folder, why in ((tmp_path / "file", "it is a file"), (tmp_path / "file/a", "Not a direct")):
        network = load(module, options(folder))
        (line,) = caplog.messages
        assert line.startswith(f"cannot write compiled libraries to {folder}: {why}")
        caplog.clear()
        assert_equal(network.run(inputs), run(module, inputs))


def test_a_file_where_a_library_should_be(cache: Path) -> None:
    made = kept(cache)
    shutil.rmtree(made)
    made.write_text("no library")
    assert_same(*small(), options(cache))
    assert is_intact(made)


# In Python


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 7), np.int8), "input 0 has shape 2x7, tensor<1x6xsi4> is expected"),
        (np.full((2, 6), 9), "input 0: value 9 does not fit in si4 (-8 to 7)"),
        (
            np.full((2, 6), np.nan),
            "input 0: si4 holds whole numbers only: give the integers, which are the real numbers "
            "divided by the scale of the input",
        ),
        (np.zeros((2, 6), complex), "input 0 holds complex128, tensor<1x6xsi4> is expected"),
        (np.zeros((0, 6), np.int8), "input 0 is empty"),
    ],
)
def test_wrong_inputs(array: Array, message: str, compiled_once: Path) -> None:
    module, _ = small()
    with pytest.raises(InterpretationError) as error:
        load(module, options(compiled_once)).predict(array)
    assert str(error.value) == message


def test_large_batches_are_cut(compiled_once: Path) -> None:
    module, inputs = small()
    network = load(module, options(compiled_once))
    network.__dict__["batch_size"] = 4
    assert_equal(network.run(inputs), run(module, inputs))


def test_a_network_from_a_file_is_made_integer(folder: Path, tmp_path: Path) -> None:
    module = trained_network(np.random.default_rng(1000))
    file = tmp_path / "net.mlir"
    file.write_text(print_module(module))
    network = load(file, options(folder))
    assert any(stage.native for stage in network.function.stages)
    inputs = random_inputs(Choices.seeded(1), module, batch=2)
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    assert_equal(network.run(inputs), run(module, inputs))


def test_torch(compiled_once: Path) -> None:
    torch = pytest.importorskip("torch")
    from qnn.backends.native.torch import NativeModule

    module, (x,) = small()
    scores = NativeModule(load(module, options(compiled_once)))(torch.from_numpy(x))
    np.testing.assert_array_equal(scores.numpy(), run(module, [x])[0])
