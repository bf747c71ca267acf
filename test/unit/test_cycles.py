"""The cycle model against a simulation that steps through every cycle, in plain Python."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn.hardware.timing import fifo_depths
from qnn.hardware.timing import simulate as simulate_module
from qnn.hardware.timing.fifo_depths import depths_for, depths_for_any_rate, initial_schedule
from qnn.hardware.timing.schedule import schedule_of
from qnn.hardware.timing.simulate import Deadlock, simulate, simulate_unbounded
from qnn.hardware.timing.timeline import ProcessTimeline
from qnn.passes import Pipeline
from qnn.passes.tile.layer_folding import foldable_layers
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.borders import PadOp
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.elements import AddOp
from qnn.qdialect.stream.flow import ForkOp, RepackOp
from qnn.qdialect.stream.process import Counts
from qnn.qdialect.stream.window import WindowOp
from qnn.qdialect.types import shape_of, signed, unsigned
from support.design import Design, design_of
from support.foldings import random_fold
from support.generate import Choices
from support.networks import trained_network
from support.twins import LAYERS, Twin
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

BYTE = unsigned(8)


def step_by_step(
    design: DesignOp, frames: int, depths: Mapping[SSAValue, int], limit: int = 200_000
) -> tuple[dict[SSAValue, list[int]], dict[SSAValue, list[int]]] | None:
    """The cycles in which words are written and read, by trying every process in every cycle.

    None if the design deadlocks. A word occupies room from the iteration that writes it, and can be
    read once it has left the pipeline.
    """
    loops = [ProcessTimeline.of(process, frames) for process in design.processes]
    sides = [
        (events(loop.process.operands, loop.reads), events(loop.process.results, loop.writes))
        for loop in loops
    ]
    written: dict[SSAValue, list[int]] = {v: [] for loop in loops for v in loop.process.results}
    read: dict[SSAValue, list[int]] = {v: [] for v in written}
    places = [0] * len(loops)
    ends = [loop.schedule.interval * frames for loop in loops]
    idle = 0
    for cycle in range(limit):
        moved = False
        for number, (loop, (reads, writes)) in enumerate(zip(loops, sides, strict=True)):
            place = places[number]
            if place == ends[number]:
                continue
            taken, given = reads.get(place, []), writes.get(place, [])
            if not all(has_word(v, cycle, written, read) for v in taken):
                continue
            if not all(has_room(v, cycle, written, read, depths.get(v, 0)) for v in given):
                continue
            for value in taken:
                read[value].append(cycle)
            for value in given:
                written[value].append(cycle + loop.schedule.latency)
            places[number] += 1
            moved = True
        if places == ends:
            return written, read
        idle = 0 if moved else idle + 1
        if idle > 50:
            return None
    raise AssertionError("the design does not finish within the limit")


Times = dict[SSAValue, list[int]]


def events(values: Sequence[SSAValue], lists: list[Counts]) -> dict[int, list[SSAValue]]:
    """The channels that a process reads, or writes, in each iteration."""
    found: dict[int, list[SSAValue]] = {}
    for value, places in zip(values, lists, strict=True):
        for place in places.tolist():
            found.setdefault(place, []).append(value)
    return found


def has_word(value: SSAValue, cycle: int, written: Times, read: Times) -> bool:
    word = len(read[value])
    return word < len(written[value]) and written[value][word] < cycle


def has_room(value: SSAValue, cycle: int, written: Times, read: Times, depth: int) -> bool:
    word = len(written[value]) - depth
    return not depth or word < 0 or (word < len(read[value]) and read[value][word] < cycle)


def small_design(choices: Choices) -> tuple[DesignOp, list[SSAValue]]:
    """A design with a window between a fork and an add, and its channels."""
    design = Design()
    depth = choices.pick([2, 4, 1])
    x = design.source(
        ChannelType((4, choices.integer(3, 5), depth), BYTE, choices.pick([1, depth]))
    )
    one, two = design.add(ForkOp(x)).copies
    padded = design.add(PadOp(one, [1, 1, 1, 1])).output
    lanes = [n for n in (1, depth) if depth % n == 0]
    window = design.add(WindowOp(padded, [3, 3], lanes=choices.pick(lanes)))
    weights = design.data(np.ones((depth, 9 * depth), int), unsigned(1))
    frame = window.outputs[0].frame[:2]
    out = ChannelType((*frame, depth), signed(15), choices.pick(lanes))
    summed = design.add(MatvecOp(window.patches, out, weights, signed(15))).output
    left = design.add(RepackOp(summed, depth)).output
    right = design.add(RepackOp(two, depth)).output
    total = design.add(AddOp(left, right, ChannelType((*frame, depth), signed(17), depth))).output
    module = design.finish(total)
    op = design_of(module)
    return op, [value for process in op.processes for value in process.results]


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_unbounded_channels(data: st.DataObject) -> None:
    design, channels = small_design(Choices.drawn(data.draw))
    run = simulate_unbounded(design, 2)
    found = step_by_step(design, 2, {})
    assert found is not None
    for value in channels:
        assert run.written[value].tolist() == found[0][value]
        assert run.read[value].tolist() == found[1][value]


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_bounded_channels(data: st.DataObject) -> None:
    """In passes over whole frames, and cycle by cycle."""
    choices = Choices.drawn(data.draw)
    design, channels = small_design(choices)
    depths = {value: choices.pick([1, 2, 3, 8, 20, 60]) for value in channels}
    found = step_by_step(design, 2, depths)
    if found is None:
        with pytest.raises(Deadlock, match="the design deadlocks: full channels: "):
            simulate(design, 2, depths)
        return
    for passes in (simulate_module.MAX_PASSES, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(simulate_module, "MAX_PASSES", passes)
            run = simulate(design, 2, depths)
        for value in channels:
            assert run.written[value].tolist() == found[0][value]
            assert run.read[value].tolist() == found[1][value]


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_peak_occupancies_cause_no_back_pressure(data: st.DataObject) -> None:
    """With depths equal to the peak occupancies, no time differs from unbounded channels."""
    design, channels = small_design(Choices.drawn(data.draw))
    free = simulate_unbounded(design, 3)
    depths = {value: max(1, free.occupancy(value)) for value in channels}
    bounded = simulate(design, 3, depths)
    for value in channels:
        np.testing.assert_array_equal(bounded.written[value], free.written[value])
    assert (bounded.finished(design) == free.finished(design)).all()


@pytest.mark.parametrize(
    ("seeds", "kinds"), [(range(8), 10), pytest.param(range(8, 48), 12, marks=pytest.mark.slow)]
)
def test_schedules_read_and_write_whole_frames(seeds: range, kinds: int) -> None:
    """Every process reads and writes each word once, in order, within its interval."""
    seen = set[str]()
    for seed in seeds:
        module = trained_network(np.random.default_rng(seed))
        try:
            Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
        except PassFailedException:
            continue
        design = design_of(module)
        for process in design.processes:
            schedule = schedule_of(process)
            seen.add(process.name)
            for channel, places in zip(
                (*process.inputs, *process.outputs),
                (*schedule.reads, *schedule.writes),
                strict=True,
            ):
                assert len(places) == channel.words and (np.diff(places) > 0).all()
                assert places[0] >= 0 and places[-1] < schedule.interval
            for number in range(len(process.outputs)):
                for needs, reads in zip(process.needs(number), schedule.reads, strict=True):
                    had = np.searchsorted(reads, schedule.writes[number], side="right")
                    assert (had >= needs).all(), process.name
            if isinstance(process, MatvecOp):
                assert schedule.interval == process.interval
        assert simulate_unbounded(design).cycles > 0
    assert len(seen) >= kinds


@pytest.mark.parametrize(
    ("seeds", "least"), [(range(4), 10), pytest.param(range(4, 12), 25, marks=pytest.mark.slow)]
)
def test_depths_are_minimal(seeds: range, least: int) -> None:
    """Deeper channels keep the rate; one word less in any of them reduces it, or deadlocks. So it
    is with the latencies of SystemVerilog."""
    slower = 0
    for seed in seeds:
        choices = Choices.seeded(seed)
        design, channels = small_design(choices)
        design.target = StringAttr("rtl") if seed % 2 else None
        slowest = max(schedule_of(process).interval for process in design.processes)
        depths = depths_for(design)
        for more in ({}, {v: depths[v] + choices.integer(0, 9) for v in channels}):
            run = simulate(design, 8, {**depths, **more})
            assert np.diff(run.finished(design))[-1] == slowest, seed
        for value in channels:
            if depths[value] > 2:
                fewer = {**depths, value: depths[value] - 1}
                assert rate(design, fewer) > slowest, (seed, value.owner)
                slower += 1
    assert slower > least


def test_without_iterations_depths_are_those_of_the_schedule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A search that ends early leaves sufficient depths."""
    shrunk = 0
    for seed in range(6):
        design, channels = small_design(Choices.seeded(seed))
        least = depths_for(design)
        planned = initial_schedule(design)
        with monkeypatch.context() as patched:
            patched.setattr(fifo_depths, "MAX_ITERATIONS_SEARCHED", -1)
            depths = depths_for(design)
        assert depths == {v: max(2, planned.occupancy(v)) for v in channels}
        assert rate(design, depths) == planned.period
        shrunk += sum(depths.values()) - sum(least.values())
    assert shrunk > 0


