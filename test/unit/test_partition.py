"""Designs cut for several devices: the cuts are optimal, and the results equal."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from qnn.hardware.resources.device import Device
from qnn.hardware.search.cuts import Cuts, Mask, crossing_edges
from qnn.hardware.search.explore import Choices
from qnn.hardware.search.partition import FILL_LEVELS, Partitioner, Unpartitionable
from qnn.hardware.search.space import space_of
from qnn.hardware.search.tiling import Tiler
from qnn.hardware.timing.fifo_depths import depths_for
from qnn.hardware.timing.simulate import simulate
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import samples
from qnn.passes.partition import DeviceChain, cut_design, partition_design
from qnn.qdialect.interpreter import entry_input_types, entry_of, run
from qnn.qdialect.stream import ChannelType, DesignOp, LinkAttr
from qnn.qdialect.stream.linked_designs import linked_designs_of
from qnn.qdialect.text import verify
from qnn.qdialect.types import unsigned
from support.design import design_of
from support.networks import trained_network
from support.program import read_module
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

CLOCK = 100.0


def lowered(seed: int, depth: int) -> ModuleOp | None:
    module = trained_network(np.random.default_rng(seed), depth)
    try:
        Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
    except PassFailedException:
        return None
    return module


def device(name: str, lut: int, bram18: int = 200) -> Device:
    counts = {"lut": lut, "ff": 8 * lut, "bram18": bram18, "dsp": 50}
    return Device(name, name, "xilinx", name, CLOCK, counts)


def partitioner(
    design: DesignOp, devices: Sequence[Device], link: LinkAttr, max_cuts: int = 2000
) -> Partitioner:
    choices = {"xilinx": Choices(space_of(design, "xilinx"), {})}
    return Partitioner(design, devices, link, CLOCK, choices, max_cuts)


def small(seed: int, depth: int, max_groups: int = 9) -> DesignOp:
    """A random design of few layers."""
    module = lowered(seed, depth)
    assume(module is not None)
    assert module is not None
    design = design_of(module)
    assume(3 < len(Cuts.of(design, LinkAttr(8, CLOCK), CLOCK).layers.groups) <= max_groups)
    return design


def all_parts(cuts: Cuts, count: int) -> Iterator[list[Mask]]:
    """All cuts with a part on each device, as the groups before each cut."""
    layers = cuts.layers
    works = cuts.can_follow
    rows = {row.tobytes(): number for number, row in enumerate(cuts.before)}
    for stages in product(range(count), repeat=len(layers.groups)):
        if any(stages[e.tail] > stages[e.head] for e in layers.edges):
            continue
        before = [np.array(stages) < number for number in range(count + 1)]
        numbers = [rows.get(row.tobytes()) for row in before]
        if all(a is not None and b is not None and works[a, b] for a, b in pairwise(numbers)):
            yield before


def best_bits(search: Partitioner, count: int, cycles: int, level: int) -> int | None:
    """The least link traffic of any cut whose parts fit, by exhaustive search; None without one."""
    (costs,), cuts = search.costs.values(), search.cuts
    least = None
    for before in all_parts(cuts, count):
        crossing = [crossing_edges(cuts.layers.edges, row) for row in before[1:-1]]
        sent = [[edge.channel for edge in edges] for edges in crossing]
        if any(search.link.cycles(channels, CLOCK) > cycles for channels in sent):
            continue
        budgets = [device.budget(CLOCK) * level / FILL_LEVELS for device in search.devices]
        fits = (
            costs.can_tile(there & ~here, budget, cycles, costs.relay_use(here, there))
            for (here, there), budget in zip(pairwise(before), budgets, strict=False)
        )
        bits = sum(e.channel.words * e.channel.word_bits for edges in crossing for e in edges)
        if (least is None or bits < least) and all(fits):
            least = bits
    return least


@st.composite
def searches(draw: st.DrawFn, max_cuts: int = 2000) -> Partitioner:
    design = small(draw(st.integers(0, 10_000)), draw(st.integers(1, 3)))
    link = LinkAttr(draw(st.sampled_from([1, 4, 32])), draw(st.sampled_from([20.0, CLOCK, 300.0])))
    tiler = Tiler(space_of(design, "xilinx"))
    whole = tiler.cheapest(int(tiler.candidate_cycles()[-1])).use[0]
    part = draw(st.sampled_from([0.9, 1.2, 2.0, 4.0]))
    sizes = [draw(st.sampled_from([1.0, 0.7])) for _ in range(draw(st.integers(2, 3)))]
    devices = [device(f"d{size}", int(size * part * whole)) for size in sizes]
    return partitioner(design, devices, link, max_cuts)


@settings(max_examples=10, deadline=None)
@given(searches())
def test_cuts_are_optimal(search: Partitioner) -> None:
    assert search.cuts.complete
    count, speeds = len(search.devices), search.candidate_cycles
    try:
        plan = search.plan()
    except Unpartitionable:
        assert best_bits(search, count, speeds[-1], FILL_LEVELS) is None
        return
    assert plan.min_cycles == plan.cycles
    slower = [cycles for cycles in speeds if cycles < plan.cycles]
    if slower:
        assert best_bits(search, count, slower[-1], FILL_LEVELS) is None
    levels = (best_bits(search, count, plan.cycles, level) for level in range(1, FILL_LEVELS + 1))
    assert (
        sum(plan.link_bits)
        == plan.min_link_bits
        == next(bits for bits in levels if bits is not None)
    )


@settings(max_examples=10, deadline=None)
@given(searches())
def test_fewest_uses_the_fewest_devices(search: Partitioner) -> None:
    cycles, counts = search.candidate_cycles[-1], range(1, len(search.devices) + 1)
    least = {count: best_bits(search, count, cycles, FILL_LEVELS) for count in counts}
    possible = [count for count, bits in least.items() if bits is not None]
    if possible:
        plan = search.plan(cycles, fewest=True)
        assert len(plan.parts) == possible[0]
        assert sum(plan.link_bits) == least[possible[0]]
    else:
        with pytest.raises(Unpartitionable):
            search.plan(cycles, fewest=True)


@pytest.mark.parametrize(
    ("frame", "lanes", "mhz", "cycles"), [(6, 2, 30.0, 20), (6, 2, 60.0, 10), (6, 3, 9e4, 2)]
)
def test_words_take_whole_beats_of_a_link(frame: int, lanes: int, mhz: float, cycles: int) -> None:
    """Links of 4 and 5 bits at a clock of 100 MHz; at most one word per cycle."""
    channel = ChannelType((frame,), unsigned(4), lanes)
    assert LinkAttr(4, mhz).cycles([channel], CLOCK) == cycles
    assert LinkAttr(5, 30.0).cycles([ChannelType((7,), unsigned(4))], CLOCK) == 24


def test_fewer_devices_are_faster_over_a_slow_link() -> None:
    module = lowered(403, 2)
    assert module is not None
    devices = [device("large", 10_000_000, 100_000)] * 2
    alone, both = (
        partitioner(design_of(module), devices[:count], LinkAttr(1, 1.0)) for count in (1, 2)
    )
    fewest = both.plan(fewest=True)
    assert len(fewest.parts) == 1 and fewest.cycles == alone.plan().cycles < both.plan().cycles


@settings(max_examples=10, deadline=None)
@given(searches(max_cuts=2))
def test_bounds_hold_if_not_all_cuts_are_enumerated(search: Partitioner) -> None:
    try:
        plan = search.plan()
    except Unpartitionable:
        return
    exact = partitioner(search.design, search.devices, search.link)
    assert plan.min_cycles <= exact.plan().cycles <= plan.cycles
    bits = best_bits(exact, len(search.devices), plan.cycles, FILL_LEVELS)
    assert bits is not None and plan.min_link_bits <= bits <= sum(plan.link_bits)
    assert plan.min_link_bits == (len(search.devices) - 1) * exact.cuts.bits[1:-1].min()


def split(module: ModuleOp, seed: int) -> list[DesignOp] | None:
    """The parts of a random design, on devices that are barely large enough."""
    rng, design = np.random.default_rng(seed), design_of(module)
    tiler = Tiler(space_of(design, "xilinx"))
    use = tiler.cheapest(int(tiler.candidate_cycles()[-1])).use
    sizes = [1000 + int(use[0] * rng.uniform(1, 2)) for _ in range(rng.integers(2, 4))]
    devices = [device(f"d{size}", size) for size in sizes]
    link = LinkAttr(int(rng.choice([1, 8, 64])), float(rng.choice([50, 156.25])), 300.0)
    try:
        return partition_design(design, DeviceChain(devices, link))
    except PassFailedException:
        return None


@pytest.mark.parametrize("seeds", [range(6), pytest.param(range(20), marks=pytest.mark.slow)])
def test_parts_compute_the_same_results(seeds: range) -> None:
    """On random devices and links; FIFO depths keep the full rate."""
    done = 0
    for seed in seeds:
        module = lowered(seed, 4)
        if module is None:
            continue
        frames = samples(entry_input_types(entry_of(module)), np.random.default_rng(seed))
        expected = run(module, frames)
        parts = split(module, seed)
        if parts is None:
            continue
        verify(module)
        for result, wanted in zip(run(module, frames), expected, strict=True):
            np.testing.assert_array_equal(result, wanted)
        (whole,) = linked_designs_of(module)
        assert whole.parts == parts
        depths = depths_for(whole.design)
        ends = simulate(whole.design, 6, depths).finished(whole.design)
        slowest = max(process.interval for process in whole.design.processes)
        assert int(np.diff(ends)[-1]) == slowest
        assert slowest == max(p.interval for part in parts for p in part.processes)
        done += 1
    assert done >= len(seeds) // 3


def wide(branches: int) -> ModuleOp:
    """A design of parallel layers, with more cuts than are enumerated."""
    x, y = "!stream.channel<4x8xui2>", "!stream.channel<4x4xsi6>"
    whole, many = f"!stream.channel<4x{4 * branches}xsi6>", range(branches)
    layers = [
        f"%y{n} = stream.matvec %x{n} weights(@w) accumulator = si6 : ({x}) -> {y}" for n in many
    ]
    copies, parts = (", ".join(f"%{name}{n}" for n in many) for name in "xy")
    lines = [
        f'%x = stream.source "x" : {x}',
        f"{copies} = stream.fork %x : ({x}) -> ({', '.join([x] * branches)})",
        *layers,
        f"%z = stream.concat {parts} : ({', '.join([y] * branches)}) -> {whole}",
        f'stream.sink "z" %z : {whole}',
    ]
    body = "\n".join(lines)
    weights = 'qnn.data @w "0xa53c96f0" : tensor<4x8x!qnn.bipolar>'
    return read_module(f"stream.design @main {{\n{body}\n}}\n{weights}")


@pytest.mark.parametrize(("vendor", "known"), [("xilinx", True), ("intel", False)])
def test_a_bound_is_logged_if_it_is_known(
    vendor: str, known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Devices of two vendors have no common budget, so no bound is known."""
    counts = {"lut" if vendor == "xilinx" else "alm": 50_000, "ff": 200_000}
    counts["bram18" if vendor == "xilinx" else "m20k"] = 200
    second = Device("second", "second", vendor, "second", CLOCK, counts)
    chain = DeviceChain([device("first", 50_000), second], LinkAttr(4, 50.0))
    with caplog.at_level("INFO"):
        partition_design(design_of(wide(11)), chain)
    assert ("no cut takes fewer than" in caplog.messages[0]) == known


