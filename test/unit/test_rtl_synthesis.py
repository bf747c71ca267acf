"""The modules of the SystemVerilog library can be synthesised: Yosys finds no latch and no loop,
and puts memories where the emitter says."""

from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from qnn.backends.rtl.source_files import RtlSource
from qnn.backends.rtl.synthesis.families import ECP5, FAMILIES, XC7, Area, Family
from qnn.backends.rtl.synthesis.units import Unit, modules_below, unit_of
from qnn.backends.rtl.synthesis.yosys import SynthesisError, synthesise
from qnn.hardware.resources.cost import implementations
from qnn.hardware.resources.device import RESOURCE_KINDS
from qnn.qdialect.stream import DesignOp
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.types import signed, unsigned
from support.generate import Choices
from support.rtl import emit_all
from unit.test_rtl_processes import dsp_layer, every_kind

pytest.importorskip("pyosys")

FINN_FIFO = Area(lut=465, ff=1034)
"""FINN's FIFO of 32 words of 32 bits in RTL, as Yosys synthesises it for the same devices."""


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def library_unit(module: str, files: dict[str, str] | None = None, **parameters: str) -> Unit:
    return Unit(module, parameters, {**modules_below(module), **(files or {})})


def rom(style: str) -> Unit:
    words = "".join(f"{word * 7919 % 65536:04x}\n" for word in range(64))
    parameters = {"WIDTH": "16", "WORDS": "64", "FILE": '"@/words.hex"', "IN_ADVANCE": "0"}
    return library_unit("qnn_rom", {"words.hex": words}, **parameters, STYLE=f'"{style}"')


def test_memories_are_where_the_emitter_says() -> None:
    fifo = library_unit("qnn_fifo", WIDTH="32", DEPTH="32")
    in_luts, block, chosen = synthesise([fifo, rom("block"), rom("auto")], XC7, jobs=1)
    assert in_luts.lut <= FINN_FIFO.lut and in_luts.ff <= FINN_FIFO.ff and not in_luts.blocks
    assert block.blocks == 0.5 and chosen.blocks == 0
    assert [area.latch for area in (in_luts, block, chosen)] == [0, 0, 0]


def matvec_unit(source: RtlSource) -> Unit:
    instances = chain.from_iterable(source.modules.values())
    return unit_of(source, next(each for each in instances if each.module == "qnn_matvec"))


def test_the_cost_model_counts_the_dsps_of_the_netlist() -> None:
    """Three rows of two products: of 8 bits, two rows share DSPs."""
    modules = [dsp_layer(signed(bits), unsigned(bits), 3, 2) for bits in (8, 9)]
    designs, sources = emit_all(modules)
    areas = synthesise(list(map(matvec_unit, sources)), XC7, jobs=1)
    assert [area.dsp for area in areas] == list(map(estimated_dsps, designs)) == [4, 6]


def estimated_dsps(design: DesignOp) -> int:
    """The DSPs of the layer of a design whose products are in DSPs."""
    process = next(p for p in design.processes if isinstance(p, MatvecOp))
    (found,) = {
        int(way.use[RESOURCE_KINDS.index("dsp")][0])
        for way in implementations(process, "xilinx", np.array([2]), np.array([3]))
        if way.dsp
    }
    return found


def test_the_cells_of_a_netlist_are_counted() -> None:
    cells = {"LUT6": 2, "INV": 1, "RAM32M": 1, "FDRE": 3, "RAMB36E1": 1, "RAMB18E1": 1, "MUXF7": 1}
    assert XC7.area_of(cells) == Area(lut=7, ff=3, blocks=1.5)


@pytest.mark.parametrize(
    "family",
    [
        pytest.param(family, marks=() if name == "ecp5" else pytest.mark.slow, id=name)
        for name, family in FAMILIES.items()
    ],
)
def test_every_family_maps_a_memory_and_a_product(family: Family) -> None:
    words = "\n".join(f"{word * 7919 % 65536:04x}" for word in range(2048))
    parameters = {"WIDTH": "16", "WORDS": "2048", "FILE": '"@/words.hex"', "IN_ADVANCE": "0"}
    memory = library_unit("qnn_rom", {"words.hex": words}, **parameters, STYLE='"block"')
    product = "module product(input clk, input signed [7:0] a, b, output logic signed [15:0] y);\n"
    product += "always_ff @(posedge clk) y <= a * b;\nendmodule\n"
    sources = {"product.sv": product}
    in_dsp = Unit("product", {}, {**sources, "top.sv": "// .IN_DSPS(1)"})
    stored, dsp, luts = synthesise([memory, in_dsp, Unit("product", {}, sources)], family)
    assert stored.blocks >= 1 and stored.lut < 40
    assert dsp.dsp > 0 and dsp.lut == 0 and luts.dsp == 0 and luts.lut > 16


def test_an_error_of_yosys_is_reported() -> None:
    unit = Unit("broken", {}, {"broken.sv": "module broken(input a, output b);\nassign b = c;"})
    with pytest.raises(SynthesisError, match="ERROR: use of undeclared identifier"):
        synthesise([unit], ECP5)


def test_a_logic_loop_is_an_error() -> None:
    source = "module loop(input a, output b);\nwire c = a ^ b;\nassign b = !c;\nendmodule\n"
    with pytest.raises(SynthesisError, match="1 problems in"):
        synthesise([Unit("loop", {}, {"loop.sv": source})], ECP5)


@pytest.mark.slow
def test_every_module_can_be_synthesised() -> None:
    """One unit of each module, and one of each kind of memory."""
    choices = Choices.seeded(5)
    _, sources = emit_all(every_kind(choices, 1))
    found: dict[tuple[str, object], Unit] = {}
    instances = [
        (source, instance)
        for source in sources
        for instance in chain.from_iterable(source.modules.values())
    ]
    # A memory of a few words may be optimized away.
    instances.sort(key=lambda pair: -int(pair[1].parameters.get("WORDS", 0)))
    for source, instance in instances:
        kind = instance.module, instance.parameters.get("STYLE")
        found.setdefault(kind, unit_of(source, instance))
    areas = dict(zip(found, synthesise([*found.values()], XC7), strict=True))
    assert not any(area.latch for area in areas.values())
    assert areas["qnn_rom", '"block"'].blocks