def rate(design: DesignOp, depths: Mapping[SSAValue, int]) -> float:
    """Cycles from one frame to the next; infinite if the design deadlocks."""
    try:
        return float(np.diff(simulate(design, 12, depths).finished(design))[-1])
    except Deadlock:
        return np.inf


def chain_with_windows(choices: Choices) -> DesignOp:
    """Layers with windows of any stride and dilation, whose words are single elements or pixels."""
    twin = Twin(choices)
    x = twin.image()
    for _ in range(choices.integer(1, 3)):
        if np.prod(shape_of(x[0])) < 400:
            x = choices.pick(LAYERS)(twin, x)
    return design_of(twin.design.finish(x[1]))


@pytest.mark.parametrize("seeds", [range(12), pytest.param(range(12, 60), marks=pytest.mark.slow)])
def test_random_layers_keep_the_rate(seeds: range) -> None:
    """A test of the emitted loops holds them to the same schedules."""
    for seed in seeds:
        design = chain_with_windows(Choices.seeded(seed))
        slowest = max(schedule_of(process).interval for process in design.processes)
        assert rate(design, depths_for(design)) == slowest, seed


@pytest.mark.parametrize("seeds", [range(5), pytest.param(range(5, 25), marks=pytest.mark.slow)])
def test_depths_without_deadlock_are_minimal(seeds: range) -> None:
    for seed in seeds:
        design, _ = small_design(Choices.seeded(seed))
        full, least = depths_for(design), depths_for_any_rate(design)
        assert sum(least.values()) <= sum(full.values())
        simulate(design, 3, least)
        for value in (v for v in least if least[v] > 2):
            with pytest.raises(Deadlock):
                simulate(design, 3, {**least, value: least[value] - 1})


