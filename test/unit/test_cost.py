"""Costs of memories, products and channels, computed by hand; the next step of a design."""

import numpy as np
import pytest
from qnn.backends.netlist.build import build_netlist
from qnn.backends.netlist.weighted import MatvecInstance
from qnn.hardware.resources.cost import (
    fifo_cost,
    frame_counter_dsps,
    implementations,
    multiplier,
    vector_cost,
    vector_storage,
    wide_product,
)
from qnn.hardware.resources.device import RESOURCE_KINDS, device_named
from qnn.hardware.resources.memory import LOGIC_PER_LUT, DualPortMemory, MemoryCost, blocks
from qnn.hardware.search.limits import MIN_STEP_SPEEDUP, next_step
from qnn.hardware.search.space import space_of
from qnn.hardware.search.tiling import Tiler
from qnn.passes import Pipeline
from qnn.passes.size_fifos import SizeFifosPass
from qnn.passes.tile.layer_folding import LayerFolding
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.stream.products import ProductKind, product_kind
from qnn.qdialect.stream.types import ChannelType
from qnn.qdialect.types import BipolarType, QuantType, TernaryType, signed, unsigned
from support.design import Design, design_of, estimate_of
from support.measured import MEASURED
from support.program import read_module
from xdsl.dialects.builtin import UnitAttr


@pytest.mark.parametrize(
    ("words", "bits", "count"),
    [
        (512, 36, 1),
        (512, 37, 2),
        (513, 36, 2),
        (1024, 18, 1),
        (2304, 32, 8),
        (8192, 2, 1),
        (16384, 1, 1),
        (16385, 1, 2),
        (18432, 32, 64),
        (73728, 16, 96),
    ],
)
def test_blocks_are_as_deep_as_the_memory(words: int, bits: int, count: int) -> None:
    assert blocks("xilinx", np.array(words), np.array(bits)) == count


def test_blocks_of_intel_have_any_shape() -> None:
    assert blocks("intel", np.array(2304), np.array(32)) == 5 * 1
    assert blocks("intel", np.array(1025), np.array(20)) == 2


def test_small_memories_are_luts() -> None:
    logic, block = MemoryCost(3, 64, 8).luts_and_blocks("xilinx")
    assert (logic, block) == (3 * 8 * 4 / 3, 0)
    logic, block = MemoryCost(3, 64, 9).luts_and_blocks("xilinx")
    assert (logic, block) == (0, 3)


@pytest.mark.parametrize(
    ("words", "bits", "luts"),
    [
        (32, 6, 4),
        (32, 7, 8),
        (33, 3, 4),
        (64, 4, 8),
        (65, 3, 2 * 4 + 3),
        (72, 64, 3 * 11 * 4 + 64),
        (576, 8, 9 * 3 * 4 + 3 * 8),
    ],
)
def test_luts_with_two_ports(words: int, bits: int, luts: int) -> None:
    """RAM32M has 6 bits and RAM64M 3, in four LUTs; a LUT selects between four that are deeper."""
    assert DualPortMemory(np.array(words), np.array(bits)).luts("xilinx") == luts


def test_mlabs() -> None:
    """Ten ALMs for 32 words of 20 bits."""
    assert DualPortMemory(np.array(32), np.array(20)).luts("intel") * LOGIC_PER_LUT["intel"] == 10
    assert (
        DualPortMemory(np.array(33), np.array(21)).luts("intel")
        == 4 * 10 / LOGIC_PER_LUT["intel"] + 21
    )


@pytest.mark.parametrize(
    ("pe", "simd", "logic", "ff", "block"),
    [
        (1, 8, 3 * 11 * 4 + 64 + 64 / 2, 64, 0),
        (4, 1, 9 * 3 * 4 + 3 * 8 + 8 / 2, 8, 0),
        (4, 4, 32 / 2, 32, 1),
        (8, 4, 0, 0, 0),
        (1, 576, 0, 0, 0),
    ],
)
def test_a_vector_in_a_memory(pe: int, simd: int, logic: float, ff: int, block: int) -> None:
    """144 words of 32 bits need 164 LUTs, more than a block is worth; 576 of 8 bits need 132."""
    found = vector_cost(matvec(), "xilinx", np.array(pe), np.array(simd))
    assert (found.logic, found.ff, found.block) == (logic, ff, block)


@pytest.mark.parametrize(("pe", "simd", "bits"), [(1, 8, 4608), (8, 1, 4608), (1, 576, 0)])
def test_a_vector_in_registers(pe: int, simd: int, bits: int) -> None:
    process = matvec()
    process.vector_in_registers = UnitAttr()
    found = vector_cost(process, "xilinx", np.array(pe), np.array(simd))
    assert (found.logic, found.ff, found.block) == pytest.approx((1.35 * bits, 2 * bits, 0))


@pytest.mark.parametrize(
    ("pe", "simd", "registers", "storage"),
    [
        (1, 8, False, Storage.LUT),
        (4, 4, False, Storage.BLOCK),
        (4, 4, True, Storage.REGISTERS),
        (8, 4, False, None),
        (8, 4, True, None),
    ],
)
def test_the_netlist_stores_a_vector_where_its_cost_is_counted(
    pe: int, simd: int, registers: bool, storage: Storage | None
) -> None:
    design = Design()
    process = matvec(design, pe, simd)
    process.vector_in_registers = UnitAttr() if registers else None
    module = design.finish(process.output)
    found = vector_storage(process, "xilinx", np.array(pe), np.array(simd))
    assert [kind for kind, chosen in found.items() if chosen] == ([storage] if storage else [])
    Pipeline(SizeFifosPass()).apply(module)
    (_, instance, _) = build_netlist(design_of(module), "xilinx").instances
    assert isinstance(instance, MatvecInstance)
    assert instance.vector_storage == storage


