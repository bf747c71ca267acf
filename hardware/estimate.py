"""The estimate of a network in hardware: its rate, its latency, and the resources of each process.

The figures come from two models: cycles from the schedules of the processes, resources from their
costs. The resources of a process include the channels that it writes, so that the processes of a
design add up to the design.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation

from ..qdialect.qnn.base import describe
from ..qdialect.stream import DesignOp, LinkAttr, Process
from ..qdialect.stream.flow import LinkOp
from ..qdialect.stream.linked_designs import LinkedDesigns
from .calibration import Calibration, calibration_of
from .resources.cost import fifo_cost, implementations, memories
from .resources.device import RESOURCE_KINDS, VENDOR_NAMES, Device, Use
from .resources.memory import LOGIC_PER_LUT
from .resources.work import NetworkWork, network_work
from .timing.fifo_depths import steady_state_with
from .timing.frame_rate import frames_per_second
from .timing.simulate import declared_depths, simulate, simulate_unbounded

REPORTED_UNITS = {"bram18": ("bram36", 0.5)}
"""Resources that are reported under another name, and their size in its unit."""

MAX_SIMULATED_WORDS = 20_000
"""Words of a frame up to which a design that its channels slow down is simulated."""

SETTLING_FRAMES = 6
"""Frames after which a design that its channels slow down has reached its interval."""


class EstimateError(Exception):
    """A design that cannot be built, or not on this device."""


@dataclass(frozen=True)
class LayerEstimate:
    """The estimate of a process, with the channels that it writes."""

    name: str
    kind: str
    pe: int
    """Elements that it writes per word."""
    simd: int
    """Elements that it reads per word; for a process that works by channel: of each channel."""
    cycles: int
    """Cycles per frame."""
    use: Use


@dataclass(frozen=True)
class PartEstimate:
    """The estimate of one design on its device."""

    name: str
    """The symbol name of the design."""
    device: Device
    clock_mhz: float
    layers: list[LayerEstimate]
    latency: int
    """Cycles of one frame through this design, from its first source to its last sink."""
    work: NetworkWork
    calibration: Calibration

    @property
    def bottleneck(self) -> LayerEstimate:
        """The first of the slowest processes."""
        return max(self.layers, key=lambda layer: layer.cycles)

    @property
    def resources(self) -> dict[str, float]:
        return self.named(np.sum([layer.use for layer in self.layers], axis=0))

    @property
    def kinds(self) -> dict[str, Use]:
        """The resources of all processes of each kind."""
        found: dict[str, Use] = {}
        for layer in self.layers:
            found[layer.kind] = found.get(layer.kind, 0) + layer.use
        return found

    @property
    def errors(self) -> dict[str, float]:
        """The relative errors of the resources, where they are known."""
        known = self.calibration.errors
        errors = np.array([known.get(kind, 0) for kind in RESOURCE_KINDS])
        return {name: error for name, error in self.by_name(errors).items() if error}

    @property
    def utilisation(self) -> dict[str, float]:
        """The share of the device that the design uses."""
        held = self.named(self.device.amounts(self.clock_mhz))
        return {kind: used and used / held[kind] for kind, used in self.resources.items()}

    @property
    def excess(self) -> dict[str, tuple[float, float]]:
        """The resources that exceed the budget: for each, the amount used and the budget."""
        budget = self.named(self.device.budget(self.clock_mhz))
        return {
            kind: (used, budget.get(kind, 0))
            for kind, used in self.resources.items()
            if used > budget.get(kind, 0)
        }

    def named(self, use: Use) -> dict[str, float]:
        """Amounts by the vendor's names; off-chip bits per cycle only if there are any."""
        return vendor_amounts(self.device.vendor, use)

    def by_name(self, use: Use) -> dict[str, float]:
        """Figures of each resource kind by the names under which they are reported."""
        return reported_figures(self.device.vendor, use)