def test_a_deadlock_names_the_shallow_skip_connection() -> None:
    design, _ = small_design(Choices.seeded(2))
    depths = depths_for(design)
    fork = next(process for process in design.processes if isinstance(process, ForkOp))
    skip = fork.copies[1]
    (use,) = skip.uses
    behind = use.operation.results[0]
    skip.name_hint, behind.name_hint = "skip", "behind"
    run = simulate(design, 4, depths)
    slowest = max(schedule_of(process).interval for process in design.processes)
    assert np.diff(run.finished(design))[-1] == slowest
    with pytest.raises(Deadlock, match=r"the design deadlocks: full channels: .*%skip, .*%behind"):
        simulate(design, 4, {**depths, skip: 1, behind: 1})


def test_sizing_scales_with_layers() -> None:
    """300 processes in a chain are sized within the limits of the search."""
    design = Design()
    x = design.source(ChannelType((4, 4, 2), BYTE))
    for _ in range(300):
        x = design.add(PadOp(x, [0, 0, 0, 0])).output
    module = design.finish(x)
    op = design_of(module)
    search = fifo_depths.DepthSearch(
        initial_schedule(op),
        fifo_depths.sufficient_depths(initial_schedule(op)),
        fifo_depths.MAX_ITERATIONS_SEARCHED,
    )
    assert max(search.shrink().values()) <= 4


def folded_network(seed: int) -> DesignOp | None:
    """A random network with a random folding; None if it cannot be lowered or has no branches."""
    module, rng = trained_network(np.random.default_rng(seed)), np.random.default_rng(seed)
    try:
        Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
    except PassFailedException:
        return None
    design = design_of(module)
    if not any(isinstance(process, ForkOp) for process in design.processes):
        return None
    layers = foldable_layers(design)
    tile_design(design, folds={name: random_fold(found[0], rng) for name, found in layers.items()})
    return design


@pytest.mark.parametrize(
    ("seeds", "least"),
    [(range(505, 508), 1), pytest.param(range(508, 550), 3, marks=pytest.mark.slow)],
)
def test_random_networks_with_branches(seeds: range, least: int) -> None:
    """Full rate at the computed depths and above; a word less after a fork reduces the rate."""
    rng, slower = np.random.default_rng(0), 0
    for design in filter(None, map(folded_network, seeds)):
        slowest = max(schedule_of(process).interval for process in design.processes)
        if slowest > 2_000:
            continue
        depths = depths_for(design)
        above = {value: depth + int(rng.integers(0, 9)) for value, depth in depths.items()}
        assert rate(design, depths) == rate(design, above) == slowest
        forks = [process for process in design.processes if isinstance(process, ForkOp)]
        for value in (copy for fork in forks for copy in fork.copies):
            if depths[value] > 2:
                assert rate(design, {**depths, value: depths[value] - 1}) > slowest
                slower += 1
    assert slower >= least
