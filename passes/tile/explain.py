"""Messages of `tile`: why no folding meets a goal, and what a chosen folding reaches."""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from ...hardware.estimate import format_amount, reported_figures, share_of, vendor_amounts
from ...hardware.resources.device import (
    RESOURCE_KINDS,
    Device,
    Use,
    device_named,
    known_devices,
)
from ...hardware.search.space import CostTable, Space
from ...hardware.search.tiling import (
    UNLIMITED_BUDGET_FACTOR,
    BudgetExceeded,
    Infeasible,
    RateUnreachable,
    Tiler,
    Tiling,
    Unbuildable,
)
from ...hardware.timing.frame_rate import describe_rate
from ...qdialect.qnn.base import describe
from ...qdialect.refusal import Refusal
from ...qdialect.stream import Process
from ...qdialect.stream.folding import Storage
from ...qdialect.stream.ports import SinkOp, SourceOp
from .goal import Goal

MAX_LAYERS_SHOWN = 3
"""Layers that a message names as the largest users of a resource."""

OFF_CHIP_BITS = "off-chip bits/cycle"
"""How messages name the resource kind `port`."""


def explain_infeasible(goal: Goal, space: Space, error: Infeasible) -> Refusal:
    """The reason and the remedy for a search that found no folding."""
    match error:
        case Unbuildable(table=table):
            return _explain_unbuildable(goal, space, table)
        case RateUnreachable(tiler=tiler, cycles=cycles):
            return _explain_unreachable(goal, tiler, cycles)
        case BudgetExceeded(tiler=tiler, cycles=cycles):
            assert goal.device is not None
            return _explain_budget(goal, goal.device, tiler, cycles)
        case _:
            raise error


def _explain_unbuildable(goal: Goal, space: Space, table: CostTable) -> Refusal:
    """Explains a table without a possible entry: the device lacks a kind of resource, or the
    folding of the layer excludes every implementation that is possible."""
    name = describe_table(table)
    if goal.device is not None and (kinds := _missing_kinds(goal.device, space, table)):
        reason = f"{name} needs {', '.join(kinds)}, which {goal.device.name} does not have"
        return Refusal(reason, "choose another device")
    implementations = (
        space.implementations.get(table.of, []) if isinstance(table.of, Process) else []
    )
    buildable = np.isfinite(table.use.sum(0)).reshape(-1, len(implementations) or 1).any(0)
    storages = list(
        dict.fromkeys(
            implementation.storage
            for implementation, possible in zip(implementations, buildable, strict=False)
            if possible
        )
    )
    where = f" on {goal.device.name}" if goal.device is not None else ""
    remedy = f"its storage can be {' or '.join(storages)}" if storages else "choose another folding"
    if Storage.REGISTERS in storages:
        remedy += " (registers only if pe x simd covers all weights)"
    return Refusal(f"{name} cannot be built with its folding{where}", remedy)


def _missing_kinds(device: Device, space: Space, table: CostTable) -> list[str]:
    """The resources that every implementation of a process needs, and the device does not have."""
    (unrestricted,) = (each for each in space.tables if each.of is table.of)
    use = unrestricted.use
    needed = named_amounts(device, use.reshape(len(use), -1).min(1))
    available = named_amounts(device, device.amounts(1))
    return [name for name, use in needed.items() if use and not available.get(name)]


def _explain_unreachable(goal: Goal, tiler: Tiler, cycles: int) -> Refusal:
    """Explains a rate above that of the fastest folding, or foldings of layers that exclude each
    other."""
    if goal.fps is None:
        return Refusal(
            "the foldings of the layers exclude each other", "leave one of them to be chosen"
        )
    by_table = tiler.min_cycles_by_table()
    slowest = int(np.argmax(by_table))
    detail = f"{describe_table(tiler.tables[slowest])} takes at least {by_table[slowest]:,}"
    if by_table[slowest] <= cycles:
        detail = "the words of its channels are too narrow"
    return Refusal(
        f"{goal.fps:,.10g} frames/s allows {cycles:,} cycles per frame; no folding is that fast: "
        f"{detail}",
        f"the fastest folding takes {describe_rate(tiler.min_cycles(), goal.clock)}",
    )


def _explain_budget(goal: Goal, device: Device, tiler: Tiler, cycles: int) -> Refusal:
    """Explains which resources the cheapest folding needs beyond the budget, and for which
    layers."""
    assert goal.budget is not None
    unlimited = Tiler(
        tiler.space, UNLIMITED_BUDGET_FACTOR * goal.budget, tiler.fixed, off_chip=True
    )
    try:
        cheapest = unlimited.cheapest(cycles)
    except BudgetExceeded:
        return Refusal(
            f"{device.name} is too small: no folding fits even {UNLIMITED_BUDGET_FACTOR:,g} times "
            "its budget",
            "use a larger device",
        )
    used, budget = named_amounts(device, cheapest.use), named_amounts(device, goal.budget)
    available = named_amounts(device, device.amounts(goal.clock or device.clock_mhz))
    exceeded = [
        f"{format_amount(use)} {name}, of a budget of {format_amount(budget.get(name, 0))} "
        f"({share_of(budget.get(name, 0), available.get(name, 0))})"
        for name, use in used.items()
        if use > budget.get(name, 0)
    ]
    at_rate = f" for {goal.fps:,.10g} frames/s at {goal.clock:g} MHz" if goal.fps else ""
    scarcest = int(np.argmax(cheapest.use / np.maximum(goal.budget, 1e-9)))
    needs = "; ".join(exceeded) or "a combination of resources that exceeds the budget"
    return Refusal(
        f"{device.name} is too small{at_rate}: the cheapest folding needs {needs}; "
        f"{_largest_users(device, tiler.space, cheapest, scarcest)}",
        _remedy_for_budget(goal, device, tiler, cycles),
    )