def test_the_vector_of_a_layer_in_registers_or_in_a_memory() -> None:
    """Registers hold 4608 bits; they replace a block, 16 LUTs and 32 flip-flops."""
    process = matvec()
    _, memory, *_ = implementations(process, "xilinx", np.array(4), np.array(4))
    process.vector_in_registers = UnitAttr()
    _, registers, *_ = implementations(process, "xilinx", np.array(4), np.array(4))
    more = 1.35 * 4608 - 16, 2 * 4608 - 32, -1, 0, 0, 0
    assert (registers.use - memory.use).tolist() == pytest.approx(more)


def matvec(design: Design | None = None, pe: int = 1, simd: int = 1) -> MatvecOp:
    """Eight rows of 576 columns; inputs have eight bits."""
    design = design or Design()
    weights = design.data(np.ones((8, 576)), signed(2))
    x = design.source(ChannelType((576,), unsigned(8), simd))
    return design.add(MatvecOp(x, ChannelType((8,), signed(20), pe), weights, signed(20)))


@pytest.mark.parametrize(
    ("weight", "activation", "luts", "bits"),
    [
        (BipolarType(), BipolarType(), 0, 1),
        (BipolarType(), unsigned(8), 0, 9),
        (signed(4), BipolarType(), 0, 5),
        (TernaryType(), TernaryType(), 4, 4),
        (signed(4), unsigned(8), 32, 12),
    ],
)
def test_products(weight: QuantType, activation: QuantType, luts: int, bits: int) -> None:
    assert multiplier(weight, activation) == (luts, bits)


@pytest.mark.parametrize(
    ("weight", "activation", "kind"),
    [
        (BipolarType(), BipolarType(), ProductKind.XNOR),
        (BipolarType(), TernaryType(), ProductKind.BIPOLAR),
        (signed(4), BipolarType(), ProductKind.BIPOLAR),
        (TernaryType(), TernaryType(), ProductKind.TERNARY),
        (TernaryType(), unsigned(8), ProductKind.TERNARY),
        (signed(2), unsigned(1), ProductKind.INTEGER),
    ],
)
def test_kind_of_a_product(weight: QuantType, activation: QuantType, kind: ProductKind) -> None:
    assert product_kind(weight, activation) is kind
    assert product_kind(activation, weight) is kind


def test_iterations_that_a_shift_and_an_addition_multiply() -> None:
    assert not frame_counter_dsps(np.array([1, 512, 2304, 7 * 64, 12])).any()
    assert (frame_counter_dsps(np.array([13, 25, 416, 900, 28_224])) == 2).all()


@pytest.mark.parametrize(
    ("depth", "logic", "block"), [(2, 2 + 32, 0), (32, 10 + 32, 0), (33, 12, 2), (1024, 20, 4)]
)
def test_channels(depth: int, logic: int, block: int) -> None:
    channel = ChannelType((64,), unsigned(1))
    use = fifo_cost("xilinx", channel, np.array([64]), depth)[:, 0]
    assert use[RESOURCE_KINDS.index("logic")] == logic
    assert use[RESOURCE_KINDS.index("block")] == block


MATRIX = """
stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui2>
  %y = stream.matvec %x weights(@w) accumulator = si6 {layer = "Gemm_0"}
    : (!stream.channel<8xui2>) -> !stream.channel<4xsi6>
  stream.sink "y" %y : !stream.channel<4xsi6>
}
qnn.data @w "0xa53c96f0" : tensor<4x8x!qnn.bipolar>
"""


def test_the_next_step_of_a_small_design() -> None:
    """A faster design fits on the device until every product has its own multiplier."""
    design, device = design_of(read_module(MATRIX)), device_named("z7020")
    tile_design(design, folds={"Gemm_0": LayerFolding(1, 1)})
    step = next_step(design, device, 100.0, 32)
    assert step is not None and step.interval < 32 and not step.over
    assert next_step(design, device, 100.0, 1) is None


def test_the_next_step_of_a_large_design() -> None:
    """It is at least a tenth faster, or else any faster design; it needs more LUTs than the budget,
    and DSPs do not limit it."""
    design, device = MEASURED[1].design(), device_named("z7020")
    step = next_step(design, device, 100.0, 20_000)
    assert step is not None and step.interval * MIN_STEP_SPEEDUP <= 20_000
    assert "logic" in step.over and "dsp" not in step.over
    fewest = Tiler(space_of(design, "xilinx")).min_cycles()
    last = next_step(design, device, 100.0, fewest + 1)
    assert last is not None and last.interval == fewest


def test_memories_move_to_luts_if_blocks_run_out() -> None:
    """CNV W2A2 needs more blocks than the device has."""
    design = MEASURED[1].design()
    small = estimate_of(design, device_named("z7020")).parts[0].resources
    large = estimate_of(design, device_named("zu9eg")).parts[0].resources
    assert 139 < small["bram36"] <= 140 < large["bram36"]
    assert small["lut"] > large["lut"]


@pytest.mark.parametrize(
    ("factor", "x", "xilinx", "intel"),
    [(25, 18, 1, 1), (18, 25, 1, 1), (24, 20, 2, 1), (27, 20, 4, 1), (28, 27, 4, 2)],
)
def test_a_wide_product_takes_several_dsps(factor: int, x: int, xilinx: int, intel: int) -> None:
    assert wide_product("xilinx", signed(factor), signed(x)) == xilinx
    assert wide_product("intel", signed(factor), signed(x)) == intel
