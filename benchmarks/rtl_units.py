"""Compares two forms of a module of SystemVerilog, as synthesised by Yosys for series 7.

    python benchmarks/rtl_units.py [--only thresholds]

Thresholds are side by side or searched; a DSP computes one product or two.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
from qnn.backends.netlist.build import build_netlist
from qnn.backends.rtl.modules import ModuleInstance, print_instance
from qnn.backends.rtl.printer import emit
from qnn.backends.rtl.source_files import RtlSource
from qnn.backends.rtl.synthesis.families import XC7
from qnn.backends.rtl.synthesis.units import Unit, unit_of
from qnn.backends.rtl.synthesis.yosys import synthesise
from qnn.passes import Pipeline
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.compute import MatvecOp, ThresholdOp
from qnn.qdialect.types import signed, smallest_type, unsigned
from xdsl.dialects.builtin import ModuleOp, UnitAttr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test"))

from support.design import Design, design_of

RNG = np.random.default_rng(1)

THRESHOLDS = [
    *((2, 16, 12, count) for count in (3, 5, 7, 8, 11, 15)),
    *((lanes, groups, bits, 15) for lanes, groups, bits in ((2, 16, 20), (2, 1, 12), (8, 4, 12))),
]
"""Lanes, words of a pixel, bits of a sum, and thresholds."""

PRODUCTS = [(4, 8, 4), (4, 8, 8), (16, 32, 4)]
"""PE, SIMD, and bits of weights and inputs."""


def sized(module: ModuleOp) -> DesignOp:
    """The design of a module, with depths of its channels."""
    Pipeline.parse("size-fifos").apply(module)
    return design_of(module)


def instance_of(source: RtlSource, module: str) -> ModuleInstance:
    return next(m for m in chain.from_iterable(source.modules.values()) if m.module == module)


def threshold_units(lanes: int, groups: int, bits: int, count: int) -> Iterator[Unit]:
    """The same thresholds side by side, and searched."""
    design, channels = Design(), lanes * groups
    rows = np.sort(RNG.integers(-1 << (bits - 1), 1 << (bits - 1), (channels, count)))
    x = design.source(ChannelType((1, channels), signed(bits), lanes))
    output = ChannelType((1, channels), smallest_type(0, count), lanes)
    op = design.add(ThresholdOp(x, output, design.data(rows, signed(bits))))
    found = sized(design.finish(op.output))
    for searched in (False, True):
        netlist = build_netlist(found, "xilinx", "", lambda _, searched=searched: searched)
        modules = {each.name: list(print_instance(each)) for each in netlist.instances}
        source = RtlSource(netlist, modules, 1)
        yield unit_of(source, instance_of(source, "qnn_search" if searched else "qnn_thresholds"))


def product_units(pe: int, simd: int, bits: int) -> Iterator[Unit]:
    """The same layer with one product in a DSP, and with two."""
    design, columns = Design(), 4 * simd
    x = design.source(ChannelType((1, columns), unsigned(bits), simd))
    weights = design.data(
        RNG.integers(-1 << (bits - 1), 1 << (bits - 1), (4 * pe, columns)), signed(bits)
    )
    total = signed(2 * bits + columns.bit_length() + 1)
    op = design.add(MatvecOp(x, ChannelType((1, 4 * pe), total, pe), weights, total))
    op.dsp = UnitAttr()
    source = emit(sized(design.finish(op.output)))
    paired = instance_of(source, "qnn_matvec")
    parameters = {key: value for key, value in paired.parameters.items() if key != "IN_PAIRS"}
    yield unit_of(source, replace(paired, parameters=parameters))
    yield unit_of(source, paired)


def table(title: str, forms: tuple[str, str], rows: list[tuple[str, list[Unit]]]) -> None:
    """Prints a row of Markdown for each pair of units."""
    columns = [f"{form}: {kind}" for form in forms for kind in ("LUT", "FF", "BRAM36", "DSP")]
    print(f"| {title} | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}")
    for name, units in rows:
        areas = synthesise(units, XC7)
        cells = [f"{a.lut:,} | {a.ff:,} | {a.blocks:g} | {a.dsp}" for a in areas]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["thresholds", "products"])
    only = parser.parse_args().only
    if only != "products":
        rows = [(" x ".join(map(str, shape)), [*threshold_units(*shape)]) for shape in THRESHOLDS]
        table("lanes x words x bits x thresholds", ("side by side", "searched"), rows)
    if only != "thresholds":
        rows = [(" x ".join(map(str, shape)), [*product_units(*shape)]) for shape in PRODUCTS]
        table("PE x SIMD x bits", ("one product", "two products"), rows)


if __name__ == "__main__":
    main()
