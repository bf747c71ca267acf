"""Compares published foldings with those that `tile` finds, and writes docs/foldings.md.

    QNN_MODELS=... python benchmarks/foldings.py > docs/foldings.md

What publications leave open (memories, pools, windows, the last layer) is as cheap as it can be in
their designs too. All are judged by the same cost model; LUTs and BRAM18s are what it says, and
nothing was built.
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
"""SIMD and PE."""
LFC_ROWS = (1024, 1024, 1024, 64)
LFC_MEASURED = 118_883


@dataclass(frozen=True)
class Found:
    """A folding of a network."""

    tiling: Tiling
    least: int
    """Fewer cycles than these are impossible within the budget."""
    alone: int
    """Cycles of one image alone."""
    layers: dict[str, tuple[LayerFolding, int]]
    """What each layer with weights was given, and its cycles."""


def found(
    design: DesignOp,
    budget: Use | None,
    given: Mapping[str, LayerFolding],
    cycles: int | None = None,
) -> Found:
    """The cheapest folding for a rate, or the fastest within a budget."""
    space = space_of(design, "xilinx")
    tiler = Tiler(space, budget, allowed_values(design, space, given))
    tiling = tiler.fastest() if cycles is None else tiler.cheapest(cycles)
    apply_tiling(design, space, tiling)
    layers = {name: (folding_of(layer), layer.interval) for name, layer in weighted(design).items()}
    least = tiler.proven_min_cycles if cycles is None else cycles
    return Found(tiling, least, simulate_unbounded(design).cycles, layers)


def compared(name: str) -> tuple[Found, Found, Found]:
    """The published folding, the cheapest that is as fast, and the fastest that is no larger.

    Neither of the two takes more of anything than the published one, which is as large as it is.
    """
    design = lowered(name)
    given, cycles = folds(design, name), max(CNV[name].cycles)
    published = found(design, None, given, cycles)
    same_rate = found(design, published.tiling.use, {}, cycles)
    return published, same_rate, found(design, published.tiling.use, {})


def lfc(inputs: int, simd: int, lanes: int) -> tuple[int, list[int]]:
    """Cycles of a frame of LFC, played through, and of its layers.

    So many inputs come in words of so many lanes, and the first layer takes `simd` of them at once.
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
    given = {f"fc{k}": LayerFolding(pe, width) for k, (width, pe) in enumerate(LFC_FOLDING)}
    given["fc0"] = LayerFolding(LFC_FOLDING[0][1], simd)
    space = space_of(design.design, "xilinx")
    fixed = allowed_values(design.design, space, given)
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
    """The section of a network."""
    designs = compared(name)
    published, same_rate, same_cost = designs
    yield f"## {TITLES[name]}\n"
    taken = "LUT | share | FF | share | BRAM18 | share"
    yield f"| folding | cycles | frames/s | latency | {taken} |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    titles = ("published", "`tile`, as fast", "`tile`, no larger")
    for title, each in zip(titles, designs, strict=True):
        speed = f"{rate(each.tiling.interval)} | {each.alone:,}"
        yield f"| {title} | {speed} | {cost(each.tiling.use, device)} |"
    dearer = same_rate.tiling.cost / same_rate.tiling.bound - 1
    faster = published.tiling.interval / same_cost.tiling.interval
    yield f"""
As fast: at most {dearer:.1%} above the lower bound on the cost of any folding, in shares of the
device.

No larger: {faster:.2f} times as fast; fewer than {same_cost.least:,} cycles are proven impossible
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
