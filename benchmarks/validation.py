"""Compares predictions of the models with published figures, and writes docs/validation.md.

    python benchmarks/validation.py > docs/validation.md

The networks are those of examples/published, with random weights. The run takes some minutes.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from qnn.hardware.estimate import estimate
from qnn.hardware.resources.device import RESOURCE_KINDS, Device, Use, device_named
from qnn.hardware.resources.roofline import peak_gops
from qnn.hardware.resources.work import network_work
from qnn.hardware.search.space import space_of
from qnn.hardware.search.tiling import BudgetExceeded, Tiler
from qnn.hardware.timing.frame_rate import cycles_per_frame
from qnn.hardware.timing.simulate import simulate_unbounded
from qnn.passes import Pipeline
from qnn.passes.partition import DeviceChain, partition_design
from qnn.passes.tile.goal import Goal
from qnn.passes.tile.layer_folding import apply_tiling
from qnn.passes.tile.tile import tile_design
from qnn.qdialect.stream import DesignOp, LinkAttr
from qnn.qdialect.stream.compute import MatvecOp
from qnn.qdialect.stream.linked_designs import linked_designs_of
from xdsl.dialects.builtin import ModuleOp, UnitAttr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "test"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "published"))

from calibrate import TITLES, Calibration
from foldings import LFC_MEASURED, lfc
from network import NETWORKS
from support.measured import MEASURED
from support.operations import BIT_OPERATIONS, CLASSIFIERS, OPERATIONS, total

ROOT = Path(__file__).resolve().parents[1]

BLOCK = RESOURCE_KINDS.index("block")
PYNQ_MHZ = 100.0
PYNQ_RATES = {"CNV W1A1": 3050.0, "CNV W2A2": 860.1}
PYNQ_LATENCY = 158_400
"""The latency of one image in cycles, for CNV W1A1."""


def design_of(name: str) -> tuple[ModuleOp, DesignOp]:
    """A published network as a design that is not folded yet."""
    module = NETWORKS[name]()
    Pipeline.parse("minimize-accumulators,stream-lower").apply(module)
    (design,) = (op for op in module.ops if isinstance(op, DesignOp))
    return module, design


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def error_cells(published: float, predicted: float, form: str = ",.0f") -> list[str]:
    """A published figure, the predicted one, and the relative error."""
    error = predicted / published - 1
    return [format(published, form), format(predicted, form), f"{error:+.1%}"]


def head(*titles: str) -> Iterator[str]:
    yield row(*titles)
    yield "|" + "|".join(["---"] + ["---:"] * (len(titles) - 1)) + "|"


def operations() -> Iterator[str]:
    yield from head("network", "published, MOP", "predicted", "error")
    for name, (layers, ops, _) in OPERATIONS.items():
        yield row(name, *error_cells(ops / 1e6, total(layers()).ops / 1e6, ",.3f"))
    yield row("ResNet-34, twice as wide", *error_cells(28_800, work("resnet34-wide") / 1e6, ",.0f"))


def work(name: str) -> int:
    return network_work(design_of(name)[1]).ops


def bit_operations() -> Iterator[str]:
    yield from head("network", "weights/activations", "published, G", "predicted", "error")
    for name, weight, activation, billions in BIT_OPERATIONS:
        found = total(CLASSIFIERS[name](), weight, activation).bops / 1e9
        yield row(name, f"{weight}/{activation}", *error_cells(billions, found, ",.1f"))


def boards() -> Iterator[str]:
    yield from head("design", "figure", "measured", "predicted", "error")
    for measured in MEASURED:
        if measured.name not in PYNQ_RATES:
            continue
        design = measured.design()
        ends = simulate_unbounded(design, 3).finished(design)
        rate = PYNQ_MHZ * 1e6 / int(np.diff(ends)[-1])
        yield row(measured.name, "frames/s", *error_cells(PYNQ_RATES[measured.name], rate, ",.1f"))
        if measured.name == "CNV W1A1":
            yield row(
                measured.name,
                "latency, cycles",
                *error_cells(PYNQ_LATENCY, simulate_unbounded(design).cycles),
            )
    cycles, _ = lfc(784, 56, 1)
    yield row("LFC W1A1", "frames/s", *error_cells(LFC_MEASURED, PYNQ_MHZ * 1e6 / cycles))


def resources() -> Iterator[str]:
    found = Calibration()
    yield from head("design", "figure", "measured", "predicted", "error")
    for number, name in enumerate(found.names):
        for kind, title in TITLES.items():
            figures = found.measured(kind)[number], found.predicted(kind)[number]
            yield row(name, title, *error_cells(*figures))


@dataclass(frozen=True)
class Area:
    """A published design: its rate, its latency and its area."""

    title: str
    network: str
    device: str
    clock_mhz: float
    fps: float
    latency_us: float
    lut: int
    bram18: int

    @property
    def budget(self) -> Use:
        """The published LUTs and BRAM18s, and all of the device's other resources."""
        amounts = device_named(self.device).amounts(self.clock_mhz)
        return np.array([self.lut, amounts[1], self.bram18, *amounts[3:]])

    def row(self, title: str, cycles: int, use: Use, latency: int | None = None) -> str:
        fps = self.clock_mhz * 1e6 / cycles
        microseconds = "" if latency is None else f"{latency / self.clock_mhz:,.0f}"
        figures = f"{use[0]:,.0f}", f"{use[BLOCK]:,.0f}"
        change = f"{fps / self.fps - 1:+.1%}", f"{use[0] / self.lut - 1:+.1%}"
        return row(self.title, title, f"{cycles:,}", f"{fps:,.0f}", microseconds, *figures, *change)


