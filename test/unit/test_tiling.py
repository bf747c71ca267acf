"""The foldings that `tile` chooses: legal, as fast as predicted, and optimal."""

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from qnn.hardware.resources.device import (
    RESOURCE_KINDS,
    DeviceError,
    FigureSource,
    Use,
    device_named,
    known_devices,
)
from qnn.hardware.search import tiling
from qnn.hardware.search.elimination import Factor, cheapest_choice, elimination_order
from qnn.hardware.search.space import Space, space_of
from qnn.hardware.search.tiling import BudgetExceeded, RateUnreachable, Tiler, Tiling, best_tiling
from qnn.hardware.timing.fifo_depths import depth_cost, depths_for, quick_depth_cost
from qnn.hardware.timing.schedule import schedule_of
from qnn.passes import Pipeline
from qnn.passes.tile import choose_with_fifos
from qnn.passes.tile.choose_with_fifos import rates_above, rates_below
from qnn.passes.tile.goal import Goal
from qnn.passes.tile.layer_folding import FoldingError, LayerFolding, apply_tiling
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.qnn.base import describe
from qnn.qdialect.stream import DesignOp, Process
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.flow import RepackOp
from qnn.qdialect.stream.folding import Storage
from support.design import design_of
from support.networks import trained_network
from support.program import read_module
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.utils.exceptions import PassFailedException


def lowered(seed: int) -> ModuleOp | None:
    module = trained_network(np.random.default_rng(seed))
    try:
        Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
    except PassFailedException:
        return None
    return module