@dataclass(frozen=True)
class LinkTraffic:
    """The traffic of a link to a device."""

    to: str
    """The design at the receiving end."""
    link: LinkAttr
    bits: int
    """Bits per frame."""
    cycles: int
    """Cycles per frame that the link is busy."""


@dataclass(frozen=True)
class Estimate:
    """The estimate of a network: one design on one device, or several that links join."""

    parts: list[PartEstimate]
    links: list[LinkTraffic]
    interval: int
    """Cycles from one frame to the next."""
    latency: int
    """Cycles of one frame, from the first device's source to the last device's sink."""

    @property
    def clock_mhz(self) -> float:
        """The clock, which all parts share."""
        return self.parts[0].clock_mhz

    @property
    def fps(self) -> float:
        return frames_per_second(self.clock_mhz, self.interval)

    @property
    def bottleneck(self) -> LayerEstimate:
        """The first of the slowest processes; it may be the end of a link."""
        slowest = [part.bottleneck for part in self.parts]
        return max(slowest, key=lambda layer: layer.cycles)

    @property
    def work(self) -> NetworkWork:
        return sum((part.work for part in self.parts), NetworkWork())

    @property
    def bandwidth_gb_s(self) -> float:
        """Traffic from and to off-chip memory, including weights that are stored there."""
        return self.work.external_bits * self.fps / 8e9

    def of_part(self, part: PartEstimate) -> "Estimate":
        """The estimate of one part, at the throughput of all parts together."""
        return Estimate([part], [], self.interval, part.latency)


def reported_as(kind: str) -> str:
    """The name under which a resource is reported."""
    return REPORTED_UNITS.get(kind, (kind,))[0]


def format_amount(amount: float) -> str:
    """An amount of a resource as text; block memories come in halves, as in `1.5`."""
    return f"{amount:,}".removesuffix(".0")


def share_of(budget: float, held: float) -> str:
    """The share of a device that a budget is."""
    if not held:
        return "the device has none"
    return f"{budget / held:.0%} of {format_amount(held)}"


def vendor_amounts(vendor: str, use: Use) -> dict[str, float]:
    """Amounts by a vendor's names; off-chip bits per cycle only if there are any."""
    units = {reported: unit for reported, unit in REPORTED_UNITS.values()}
    return {
        name: round(amount) * units.get(name, 1)
        for name, amount in reported_figures(vendor, use).items()
        if name != "port" or amount
    }


def reported_figures(vendor: str, use: Use) -> dict[str, float]:
    """Figures of each resource kind by the names under which they are reported."""
    pairs = zip((*VENDOR_NAMES[vendor], "port"), use.tolist(), strict=True)
    return {reported_as(name): amount for name, amount in pairs if name}


def estimate(designs: LinkedDesigns, devices: Sequence[Device], clock_mhz: float) -> Estimate:
    """Estimates designs, folded or not, each on its device, with the FIFO depths of their types."""
    parts = [
        PartEstimate(
            part.sym_name.data,
            device,
            clock_mhz,
            layers_of(part, device),
            simulate_unbounded(part).cycles,
            network_work(part),
            calibration_of(part, device, clock_mhz),
        )
        for part, device in zip(designs.parts, devices, strict=True)
    ]
    interval = design_interval(designs.design)
    latency = simulate_unbounded(designs.design).cycles if len(parts) > 1 else parts[0].latency
    return Estimate(parts, traffic_of(designs.design), interval, latency)


def traffic_of(design: DesignOp) -> list[LinkTraffic]:
    """The traffic of each link of a joined design."""
    found: dict[str, LinkTraffic] = {}
    for process in design.processes:
        if isinstance(process, LinkOp) and process.over is not None:
            to, bits = process.to.data, sum(c.words * c.word_bits for c in process.link_channels)
            found[to] = LinkTraffic(to, process.over, bits, process.interval)
    return list(found.values())


def layers_of(design: DesignOp, device: Device) -> list[LayerEstimate]:
    """The estimate of each process; raises if one needs a resource that the device lacks."""
    layers = [layer_of(process, device.vendor) for process in design.processes]
    for layer in layers:
        check_kinds(layer, device)
    move_memories_to_luts(layers, design, device)
    return layers