AREAS = (
    Area("Fraser's padded CNV", "padded-cnv", "ku115", 125, 12_000, 671, 392_947, 2 * 1_814),
    Area("FINN's CNV", "cnv-w1a1", "z7045", 200, 21_906, 283, 46_253, 2 * 186),
)


def fastest_within(area: Area, design: DesignOp, title: str) -> str:
    """The fastest folding within an area."""
    space = space_of(design, "xilinx")
    found = Tiler(space, area.budget).fastest()
    apply_tiling(design, space, found)
    return area.row(title, found.interval, found.use, simulate_unbounded(design).cycles)


def areas() -> Iterator[str]:
    titles = (
        "cycles",
        "frames/s",
        "latency, us",
        "LUT",
        "BRAM18",
        "frames/s, relative",
        "LUT, relative",
    )
    yield from head("design", "folding", *titles)
    for area in AREAS:
        cycles = cycles_per_frame(area.clock_mhz, area.fps)
        published = np.array([area.lut, 0, area.bram18, 0, 0, 0], float)
        latency = round(area.latency_us * area.clock_mhz)
        yield area.row("published", cycles, published, latency)
        _, design = design_of(area.network)
        yield fastest_within(area, design, "`tile`, no larger")
        space, growth = space_of(design, "xilinx"), 1.0
        while True:
            try:
                found = Tiler(space, area.budget * [growth, 1, 1, 1, 1, 1]).cheapest(cycles)
                break
            except BudgetExceeded:
                growth += 0.01
        apply_tiling(design, space, found)
        latency = simulate_unbounded(design).cycles
        yield area.row("`tile`, as fast", found.interval, found.use, latency)
        for process in design.processes:
            if isinstance(process, MatvecOp):
                process.vector_in_registers = UnitAttr()
        yield fastest_within(area, design, "`tile`, no larger, vectors in registers")


def roofline() -> Iterator[str]:
    yield from head("network", "figure", "published", "predicted", "error")
    peak = peak_gops(device_named("ku115"), 250.0, 7.648)
    yield row("DoReFa-AlexNet, KU115", "GOPS", *error_cells(15_180, peak))


