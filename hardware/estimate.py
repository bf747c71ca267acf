"""What a design comes to on a device: its rate, its latency, and what each process takes.

Every figure is that of a model which lies elsewhere: cycles of schedules, resources of costs. What
a process takes includes the channels that it writes, so that all of them add up to the design.
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
from ..qdialect.stream.ports import SinkOp, SourceOp
from .resources.cost import fifo_cost, frame_counter_dsps, implementations, memories
from .resources.device import RESOURCE_KINDS, VENDOR_NAMES, Device, Use
from .resources.memory import LOGIC_PER_LUT
from .resources.work import NetworkWork, network_work
from .timing.fifo_depths import steady_state_with
from .timing.simulate import declared, simulate, simulate_unbounded

REPORTED = {"bram18": ("bram36", 0.5)}
"""Kinds that are told under another name, in units of another size."""

ERRORS = {"xilinx": {"logic": 0.1, "ff": 0.1, "block": 0.1}, "intel": {}}
"""How far boards may be from the model; docs/costs.md has those that were measured."""

MAX_SIMULATED_WORDS = 20_000
"""Words of a frame up to which a design that its channels slow down is simulated."""

SETTLING_FRAMES = 6
"""Frames after which a design that its channels slow down has reached its interval."""


class EstimateError(Exception):
    """A design that nobody can build, or not on this device."""


@dataclass(frozen=True)
class LayerEstimate:
    """A process, with the channels that it writes."""

    name: str
    kind: str
    pe: int
    """Elements that it writes at once."""
    simd: int
    """Elements that it reads at once; what works by channel: of each channel."""
    cycles: int
    """Of a frame."""
    use: Use


@dataclass(frozen=True)
class Estimate:
    """What a design comes to."""

    device: Device
    clock_mhz: float
    layers: list[LayerEstimate]
    interval: int
    """Cycles from one frame to the next."""
    latency: int
    """Cycles of one frame alone."""
    work: NetworkWork

    @property
    def fps(self) -> float:
        return self.clock_mhz * 1e6 / self.interval

    @property
    def bottleneck(self) -> LayerEstimate:
        """The first of the slowest processes."""
        return max(self.layers, key=lambda layer: layer.cycles)

    @property
    def resources(self) -> dict[str, float]:
        return self.named(np.sum([layer.use for layer in self.layers], axis=0))

    @property
    def kinds(self) -> dict[str, Use]:
        """What all processes of each kind take together."""
        found: dict[str, Use] = {}
        for layer in self.layers:
            found[layer.kind] = found.get(layer.kind, 0) + layer.use
        return found

    @property
    def errors(self) -> dict[str, float]:
        """How far boards may be from the resources, as a part of them, where that is known."""
        known = ERRORS[self.device.vendor]
        bars = np.array([known.get(kind, 0) for kind in RESOURCE_KINDS])
        return {name: bar for name, bar in self.by_name(bars).items() if bar}

    @property
    def bandwidth_gb_s(self) -> float:
        """To and from what is outside the device, weights that are kept there included."""
        return self.work.external_bits * self.fps / 8e9

    @property
    def utilisation(self) -> dict[str, float]:
        """The part of the device that the design takes."""
        held = self.named(self.device.amounts(self.clock_mhz))
        return {kind: taken and taken / held[kind] for kind, taken in self.resources.items()}

    def named(self, use: Use) -> dict[str, float]:
        """Amounts by the names of the device's vendor; bits a cycle from outside, if there are."""
        return vendor_amounts(self.device.vendor, use)

    def by_name(self, use: Use) -> dict[str, float]:
        """Numbers for each kind by the names that are reported."""
        return reported_figures(self.device.vendor, use)


@dataclass(frozen=True)
class Traffic:
    """What goes over a link to a device."""

    to: str
    """The design there."""
    link: LinkAttr
    bits: int
    """Of a frame."""
    cycles: int
    """That the link takes for them."""


@dataclass(frozen=True)
class System:
    """What several designs come to that links join."""

    names: list[str]
    parts: list[Estimate]
    links: list[Traffic]
    interval: int
    """Cycles from one frame to the next."""
    latency: int
    """Cycles of one frame alone, from the first device's source to the last one's sink."""
    clock_mhz: float

    @property
    def fps(self) -> float:
        return self.clock_mhz * 1e6 / self.interval

    @property
    def bottleneck(self) -> LayerEstimate:
        """The first of the slowest processes, or the link that it stands at."""
        slowest = [part.bottleneck for part in self.parts]
        return max(slowest, key=lambda layer: layer.cycles)

    @property
    def work(self) -> NetworkWork:
        return sum((part.work for part in self.parts), NetworkWork())


