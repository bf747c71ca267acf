"""Compares published foldings with those that `tile` finds, and writes docs/foldings.md.

    QNN_MODELS=... python benchmarks/foldings.py > docs/foldings.md

Publications do not report the folding of memories, pools, windows and the last layer: for the
published designs, too, the search chooses the cheapest one. One cost model judges all designs; its
LUTs and BRAM18s are estimates, and no design was synthesized.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from qnn.hardware.resources.device import RESOURCE_KINDS, Device, Use, device_named
from qnn.hardware.search.space import space_of
from qnn.hardware.search.tiling import Tiler, Tiling
from qnn.hardware.timing.simulate import simulate_unbounded
from qnn.passes.tile.layer_folding import LayerFolding, allowed_values, apply_tiling, folding_of
from qnn.qdialect.stream import ChannelType, DesignOp
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.types import channel_of
from qnn.qdialect.types import BipolarType, signed
from xdsl.dialects.builtin import StringAttr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test"))

from support.design import Design
from support.published import CLOCK_MHZ, CNV, DEVICE, folds, lowered, weighted

TITLES = {"cnvW1A1_cifar10": "CNV W1A1", "cnvW2A2_cifar10": "CNV W2A2"}

BLOCK = RESOURCE_KINDS.index("block")

LFC_FOLDING = [(64, 32), (32, 64), (64, 32), (8, 16)]
"""SIMD and PE of each layer."""
LFC_ROWS = (1024, 1024, 1024, 64)
LFC_MEASURED = 118_883


@dataclass(frozen=True)
class FoundFolding:
    """A folding of a network."""

    tiling: Tiling
    min_cycles: int
    """Proven lower bound on the cycles per frame within the budget."""
    latency: int
    """Cycles of a single frame in an empty design."""
    layers: dict[str, tuple[LayerFolding, int]]
    """The folding of each layer with weights, and its cycles."""


def search_folding(
    design: DesignOp,
    budget: Use | None,
    fixed_layers: Mapping[str, LayerFolding],
    cycles: int | None = None,
) -> FoundFolding:
    """The cheapest folding at a number of cycles per frame, or the fastest within a budget."""
    space = space_of(design, "xilinx")
    tiler = Tiler(space, budget, allowed_values(design, space, fixed_layers))
    tiling = tiler.fastest() if cycles is None else tiler.cheapest(cycles)
    apply_tiling(design, space, tiling)
    layers = {name: (folding_of(layer), layer.interval) for name, layer in weighted(design).items()}
    min_cycles = tiler.proven_min_cycles if cycles is None else cycles
    return FoundFolding(tiling, min_cycles, simulate_unbounded(design).cycles, layers)


def compare_foldings(name: str) -> tuple[FoundFolding, FoundFolding, FoundFolding]:
    """The published folding, the cheapest that is as fast, and the fastest that is no larger.

    The two found foldings use no more of any resource than the published one.
    """
    design = lowered(name)
    fixed_layers, cycles = folds(design, name), max(CNV[name].cycles)
    published = search_folding(design, None, fixed_layers, cycles)
    same_rate = search_folding(design, published.tiling.use, {}, cycles)
    return published, same_rate, search_folding(design, published.tiling.use, {})


def lfc(inputs: int, simd: int, lanes: int) -> tuple[int, list[int]]:
    """The simulated cycles per frame of LFC, and the cycles of each layer.

    `inputs` elements arrive in words of `lanes`, and the first layer reads `simd` of them per
    cycle.
    """
    design = Design()
    x = design.source(ChannelType((inputs,), BipolarType()))
    for number, rows in enumerate(LFC_ROWS):
        cols, last = channel_of(x).frame[0], rows == LFC_ROWS[-1]
        weights = design.data(np.ones((rows, cols), np.int8), BipolarType())
        steps = None if last else design.data([[0]], signed(12))
        output = ChannelType((rows,), signed(12) if last else BipolarType())
        layer = design.add(MatvecOp(x, output, weights, signed(12), thresholds=steps))
        layer.layer, x = StringAttr(f"fc{number}"), layer.output
    design.finish(x)
    fixed_layers = {f"fc{k}": LayerFolding(pe, width) for k, (width, pe) in enumerate(LFC_FOLDING)}
    fixed_layers["fc0"] = LayerFolding(LFC_FOLDING[0][1], simd)
    space = space_of(design.design, "xilinx")
    fixed = allowed_values(design.design, space, fixed_layers)
    (source,) = design.design.sources
    tiler = Tiler(space, None, {**fixed, space.axes[source].output: [lanes]})
    apply_tiling(design.design, space, tiler.cheapest(int(tiler.candidate_cycles()[-1])))
    ends = simulate_unbounded(design.design, 3).finished(design.design)
    return int(np.diff(ends)[-1]), [layer.interval for layer in weighted(design.design).values()]


def cost(use: Use, device: Device) -> str:
    """LUTs, flip-flops and BRAM18s, with their share of a device."""
    shares = use / np.maximum(device.amounts(CLOCK_MHZ), 1e-9)
    return " | ".join(f"{use[kind]:,.0f} | {shares[kind]:.1%}" for kind in range(BLOCK + 1))


def rate(cycles: int) -> str:
    return f"{cycles:,} | {CLOCK_MHZ * 1e6 / cycles:,.1f}"


def network(name: str, device: Device) -> Iterator[str]:
    """The section of the page about one network."""
    designs = compare_foldings(name)
    published, same_rate, same_cost = designs
    yield f"## {TITLES[name]}\n"
    resources = "LUT | share | FF | share | BRAM18 | share"
    yield f"| folding | cycles | frames/s | latency | {resources} |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    titles = ("published", "`tile`, as fast", "`tile`, no larger")
    for title, each in zip(titles, designs, strict=True):
        speed = f"{rate(each.tiling.interval)} | {each.latency:,}"
        yield f"| {title} | {speed} | {cost(each.tiling.use, device)} |"
    bound = same_cost.min_cycles
    dearer = same_rate.tiling.cost / same_rate.tiling.bound - 1
    faster = published.tiling.interval / same_cost.tiling.interval
    yield f"""