@pytest.mark.parametrize(
    ("seeds", "kinds"), [(range(8), 10), pytest.param(range(8, 38), 12, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("vendor", ["xilinx", "intel"])
def test_every_choice_is_legal_and_has_the_cycles_of_its_schedule(
    vendor: str, seeds: range, kinds: int
) -> None:
    seen = set[str]()
    for seed in seeds:
        module, rng = lowered(seed), np.random.default_rng(seed)
        if module is None:
            continue
        design = design_of(module)
        for _ in range(3):
            space = space_of(design, vendor)
            places = [int(rng.integers(size)) for size in space.sizes]
            widths = [int(w[p]) for w, p in zip(space.widths, places, strict=True)]
            apply_tiling(design, space, Tiling(widths, 0, np.zeros(len(RESOURCE_KINDS)), 0, 0))
            module.verify()
            for table in space.tables:
                cycles = int(table.interval[tuple(places[choice] for choice in table.choices)])
                if isinstance(table.of, Process):
                    seen.add(table.of.name)
                    assert cycles == schedule_of(table.of).interval, table.of.name
            slowest = max(
                int(table.interval[tuple(places[choice] for choice in table.choices)])
                for table in space.tables
            )
            repacks = [p for p in design.processes if isinstance(p, RepackOp)]
            assert all(schedule_of(repack).interval <= slowest for repack in repacks)
    assert len(seen) >= kinds


def all_foldings(space: Space) -> list[tuple[int, np.ndarray]]:
    """The cycles and the resources of every combination of choices."""
    found: list[tuple[int, np.ndarray]] = []
    for places in product(*map(range, space.sizes)):
        at = [tuple(places[choice] for choice in table.choices) for table in space.tables]
        use = sum(table.use[:, *p] for table, p in zip(space.tables, at, strict=True))
        interval = max(int(table.interval[p]) for table, p in zip(space.tables, at, strict=True))
        if np.isfinite(use).all():
            found.append((interval, use))
    return found


SMALL = """
stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui2>
  %p = stream.window %x kernel = [2, 2]
    : (!stream.channel<4x4x2xui2>) -> !stream.channel<3x3x8xui2>
  %y = stream.matvec %p weights(@w) accumulator = si6
    : (!stream.channel<3x3x8xui2>) -> !stream.channel<3x3x4xsi6>
  stream.sink "y" %y : !stream.channel<3x3x4xsi6>
}
qnn.data @w "0xa53c96f0" : tensor<4x2x2x2x!qnn.bipolar>
"""


def test_foldings_are_the_cheapest() -> None:
    """Against all foldings of a small design, within random budgets of several kinds."""
    space = space_of(design_of(read_module(SMALL)), "xilinx")
    foldings = all_foldings(space)
    assert len(foldings) > 1000
    rng = np.random.default_rng(0)
    tight = 0
    for _ in range(12):
        budget = np.array(
            [
                rng.uniform(4300, 5500),
                rng.uniform(6500, 9000),
                rng.integers(4, 10),
                0,
                rng.integers(0, 9),
                40,
            ]
        )
        tiler = Tiler(space, budget, off_chip=True)
        fitting = [(i, u) for i, u in foldings if (u <= budget).all()]
        for cycles in (18, 36, 72, 288):
            legal = [float(use @ tiler.prices) for i, use in fitting if i <= cycles]
            if not legal:
                with pytest.raises((BudgetExceeded, RateUnreachable)):
                    tiler.cheapest(cycles)
                continue
            tiling = tiler.cheapest(cycles)
            assert (tiling.use <= budget).all() and tiling.interval <= cycles
            assert tiling.bound <= min(legal) * (1 + 1e-9)
            assert tiling.cost <= min(legal) * 1.011
            tight += len(legal) < len([i for i, _ in foldings if i <= cycles])
        if fitting:
            assert tiler.fastest().interval == min(i for i, _ in fitting) >= tiler.proven_min_cycles
    assert tight > 10


def test_elimination_finds_the_minimum() -> None:
    """Random factors, in chains, trees and cycles, against all combinations."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        sizes = [int(n) for n in rng.integers(1, 5, 6)]
        scopes = [tuple(sorted(rng.choice(6, rng.integers(1, 4), replace=False))) for _ in range(7)]
        scopes += [(choice,) for choice in range(6)]
        factors = [Factor(s, rng.integers(0, 50, [sizes[c] for c in s]) * 1.0) for s in scopes]
        totals = np.zeros(sizes)
        for factor in factors:
            shape = [sizes[c] if c in factor.choices else 1 for c in range(6)]
            totals = totals + factor.table.reshape(shape)
        total, chosen = cheapest_choice(factors, sizes, elimination_order(scopes, sizes))
        assert total == totals.min() == totals[tuple(chosen)]


@pytest.mark.parametrize(
    ("seeds", "least"),
    [(range(300, 308), 4), pytest.param(range(308, 338), 20, marks=pytest.mark.slow)],
)
def test_rates_of_random_networks(seeds: range, least: int) -> None:
    """A design reaches the rate it is tiled for, and a slower rate does not cost more."""
    reached = 0
    for seed in seeds:
        module = lowered(seed)
        if module is None:
            continue
        design = design_of(module)
        slow = tile_design(design, Goal(None, 100.0, 1e8 / 20_000))
        fast = tile_design(design, Goal(None, 100.0, 1e8 / 5_000))
        module.verify()
        assert max(schedule_of(process).interval for process in design.processes) <= 5_000
        assert slow.cost <= fast.cost
        reached += 1
    assert reached > least


def test_devices() -> None:
    for name in known_devices():
        device = device_named(name)
        assert device.amounts(device.clock_mhz)[0] > 50_000
        assert (device.budget(100) <= device.amounts(100)).all()
    assert {"z7020", "zu3eg", "ku115", "arria10-gx1150"} <= set(known_devices())


@pytest.mark.parametrize(
    ("part", "limit"),
    [("xc7z020clg484-1", 388), ("xc7z020clg484-3", 509), ("xczu9eg-ffvb1156-2-e", 775)],
)
def test_clocks_above_the_limit_of_a_speed_grade_are_refused(part: str, limit: int) -> None:
    device = device_named(part)
    device.check_clock(limit)
    with pytest.raises(DeviceError, match=f"the limit of {part} is {limit} MHz"):
        Goal(device, limit + 1)


def test_default_and_measured_clocks_are_below_the_limit() -> None:
    for name in known_devices():
        device = device_named(name)
        assert device.max_clocks_mhz
        assert max(device.clock_mhz, device.measured_clock_mhz) < device.max_clock_mhz


VALID = "# all other lines are valid\n"


def replaced(text: str) -> str:
    """A valid device file, with some lines added or replaced."""
    lines = ['description = "mine"', 'vendor = "xilinx"', 'part = "mine"', "clock_mhz = 100"]
    own = text.removeprefix(VALID)
    kept = [line for line in lines if line.split()[0] != own.split()[0]]
    rest = [] if "resources" in own else ["[resources]", "lut = 5000"]
    return "\n".join([*kept, own, *rest])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{VALID}vendor = 3", "vendor must be text, not 3"),
        (f"{VALID}clock_mhz = 0", "clock_mhz must be a number above 0, not 0"),
        (f"{VALID}clock_mhz = 1200", "the clock must be 1 to 1000 MHz, not 1200"),
        (f"{VALID}clock_mhz = inf", "clock_mhz must be a number above 0, not inf"),
        (f"{VALID}bandwidth_gb_s = -1", "bandwidth_gb_s must be a number above 0, not -1"),
        (f"{VALID}bandwidth_gb_s = nan", "bandwidth_gb_s must be a number above 0, not nan"),
        (f"{VALID}max_clock_mhz = 0", "max_clock_mhz must be a number above 0, not 0"),
        (
            f"{VALID}max_clock_mhz = {{ fast = 1 }}",
            "max_clock_mhz: speed grades are -1, -2 and so on",
        ),
        (f"{VALID}[resources]", "resources: lut must be above 0: every design needs it"),
        (f"{VALID}[resources]\nlut = 0", "resources: lut must be above 0"),
        (f"{VALID}[resources]\nlut = 1.5", "resources: lut must be a whole number, not 1.5"),
        (f"{VALID}[resources]\nlut = {'9' * 400}", "resources: lut must be a whole number"),
        (f"{VALID}[resources]\nluts = 5", "resources: unknown key 'luts'; did you mean lut?"),
        (
            f"{VALID}boards = ['mine']",
            "boards must be a table from names to part numbers, not ['mine']",
        ),
        (f"{VALID}resources = 5", "resources must be a table of numbers, not 5"),
        ('vendr = "xilinx"', "unknown key 'vendr'; did you mean vendor?"),
        ('vendor = "xilinx"', "add the missing keys description, part, clock_mhz, resources"),
        (f"{VALID}sources = 5", "sources must be a table of figures, not 5"),
        (
            f"{VALID}[sources]\nclock = 1",
            "sources: unknown figure 'clock'; did you mean clock_mhz?",
        ),
        (f"{VALID}[sources]\nlut = 'me'", "sources: lut must be { from = "),
        (
            f"{VALID}[sources]\nlut = {{ from = 'me', confidence = 'guessed' }}",
            "sources: lut: unknown confidence 'guessed'; did you mean guess?",
        ),
        ("[resources", "is not a valid device file"),
    ],
)
def test_device_files_with_errors(tmp_path: Path, text: str, message: str) -> None:
    """Each file has one line added to, or replaced in, a valid file."""
    file = tmp_path / "mine.toml"
    file.write_text(replaced(text) if text.startswith(VALID) else text)
    with pytest.raises(DeviceError, match=str(file)) as error:
        device_named(str(file))
    assert message in str(error.value)


def test_a_device_file_of_the_user(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = Path(__file__, "../../../hardware/devices/z7020.toml").resolve().read_text()
    file.write_text(text.replace("lut = 53200", "lut = 900"))
    design = design_of(read_module(SMALL))
    with pytest.raises(PassFailedException) as error:
        tile_design(design, Goal(device_named(str(file)), 100.0))
    assert re.fullmatch(
        r"tile: mine is too small: the cheapest folding needs [\d,]{5} lut, of a budget of 630 "
        r"\(70% of 900\); largest shares of lut: .* \(\d+%\), .* \(\d+%\); "
        r"z7020 is large enough, at 100 MHz",
        str(error.value),
    )
    file.write_text(text.replace("bram18 = 280\n", ""))
    with pytest.raises(PassFailedException, match="input needs bram36, which mine does not have"):
        tile_design(design, Goal(device_named(str(file)), 100.0))
    file.write_text(text)
    assert tile_design(design, Goal(device_named(str(file)), 100.0)).interval <= 16


@pytest.mark.parametrize(
    ("part", "like"),
    [
        ("xc7z020clg484-2", "z7020"),
        ("xczu3eg-sfvc784-1-e", "zu3eg"),
        ("XCVU9P-flga2104-3-e", "vu9p"),
        ("10AX115S2F45I1SG", "arria10-gx1150"),
    ],
)
def test_a_part_number_names_a_device(part: str, like: str) -> None:
    """The device keeps the part number as its name, so that a design can name it."""
    device, known = device_named(part), device_named(like)
    assert (device.name, device.part, device.resources) == (part, part, known.resources)
    assert device_named(known.part).resources == known.resources


def test_a_board_names_a_device() -> None:
    board = device_named("Pynq-Z2")
    assert (board.name, board.part) == ("Pynq-Z2", "xc7z020clg400-1")
    assert board.resources == device_named("z7020").resources


def test_messages_truncate_long_names_at_the_front() -> None:
    process, name = design_of(read_module(SMALL)).processes[1], "model/" * 20 + "Conv2D"
    process.layer = StringAttr(name)
    assert describe(process) == f'{process.name} "...{name[-60:]}"'


@pytest.mark.parametrize("name", ["xc7z0201clg400-1", "xc7z010clg400-1"])
def test_unknown_parts(name: str) -> None:
    with pytest.raises(DeviceError, match=f"unknown device '{name}'; did you mean xc7z020clg400-1"):
        device_named(name)


def test_figures_of_a_device(tmp_path: Path) -> None:
    """Each has a source; flip-flops follow from the LUTs where a file does not count them."""
    file = tmp_path / "mine.toml"
    file.write_text(replaced(f"{VALID}[sources]\nlut = {{ from = 'me', confidence = 'measured' }}"))
    device = device_named(str(file))
    assert device.source("lut") == FigureSource("me", "measured")
    assert device.source("clock_mhz").confidence == "guess"
    assert device.figures == {"lut": 5000, "clock_mhz": 100.0}
    assert device.amounts(100)[RESOURCE_KINDS.index("ff")] == 10_000
    known = device_named("z7020")
    assert known.source("dsp") == known.sources["resources"]


@pytest.mark.parametrize(
    ("device", "fold", "message"),
    [
        ("z7020", LayerFolding(1, 1, Storage.ULTRA), "cannot be built with its folding on z7020"),
        (
            "zu3eg",
            LayerFolding(1, 1, Storage.OUTSIDE),
            "cannot be built with its folding on zu3eg",
        ),
        (
            "z7020",
            LayerFolding(1, 1, Storage.REGISTERS),
            "registers only if pe x simd covers all weights",
        ),
    ],
)
def test_storage_that_the_device_lacks(device: str, fold: LayerFolding, message: str) -> None:
    design = design_of(read_module(SMALL.replace("= si6", '= si6 {layer = "Conv_0"}')))
    for goal in (Goal(device_named(device), 100.0), Goal(device_named(device), 100.0, 1000.0)):
        with pytest.raises(PassFailedException, match=message):
            tile_design(design, goal, {"Conv_0": fold})


LARGE = """
stream.design @main {{
  %x = stream.source "x" : !stream.channel<1024xsi8>
  %y = stream.matvec %x weights(@w) accumulator = si26 {{layer = "Gemm_0"}}
    : (!stream.channel<1024xsi8>) -> !stream.channel<2048xsi26>
  stream.sink "y" %y : !stream.channel<2048xsi26>
}}
qnn.data @w "0x{}" : tensor<2048x1024xsi8>
"""


def test_weights_that_do_not_fit_are_off_chip() -> None:
    """2 MiB of weights on a device with about 0.6 MiB, with any fixed choice of DSPs."""
    module, z7020 = read_module(LARGE.format("5a" * (1 << 21))), device_named("z7020")
    design = design_of(module)
    (layer,) = (p for p in design.processes if isinstance(p, MatvecOp))
    for fold in (LayerFolding(), LayerFolding(dsp=False), LayerFolding(dsp=True)):
        tile_design(design, Goal(z7020, 100.0), {"Gemm_0": fold})
        assert layer.storage.data == Storage.OUTSIDE
    with pytest.raises(
        PassFailedException, match=r"folding that fits on z7020 takes [\d,]+ cycles"
    ):
        tile_design(design, Goal(z7020, 100.0, 10_000.0))
    tile_design(design, Goal(device_named("vu9p"), 100.0, 100.0))
    assert layer.storage.data in (Storage.BLOCK, Storage.ULTRA)
    assert design.device is not None and design.device.data == "vu9p"


def test_rates_of_whole_cycles_are_reached_exactly() -> None:
    design = design_of(read_module(SMALL))
    for cycles in (18, 36, 72):
        for clock in (33.3, 66.6, 100.0):
            assert tile_design(design, Goal(None, clock, clock * 1e6 / cycles)).interval <= cycles
    assert tile_design(design, Goal(None, 33.3, 33.3e6 / 16)).interval == 16


def test_patches_without_a_window_keep_their_order() -> None:
    """A pool that does not read from a window keeps the word width of its patches."""
    text = """
    stream.design @main {
      %x = stream.source "x" : !stream.channel<3x8xui8, lanes = 2>
      %y = stream.pool %x {layer = "Pool_0"}
        : (!stream.channel<3x8xui8, lanes = 2>) -> !stream.channel<3x2xui8, lanes = 1>
      stream.sink "y" %y : !stream.channel<3x2xui8, lanes = 1>
    }
    """
    design = design_of(read_module(text))
    with pytest.raises(FoldingError, match=r"pe = 2 does not divide 1; the nearest is 1"):
        tile_design(design, folds={"Pool_0": LayerFolding(2)})
    with pytest.raises(FoldingError, match="has no weights: leave out storage and dsp"):
        tile_design(design, folds={"Pool_0": LayerFolding(dsp=True)})


def test_a_search_that_runs_out_of_tables_keeps_its_best(monkeypatch: pytest.MonkeyPatch) -> None:
    design = design_of(read_module(SMALL))
    budget = np.array([5000.0, 8000.0, 4.0, 0, 0, 0])
    for tables in (0, 30, 100, 300, 1000):
        monkeypatch.setattr(tiling, "MAX_TABLES_SEARCHED", tables)
        found = Tiler(space_of(design, "xilinx"), budget).fastest()
        assert (found.use <= budget).all()


def test_products_of_signs_use_no_dsp() -> None:
    design = design_of(read_module(SMALL.replace("= si6", '= si6 {layer = "Conv_0"}')))
    with pytest.raises(FoldingError, match="'Conv_0' has no products for a DSP"):
        tile_design(design, folds={"Conv_0": LayerFolding(dsp=True)})


def test_a_packed_design_cannot_be_folded() -> None:
    module = read_module(SMALL)
    Pipeline.parse("pack-bits").apply(module)
    with pytest.raises(PassFailedException, match=r"@w is packed .* run tile before pack-bits"):
        tile_design(design_of(module), Goal(None, 100.0, 1e6))


def test_weights_are_off_chip_only_if_no_other_folding_is_as_fast() -> None:
    """Against all foldings of a small design, at some rates and for the fastest."""
    text = """
    stream.design @main {
      %x = stream.source "x" : !stream.channel<128xui2>
      %y = stream.matvec %x weights(@w) accumulator = si16
        : (!stream.channel<128xui2>) -> !stream.channel<64xsi16>
      stream.sink "y" %y : !stream.channel<64xsi16>
    }
    """
    rng = np.random.default_rng(1)
    weights = f'qnn.data @w "0x{rng.bytes(64 * 128).hex()}" : tensor<64x128xsi8>'
    space, port = (
        space_of(design_of(read_module(text + weights)), "xilinx"),
        RESOURCE_KINDS.index("port"),
    )
    foldings = all_foldings(space)
    off_chip, on_chip = 0, 0
    for _ in range(20):
        budget = np.array([rng.uniform(4600, 6000), 20_000, rng.integers(4, 9), 0, 0, 4000])
        fitting = [(cycles, use) for cycles, use in foldings if (use <= budget).all()]
        if not fitting:
            continue
        for cycles in (None, 512, 2048):
            fastest = min(i for i, _ in fitting)
            if cycles is not None and fastest > cycles:
                continue
            found = best_tiling(Tiler(space, budget, off_chip=True), cycles)
            within = cycles or fastest * tiling.MIN_OFF_CHIP_SPEEDUP
            possible = any(i <= within and not use[port] for i, use in fitting)
            assert found.interval <= within and (found.use <= budget).all()
            assert bool(found.use[port]) != possible
            off_chip, on_chip = off_chip + (not possible), on_chip + possible
    assert off_chip > 5 and on_chip > 5, (off_chip, on_chip)


SKIP = """
stream.design @main {
  %x = stream.source "x" : !stream.channel<8x8x16xui4>
  %a, %b = stream.fork %x : (!stream.channel<8x8x16xui4>)
    -> (!stream.channel<8x8x16xui4>, !stream.channel<8x8x16xui4>)
  %q = stream.pad %a pads = [2, 2, 0, 0]
    : (!stream.channel<8x8x16xui4>) -> !stream.channel<10x10x16xui4>
  %p = stream.window %q kernel = [3, 3]
    : (!stream.channel<10x10x16xui4>) -> !stream.channel<8x8x144xui4>
  %y = stream.matvec %p weights(@w) accumulator = si13
    : (!stream.channel<8x8x144xui4>) -> !stream.channel<8x8x16xsi13>
  %s = stream.add %y, %b
    : (!stream.channel<8x8x16xsi13>, !stream.channel<8x8x16xui4>)
    -> !stream.channel<8x8x16xsi14>
  stream.sink "y" %s : !stream.channel<8x8x16xsi14>
}
"""
"""A convolution with a skip connection, whose FIFO holds the image meanwhile."""


def with_skip() -> DesignOp:
    bits = np.random.default_rng(0).bytes(16 * 144 // 8).hex()
    return design_of(
        read_module(f'{SKIP}\nqnn.data @w "0x{bits}" : tensor<16x16x3x3x!qnn.bipolar>')
    )


def test_depths_are_made_smaller_only_if_they_do_not_fit() -> None:
    design = with_skip()
    tile_design(design, Goal(None, 100.0, 10_000.0))
    taken = depth_cost("xilinx", depths_for(design))
    unlimited = np.full(len(taken), np.inf)
    assert taken.any() and (quick_depth_cost(design, "xilinx", unlimited) >= taken).all()
    assert (quick_depth_cost(design, "xilinx", taken - 1) == taken).all()


def test_a_folding_leaves_room_for_fifos(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folding that fits only without FIFO depths is replaced by one that fits with them."""
    device, logic, asked = device_named("z7020"), RESOURCE_KINDS.index("logic"), list[float]()
    deep = np.array([20_000.0, 0, 0, 0, 0, 0])

    def deeper(design: DesignOp, vendor: str, left: Use) -> Use:
        asked.append(float(left[logic]))
        return deep

    monkeypatch.setattr(choose_with_fifos, "quick_depth_cost", deeper)
    goal = Goal(device, 100.0)
    tiling = tile_design(with_skip(), goal)
    assert goal.budget is not None and (tiling.use + deep <= goal.budget).all()
    assert len(asked) == 2 and asked[0] < 20_000 <= asked[1]


def test_a_rate_without_room_for_fifos_keeps_its_folding(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    def deeper(design: DesignOp, vendor: str, left: Use) -> Use:
        return np.array([37_000.0, 0, 0, 0, 0, 0])

    monkeypatch.setattr(choose_with_fifos, "quick_depth_cost", deeper)
    tiling = tile_design(with_skip(), Goal(device_named("z7020"), 100.0, 10_000.0))
    assert tiling.interval <= 10_000
    assert "the FIFOs need 37,000 lut more, and no folding leaves room for that" in caplog.text


def test_a_rate_whose_fifos_do_not_fit_gets_a_faster_design(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where only slow designs need deep FIFOs, a faster one is smaller."""

    def deep_if_slow(design: DesignOp, vendor: str, left: Use) -> Use:
        slow = max(process.interval for process in design.processes) > 2_000
        return np.array([37_000.0 if slow else 0.0, 0, 0, 0, 0, 0])

    monkeypatch.setattr(choose_with_fifos, "quick_depth_cost", deep_if_slow)
    tiling = tile_design(with_skip(), Goal(device_named("z7020"), 100.0, 10_000.0))
    assert tiling.interval <= 2_000


def test_listed_rates_do_not_depend_on_the_target() -> None:
    assert rates_below(1000)[:3] == [724, 512, 362]
    assert rates_below(600) == rates_below(1000)[1:]
    assert rates_above(600, 3000) == [724, 1024, 1448, 2048, 2896, 4096]
    assert rates_above(4096, 3000) == rates_below(1) == []
