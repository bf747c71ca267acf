"""Messages of `partition`: why a design cannot be cut, and what a cut reaches."""

import numpy as np

from ...hardware.search.partition import Partitioner, PartitionPlan, Unpartitionable
from ...hardware.timing.frame_rate import (
    MAX_CYCLES_PER_FRAME,
    describe_rate,
    frames_per_second,
)
from ...qdialect.qnn.base import describe
from ...qdialect.refusal import Refusal
from ...qdialect.stream import Process
from .device_chain import DeviceChain


def explain_unpartitionable(
    partitioner: Partitioner, chain: DeviceChain, error: Unpartitionable
) -> Refusal:
    """The first obstacle that is found; those with the simplest remedy are checked first."""
    at_rate = "" if chain.fps is None else f" for {chain.fps:,.10g} frames/s"
    refusal = (
        _too_many_devices(partitioner, error)
        or _slow_layer(partitioner, error)
        or _large_layer(partitioner, error)
        or _slow_link(partitioner, error)
        or _slow_cut(partitioner, error)
        or Refusal(
            "the devices are too few or too small for any folding", "use more or larger devices"
        )
    )
    reason = f"the design cannot be cut{at_rate}: {refusal.reason}"
    return Refusal(reason, refusal.remedy)


def _too_many_devices(partitioner: Partitioner, error: Unpartitionable) -> Refusal | None:
    max_parts = int(partitioner.cuts.layers.has_work.sum())
    if error.counts[0] <= max_parts:
        return None
    return Refusal(
        f"{error.counts[0]} devices are too many: the design can have at most {max_parts} parts",
        "use fewer devices, or only the fewest that are needed",
    )


def _slow_layer(partitioner: Partitioner, error: Unpartitionable) -> Refusal | None:
    for costs in partitioner.costs.values():
        for part in (part for parts in costs.groups for part in parts):
            cycles = part.interval[np.isfinite(part.use).all(0)]
            if isinstance(part.of, Process) and not (cycles <= error.cycles).any():
                rate = describe_rate(int(cycles.min()), partitioner.clock_mhz)
                return Refusal(f"{describe(part.of)} takes at least {rate}", "lower the rate")
    return None


def _large_layer(partitioner: Partitioner, error: Unpartitionable) -> Refusal | None:
    groups = partitioner.cuts.layers.groups
    inside = np.eye(len(groups), dtype=bool)
    devices = list(dict.fromkeys((d.name, d.vendor) for d in partitioner.devices))
    budgets = {d.name: d.budget(partitioner.clock_mhz) for d in partitioner.devices}
    for number, group in enumerate(groups):
        if not any(
            partitioner.costs[vendor].can_tile(inside[number], budgets[name], error.cycles)
            for name, vendor in devices
        ):
            names = " or ".join(name for name, _ in devices)
            return Refusal(
                f"{describe(group[-1])} alone does not fit on {names}",
                "use a larger device or a lower rate",
            )
    return None


def _slow_link(partitioner: Partitioner, error: Unpartitionable) -> Refusal | None:
    least = int(partitioner.cuts.link_cycles[1:-1].min(initial=MAX_CYCLES_PER_FRAME))
    if error.counts[0] == 1 or least <= error.cycles:
        return None
    rate = describe_rate(least, partitioner.clock_mhz)
    return Refusal(
        f"the link is too slow: at the cut with the least traffic it takes {rate}",
        "use a wider or faster link",
    )


def _slow_cut(partitioner: Partitioner, error: Unpartitionable) -> Refusal | None:
    if error.cycles >= partitioner.candidate_cycles[-1]:
        return None
    try:
        rate = describe_rate(partitioner.min_cycles(error.counts), partitioner.clock_mhz)
    except Unpartitionable:
        return None
    return Refusal(
        "no cut is that fast", f"the fastest cut for these devices and this link takes {rate}"
    )


def summarize_plan(chain: DeviceChain, plan: PartitionPlan) -> str:
    """The rate and the link traffic of a cut, and how far from optimal either may be."""
    fps, total = frames_per_second(chain.clock, plan.cycles), sum(plan.link_bits)
    text = f"{len(plan.parts)} of {len(chain.devices)} devices"
    text += f": {describe_rate(plan.cycles, chain.clock)}"
    if plan.link_bits:
        traffic = ", ".join(f"{bits * fps / 1e9:.3g}" for bits in plan.link_bits)
        text += f"; {traffic} of {chain.link.gbit_s:.3g} Gbit/s over the links"
    if chain.fps is None and 0 < plan.min_cycles < plan.cycles:
        text += f"; no cut takes fewer than {plan.min_cycles:,} cycles per frame"
    if total > plan.min_link_bits:
        text += f"; link traffic at most {total / plan.min_link_bits - 1:.0%} above the least"
    return text
