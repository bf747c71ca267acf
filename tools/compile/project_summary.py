"""The summary in the README of a project: a table of its layers, and its rate and resources."""

from ...backends.project import DesignSource
from ...hardware.estimate import Estimate, LayerEstimate, format_amount
from ...passes.tile.layer_folding import folding_of
from ...qdialect.stream import DesignOp, Process
from ...qdialect.stream.flow import ForkOp, RepackOp
from ...qdialect.stream.ports import SinkOp, SourceOp
from ..estimate.estimate_tables import utilization_lines
from ..tables import markdown_table

PLUMBING = SourceOp | SinkOp | ForkOp | RepackOp
"""Processes that belong to no layer of a network; they share one row of the table."""

PROJECT_COLUMNS = ["layer", "kind", "PE", "SIMD", "storage", "cycles"]


def project_summary(design: DesignOp, emitted: DesignSource, found: Estimate) -> str:
    """The layers in Markdown, with rows that add up to the design, and its rate and resources."""
    (part,) = found.parts
    names, kinds = emitted.processes, list(part.resources)
    rows: list[list[str]] = []
    rest, others = dict(part.resources), list[str]()
    for name, process, layer in zip(names, design.processes, part.layers, strict=True):
        if isinstance(process, PLUMBING):
            others.append(layer.kind)
            continue
        used = {kind: part.named(layer.use).get(kind, 0) for kind in kinds}
        rest = {kind: rest[kind] - used[kind] for kind in kinds}
        rows.append([name, *_folding_cells(process, layer), *map(format_amount, used.values())])
    kind = ", ".join(dict.fromkeys(others))
    rows.append(["all else", kind, "", "", "", "", *map(format_amount, rest.values())])
    slowest = max(range(len(names)), key=lambda number: part.layers[number].cycles)
    lines = [
        f"{found.fps:,.1f} frames/s at {found.clock_mhz:g} MHz: a frame every "
        f"{found.interval:,} cycles; the slowest layer is {names[slowest]}",
        f"latency of one frame: {found.latency:,} cycles, "
        f"{found.latency / found.clock_mhz:,.1f} us",
        *utilization_lines(part),
    ]
    table = markdown_table([[*PROJECT_COLUMNS, *kinds], *rows])
    return "\n".join([table, "", *(f"- {line}" for line in lines)])


def _folding_cells(process: Process, layer: LayerEstimate) -> list[str]:
    fold = folding_of(process)
    choices = [str(choice) if choice is not None else "" for choice in (fold.pe, fold.simd)]
    return [layer.kind, *choices, fold.storage or "", f"{layer.cycles:,}"]