def move_memories_to_luts(
    layers: Sequence[LayerEstimate], design: DesignOp, device: Device
) -> None:
    """Moves memories to LUTs while there are too few blocks, as a vendor's tool does by itself.

    The memories that need the fewest LUTs for each block that they free are moved first.
    """
    logic, block = RESOURCE_KINDS.index("logic"), RESOURCE_KINDS.index("block")
    excess = sum(layer.use[block] for layer in layers) - device.amounts(1)[block]
    if excess <= 0:
        return
    movable: list[tuple[float, int, float, LayerEstimate]] = []
    for layer, process in zip(layers, design.processes, strict=True):
        for memory in memories(process, np.array(process.lanes_in), np.array(process.lanes_out)):
            moved = float(memory.luts_and_blocks(device.vendor)[1])
            if moved:
                each = float(memory.luts(device.vendor)) * LOGIC_PER_LUT[device.vendor] / moved
                movable.append((each, len(movable), moved, layer))
    for each, _, moved, layer in sorted(movable):
        if excess > 0:
            layer.use[logic] += each * moved
            layer.use[block] -= moved
            excess -= moved


def check_kinds(layer: LayerEstimate, device: Device) -> None:
    """Raises if a process uses a kind of resource that the device does not have."""
    names = (*VENDOR_NAMES[device.vendor], "bandwidth_gb_s")
    for name, kind, used, available in zip(
        names, RESOURCE_KINDS, layer.use, device.amounts(1), strict=True
    ):
        if used and not available:
            what = f"{layer.name!r} ({layer.kind}) needs {reported_as(name or kind)}"
            raise EstimateError(f"{what}, but {device.name} has none: use another device")


def design_interval(design: DesignOp) -> int:
    """Cycles a frame: those of the slowest process, if the channels are deep enough for it."""
    depths = declared_depths(design)
    if not all(depths.values()) or steady_state_with(design, depths) is not None:
        return max(process.interval for process in design.processes)
    words = sum(channel.words for process in design.processes for channel in process.outputs)
    if words > MAX_SIMULATED_WORDS:
        raise EstimateError(
            "the FIFOs of the design are too shallow for the rate of its slowest process, and "
            f"its {words:,} words per frame exceed the {MAX_SIMULATED_WORDS:,} up to which the "
            "lower rate is simulated: run size-fifos"
        )
    return int(np.diff(simulate(design, SETTLING_FRAMES, depths).finished(design))[-1])


def layer_of(process: Process, vendor: str) -> LayerEstimate:
    """The estimate of a process and of the channels that it writes."""
    (pe, simd), cycles = process.parallelism, process.interval
    use = process_use(process, vendor)
    return LayerEstimate(name_of(process), process.kind, pe, simd, cycles, use)


def name_of(process: Operation) -> str:
    """The name of its layer or port; without one, of its result or of the process that feeds it."""
    for key in ("layer", "port"):
        name = process.properties.get(key)
        if isinstance(name, StringAttr):
            return name.data
    for value in process.results:
        if value.name_hint is not None:
            return value.name_hint
    before = process.operands[0].owner
    assert isinstance(before, Operation)
    return name_of(before)


def process_use(process: Process, vendor: str) -> Use:
    """The resources of a process as it is built, and of the channels that it writes."""
    lanes_in, lanes_out = np.array([process.lanes_in]), np.array([process.lanes_out])
    found = implementations(process, vendor, lanes_in, lanes_out)
    use = next(each.use for each in found if each.matches(process.build_options))
    if not np.isfinite(use).all():
        raise EstimateError(
            f"{describe(process)}: no hardware exists for this combination of attributes; "
            "qnn-opt --tile chooses one that exists"
        )
    for channel in process.outputs:
        depth = {"depth": channel.depth.data} if channel.depth.data else {}
        use = use + fifo_cost(vendor, channel, np.array([channel.lanes.data]), **depth)
    return use[:, 0]
