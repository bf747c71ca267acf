"""Estimates as text: tables of layers, and lines about the rate, the work and the device."""

from ...hardware.estimate import Estimate, PartEstimate, format_amount
from ...hardware.resources.work import NetworkWork
from ...hardware.search.limits import NextStep
from ...hardware.timing.frame_rate import frames_per_second
from ..tables import align_columns, short_names, with_unit_prefix
from .estimate_json import exceeded_resources


def estimate_table(found: Estimate, is_chain: bool, step: NextStep | None = None) -> str:
    """The layers of each part, and the totals; on one device, the next faster design, too."""
    lines: list[str] = []
    for part in found.parts:
        table = layer_table(part, found.bottleneck.cycles)
        if is_chain:
            lines += [f"{part.name} on {part.device.name}:", table, *utilization_lines(part), ""]
        else:
            lines += [table, ""]
    lines += system_lines(found)
    if not is_chain:
        (part,) = found.parts
        lines += [_traffic_line(found), *utilization_lines(part), _next_step_line(found, step)]
    return "\n".join(lines)


def system_lines(found: Estimate) -> list[str]:
    """The traffic of the links, the rate and the work of all parts."""
    links = [
        f"link to {each.to}: {each.bits:,} bits per frame in {each.cycles:,} cycles, "
        f"{each.bits * found.fps / 1e9:.3g} of {each.link.gbit_s:.3g} Gbit/s"
        for each in found.links
    ]
    return [*links, *_rate_lines(found), _work_line(found.work)]


def layer_table(part: PartEstimate, slowest: int) -> str:
    """A line for each process, then one for each kind; a `*` marks each with `slowest` cycles."""
    kinds = list(part.resources)
    names = short_names(layer.name for layer in part.layers)
    rows = [["", "layer", "kind", "PE", "SIMD", "cycles", *kinds]]
    for layer in part.layers:
        amounts = part.named(layer.use)
        mark = "*" if layer.cycles == slowest else ""
        numbers = [f"{n:,}" for n in (layer.pe, layer.simd, layer.cycles)]
        cells = [format_amount(amounts.get(kind, 0)) for kind in kinds]
        rows.append([mark, names[layer.name], layer.kind, *numbers, *cells])
    for kind, use in part.kinds.items():
        amounts = part.named(use)
        cells = [format_amount(amounts.get(name, 0)) for name in kinds]
        rows.append(["", "all", kind, "", "", "", *cells])
    return align_columns(rows, 3)


def utilization_lines(part: PartEstimate) -> list[str]:
    """The use of each resource, with a remark where it exceeds the budget or the device."""
    held = part.named(part.device.amounts(part.clock_mhz))
    excess = part.excess
    lines: list[str] = []
    for kind, used in part.resources.items():
        if used > held.get(kind, 0):
            remark = ": exceeds the device"
        elif kind in excess:
            remark = f": timing may not close above {format_amount(excess[kind][1])}"
        else:
            remark = ""
        error = f" +-{part.errors[kind]:.0%}" if kind in part.errors else ""
        lines.append(
            f"{kind}: {format_amount(used)}{error} of {format_amount(held.get(kind, 0))}, "
            f"{part.utilisation[kind]:.1%}{remark}"
        )
    return [*lines, *([part.calibration.remark] if part.calibration.remark else [])]


def _rate_lines(found: Estimate) -> list[str]:
    devices = ", ".join(part.device.name for part in found.parts)
    microseconds = found.latency / found.clock_mhz
    return [
        f"{devices} at {found.clock_mhz:g} MHz: {found.fps:,.1f} frames/s, "
        f"a frame every {found.interval:,} cycles",
        f"* slowest: {_slowest_layer(found)}",
        f"latency of one frame: {found.latency:,} cycles, {microseconds:,.2f} us",
    ]


def _slowest_layer(found: Estimate) -> str:
    slowest = found.bottleneck
    names = short_names(layer.name for part in found.parts for layer in part.layers)
    return f"{names[slowest.name]} ({slowest.kind})"


def _work_line(work: NetworkWork) -> str:
    return (
        f"work per frame: {work.macs:,} MACs, {work.ops:,} ops, "
        f"{with_unit_prefix(work.bops)}BOPs; {work.weight_bits:,} bits of weights, "
        f"{work.feature_bits:,} bits of feature maps"
    )


def _traffic_line(found: Estimate) -> str:
    return (
        f"off-chip traffic: {found.work.external_bits:,} bits per frame, "
        f"{found.bandwidth_gb_s:.3g} GB/s; {found.work.intensity:,.1f} ops per byte"
    )


def _next_step_line(found: Estimate, step: NextStep | None) -> str:
    """The next faster design, and the reason why it is not this one."""
    (part,) = found.parts
    slowest = _slowest_layer(found)
    if step is None:
        return f"next step: none; {slowest} has its maximum parallelism"
    fps = frames_per_second(found.clock_mhz, step.interval)
    rate = f"{fps:,.1f} frames/s, {step.interval:,} cycles"
    amounts = part.named(step.use)
    if not step.over:
        weights = " and off-chip weights" if amounts.get("port") else ""
        return f"next step: {rate}: fits the device, with a faster {slowest}{weights}"
    budget = part.named(part.device.budget(found.clock_mhz))
    exceeded = (
        f"{format_amount(amounts[kind])} {kind} of a budget of {format_amount(budget[kind])}"
        for kind in exceeded_resources(part, step)
    )
    return f"next step: {rate}: needs {' and '.join(exceeded)}"