As fast: at most {dearer:.1%} above the lower bound on the cost of any folding, in shares of the
device.

No larger: {faster:.2f} times as fast; fewer than {bound:,} cycles are proven impossible
with the same resources.

This table gives SIMD/PE of each layer, and its cycles:
"""
    yield "| layer | published | cycles | as fast | cycles | no larger | cycles |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for layer in published.layers:
        both = (each.layers[layer] for each in designs)
        cells = (f"{fold.simd}/{fold.pe} | {cycles:,}" for fold, cycles in both)
        yield f"| {layer} | {' | '.join(cells)} |"
    yield ""


def lfc_rows() -> Iterator[str]:
    yield "| inputs | per cycle | cycles of each layer | cycles per frame | frames/s |"
    yield "|---|---:|---|---:|---:|"
    for inputs, simd, lanes in ((832, 64, 64), (832, 64, 2), (832, 64, 1), (784, 56, 1)):
        cycles, layers = lfc(inputs, simd, lanes)
        spelled = ", ".join(f"{each}" for each in layers)
        yield f"| {inputs} | {lanes} | {spelled} | {rate(cycles)} |"
    yield f"| measured | | | {CLOCK_MHZ * 1e6 / LFC_MEASURED:,.0f} | {LFC_MEASURED:,} |"


def main() -> None:
    device = device_named(DEVICE)
    networks = "\n".join(line for name in CNV for line in network(name, device)).rstrip()
    text = (Path(__file__).parent / "foldings.template.md").read_text()
    text = text.replace("{networks}", networks).replace("{lfc}", "\n".join(lfc_rows()))
    print(text, end="")


if __name__ == "__main__":
    main()