@pytest.mark.parametrize("seeds", [range(6), pytest.param(range(20), marks=pytest.mark.slow)])
def test_parts_cost_what_the_search_assumed(seeds: range) -> None:
    """The search and `tile` see the same tables, those of link ends and relays included."""
    passing = 0
    for seed in seeds:
        module = lowered(seed, 4)
        if module is None:
            continue
        design = design_of(module)
        link = LinkAttr(8, 50.0)
        search = partitioner(design, [device("large", 10_000_000, 100_000)] * 3, link)
        try:
            plan = search.plan()
        except Unpartitionable:
            continue
        (costs,), before = search.costs.values(), search.cuts.before
        rng = np.random.default_rng(seed)
        follows = search.cuts.can_follow
        pairs = np.argwhere(follows[0][:, None] & follows & follows[:, -1])
        if not len(pairs):
            continue
        edges = search.cuts.layers.edges
        skipped = [
            pair
            for pair in pairs
            if set(crossing_edges(edges, before[pair[0]]))
            & set(crossing_edges(edges, before[pair[1]]))
        ]
        first, second = rng.choice(skipped or pairs)
        masks = [before[0], before[first], before[second], before[-1]]
        groups = search.cuts.layers.groups
        own = [[p for n in np.flatnonzero(b & ~a) for p in groups[n]] for a, b in pairwise(masks)]
        budget = search.devices[0].budget(CLOCK)
        expected: list[float] = []
        for here, there in pairwise(masks):
            space, _ = costs.subspace(there & ~here)
            passed = costs.relay_use(here, there)
            passing += not isinstance(passed, float)
            tiling = Tiler(space, budget).cheapest(search.candidate_cycles[-1])
            expected.append(float(((tiling.use + passed) / np.maximum(budget, 1e-9)).sum()))
        parts = cut_design(design, own, DeviceChain(search.devices, link, clock_mhz=CLOCK))
        for part, cost in zip(parts, expected, strict=True):
            found = Tiler(space_of(part, "xilinx"), budget).cheapest(
                max(plan.cycles, search.candidate_cycles[-1])
            )
            assert found.cost == pytest.approx(cost)
    assert passing >= len(seeds) // 6