def reported_as(kind: str) -> str:
    """The name under which a kind is told."""
    return REPORTED.get(kind, (kind,))[0]


def format_amount(amount: float) -> str:
    """Blocks may be taken by halves."""
    return f"{amount:,}".removesuffix(".0")


def vendor_amounts(vendor: str, use: Use) -> dict[str, float]:
    """Amounts by a vendor's names; bits a cycle from outside, if there are."""
    units = {reported: unit for reported, unit in REPORTED.values()}
    return {
        name: round(amount) * units.get(name, 1)
        for name, amount in reported_figures(vendor, use).items()
        if name != "port" or amount
    }


def reported_figures(vendor: str, use: Use) -> dict[str, float]:
    """Numbers for each kind by the names that are reported."""
    pairs = zip((*VENDOR_NAMES[vendor], "port"), use.tolist(), strict=True)
    return {reported_as(name): amount for name, amount in pairs if name}


def estimate(design: DesignOp, device: Device, clock_mhz: float) -> Estimate:
    """What a design comes to, folded or not; its channels as deep as their types say."""
    layers = layers_of(design, device)
    interval, latency = design_interval(design), simulate_unbounded(design).cycles
    return Estimate(device, clock_mhz, layers, interval, latency, network_work(design))


def estimate_whole(whole: LinkedDesigns, devices: Sequence[Device], clock_mhz: float) -> System:
    """What designs on several devices come to."""
    design = whole.design
    interval, latency = design_interval(design), simulate_unbounded(design).cycles
    parts = [
        Estimate(
            device,
            clock_mhz,
            layers_of(part, device),
            interval,
            simulate_unbounded(part).cycles,
            network_work(part),
        )
        for part, device in zip(whole.parts, devices, strict=True)
    ]
    names = [part.sym_name.data for part in whole.parts]
    return System(names, parts, traffic_of(design), interval, latency, clock_mhz)


def traffic_of(design: DesignOp) -> list[Traffic]:
    """What goes over each link of a whole."""
    found: dict[str, Traffic] = {}
    for process in design.processes:
        if isinstance(process, LinkOp) and process.over is not None:
            to, bits = process.to.data, sum(c.words * c.word_bits for c in process.link_channels)
            found[to] = Traffic(to, process.over, bits, process.interval)
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
            what = f"{device.name} has no {reported_as(name or kind)}"
            raise EstimateError(f"{what}, which {layer.name!r} ({layer.kind}) is built with")


def design_interval(design: DesignOp) -> int:
    """Cycles from one frame to the next, with the depths that the channels have.

    They are those of the slowest process, if the channels are deep enough for it. Otherwise frames
    are simulated until the interval no longer changes.
    """
    depths = declared(design)
    if not all(depths.values()) or steady_state_with(design, depths) is not None:
        return max(process.interval for process in design.processes)
    words = sum(channel.words for process in design.processes for channel in process.outputs)
    if words > MAX_SIMULATED_WORDS:
        raise EstimateError(
            "its channels are too shallow for the rate of its slowest process; the rate they allow "
            f"is worked out for up to {MAX_SIMULATED_WORDS:,} words a frame, it has {words:,}: "
            "size-fifos gives depths for the full rate"
        )
    return int(np.diff(simulate(design, SETTLING_FRAMES, depths).finished(design))[-1])


def layer_of(process: Process, vendor: str) -> LayerEstimate:
    """The estimate of a process and of the channels that it writes."""
    (pe, simd), cycles = process.at_once, process.interval
    use = process_use(process, vendor)
    if isinstance(process, SourceOp | SinkOp):
        use[RESOURCE_KINDS.index("dsp")] += frame_counter_dsps(cycles)
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
            f"{describe(process)}: no hardware is built like this; qnn-opt --tile finds what is"
        )
    for channel in process.outputs:
        depth = {"depth": channel.depth.data} if channel.depth.data else {}
        use = use + fifo_cost(vendor, channel, np.array([channel.lanes.data]), **depth)
    return use[:, 0]