def _remedy_for_budget(goal: Goal, device: Device, tiler: Tiler, cycles: int) -> str:
    """A rate that this device reaches, and a larger device."""
    remedies: list[str] = []
    if goal.fps is not None:
        with suppress(Infeasible):
            fastest = Tiler(tiler.space, goal.budget, tiler.fixed, off_chip=True).fastest()
            rate = describe_rate(fastest.interval, goal.clock)
            remedies.append(f"the fastest folding that fits on {device.name} takes {rate}")
    return "; ".join([*remedies, _larger_device(goal, device, tiler, cycles)])


def _larger_device(goal: Goal, device: Device, tiler: Tiler, cycles: int) -> str:
    """The smallest device of the same vendor that meets the goal at its default clock."""
    devices = [device_named(name) for name in known_devices()]
    for other in sorted(devices, key=lambda other: other.amounts(1)[0]):
        if other.vendor != device.vendor:
            continue
        there = replace(goal, device=other, clock_mhz=None)
        with suppress(Infeasible):
            search = Tiler(tiler.space, there.budget, tiler.fixed, off_chip=True)
            search.cheapest(cycles if there.max_cycles is None else there.max_cycles)
            return f"{other.name} is large enough, at {other.clock_mhz:g} MHz"
    return "no known device is large enough"


def _largest_users(device: Device, space: Space, tiling: Tiling, kind: int) -> str:
    """The layers that use most of one kind of resource."""
    one_unit = reported_figures(device.vendor, np.eye(len(RESOURCE_KINDS))[kind])
    (name,) = (name for name, amount in one_unit.items() if amount)
    shares: list[tuple[float, str]] = []
    for table in space.tables:
        widths = [(space.widths[choice], tiling.widths[choice]) for choice in table.choices]
        place = [int(np.searchsorted(values, width)) for values, width in widths]
        shares.append((table.use[(kind, *place)] / tiling.use[kind], describe_table(table)))
    largest = sorted(shares, reverse=True)[:MAX_LAYERS_SHOWN]
    layers = ", ".join(f"{layer} ({share:.0%})" for share, layer in largest if round(share, 2))
    return f"most {OFF_CHIP_BITS if name == 'port' else name} in {layers}"


def describe_table(table: CostTable) -> str:
    """How messages name a process, or a channel by the process that reads it."""
    if isinstance(table.of, SourceOp | SinkOp):
        return f"the network's {'input' if isinstance(table.of, SourceOp) else 'output'}"
    if isinstance(table.of, Process):
        return describe(table.of)
    assert table.of is not None
    (use,) = table.of.uses
    return f"the channel before {describe(use.operation)}"


def summarize_tiling(goal: Goal, tiling: Tiling, min_cycles: int) -> str:
    """The rate and the resources of a folding, and how far from optimal either may be."""
    rate = describe_rate(tiling.interval, goal.clock)
    if goal.device is None:
        return rate
    missed = f" (no folding takes fewer than {min_cycles:,})" * (min_cycles < tiling.interval)
    off_chip = ""
    if tiling.off_chip_interval:
        off_chip = f"; with off-chip weights, {describe_rate(tiling.off_chip_interval, goal.clock)}"
    excess = tiling.cost / tiling.bound - 1
    cost = f"at most {excess:.1%} above the lowest cost" if excess > 1e-9 else "the lowest cost"
    used = format_use(goal.device, tiling.use, goal.clock)
    return f"{rate}{missed}{off_chip}; before FIFO sizing, {used}: {cost}"


def format_use(device: Device, use: Use, clock_mhz: float | None = None) -> str:
    """Amounts of resources by name; with a clock, their shares of the device too."""
    amounts = {name: amount for name, amount in named_amounts(device, use).items() if amount}
    if clock_mhz is None:
        return ", ".join(f"{format_amount(amount)} {name}" for name, amount in amounts.items())
    available = named_amounts(device, device.amounts(clock_mhz))
    return ", ".join(
        f"{format_amount(amount)} {name} ({amount / available[name]:.0%})"
        for name, amount in amounts.items()
    )


def named_amounts(device: Device, use: Use) -> dict[str, float]:
    """Amounts of resources, with the names and in the units of reports."""
    found = vendor_amounts(device.vendor, use)
    return {OFF_CHIP_BITS if name == "port" else name: amount for name, amount in found.items()}