def fastest(name: str, device: Device, clock: float) -> tuple[int, DesignOp]:
    """The fewest cycles per frame on a device, and the design that takes them."""
    _, design = design_of(name)
    return tile_design(design, Goal(device, clock)).interval, design


def colangelo() -> Iterator[str]:
    """The table of AlexNet with weights outside the device, and of its convolutions alone."""
    device, published = device_named("arria10-gx1150"), 3700.0
    clock = device.clock_mhz
    yield from head("AlexNet on Arria 10", "published, images/s", "predicted", "error")
    names = {
        "2-bit x ternary": "alexnet-ternary",
        "2-bit x binary": "alexnet-binary",
        "its convolutions alone, ternary": "alexnet-convolutions",
    }
    for title, name in names.items():
        cycles, _ = fastest(name, device, clock)
        rate = clock * 1e6 / cycles
        error = (
            error_cells(published, rate) if name != "alexnet-binary" else ["", f"{rate:,.0f}", ""]
        )
        yield row(title, *error)


BASKIN_MHZ, BASKIN_CYCLES = 105.0, 1_850_000
LINK = LinkAttr(1, 210.0, 500.0)


def baskin() -> Iterator[str]:
    titles = "devices", "cycles a frame", "ms", "ALM", "FF", "M20K", "Mbit/s over links of 210"
    yield from head("ResNet-18", *titles)
    figures = "596,081 LUT", "1,175,373", "30,854 Kbit"
    yield row("published", "2 to 3", "1,850,000", "16.1", *figures, "210")
    for count in (2, 3):
        for title, fps in (("as fast", BASKIN_MHZ * 1e6 / BASKIN_CYCLES), ("fastest", None)):
            yield stratix(title, count, fps)


def stratix(title: str, count: int, fps: float | None) -> str:
    """A row of ResNet-18 over several devices: its rate, and the total resources."""
    device = device_named("stratixv-gsd8")
    module, design = design_of("resnet18")
    partition_design(design, DeviceChain([device] * count, LINK, fps, BASKIN_MHZ))
    (whole,) = linked_designs_of(module)
    found = estimate(whole, [device] * count, BASKIN_MHZ)
    totals = [sum(part.resources[kind] for part in found.parts) for kind in ("alm", "ff", "m20k")]
    sent = ", ".join(f"{link.bits * found.fps / 1e6:,.1f}" for link in found.links)
    time = f"{found.interval / BASKIN_MHZ / 1e3:,.2f}"
    return row(title, str(count), f"{found.interval:,}", time, *map("{:,.0f}".format, totals), sent)


def others() -> Iterator[str]:
    titles = "device", "clock, MHz", "frames/s", "TOPS"
    yield from head("network", *titles, "published")
    cases: Sequence[tuple[str, str, str, str]] = (
        ("resnet34-wide", "ResNet-34 widened 2x, 1 bit", "stratix10-gx2800", "55.5 TOPS"),
        ("mobilenet", "MobileNet-v1 W4A4", "stratix10-gx2800", ""),
        ("resnet50", "ResNet-50 W1A2", "u250", ""),
        ("sfc", "SFC", "z7045", ""),
        ("lfc", "LFC", "z7045", ""),
        ("tfc", "TFC", "z7020", ""),
    )
    for name, title, place, published in cases:
        device = device_named(place)
        clock = device.clock_mhz
        cycles, design = fastest(name, device, clock)
        fps = clock * 1e6 / cycles
        tops = f"{fps * network_work(design).ops / 1e12:,.2f}"
        yield row(title, place, f"{clock:g}", f"{fps:,.0f}", tops, published)


def main() -> None:
    text = (ROOT / "benchmarks" / "validation.template.md").read_text()
    for table in (
        operations,
        bit_operations,
        boards,
        resources,
        areas,
        roofline,
        colangelo,
        baskin,
        others,
    ):
        print(f"{table.__name__} ...", file=sys.stderr)
        text = text.replace(f"{{{table.__name__}}}", "\n".join(table()))
    print(text, end="")


if __name__ == "__main__":
    main()
