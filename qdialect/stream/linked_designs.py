"""Designs on several devices as one design, with a process for each link between them.

The cycle model needs it: back-pressure and latency cross the links.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.traits import SymbolTable

from . import DesignOp, RunOp, SinkOp, SourceOp
from .design import frame_tensor, parent_design, sink_of
from .flow import LinkOp
from .types import channel_of


@dataclass(frozen=True)
class LinkedDesigns:
    """Designs that are joined by links, and the single design that models all of them."""

    parts: list[DesignOp]
    """The designs in the order of the data."""
    design: DesignOp
    """One design with the processes of all parts, and a `stream.link` for each pair of link ends;
    the part itself if there is only one."""
    channels: dict[SSAValue, SSAValue] = field(default_factory=dict[SSAValue, SSAValue])
    """For each channel of a part, its copy in `design`."""


def linked_designs_of(module: ModuleOp) -> list[LinkedDesigns]:
    """The designs of a module, grouped by the links between them."""
    partners = link_partners(module)
    found: list[LinkedDesigns] = []
    for parts in _linked_groups(module, partners):
        if len(parts) == 1:
            values = [value for process in parts[0].processes for value in process.results]
            found.append(LinkedDesigns(parts, parts[0], dict(zip(values, values, strict=True))))
        else:
            found.append(_link_designs(module, parts, partners))
    return found


def link_partners(module: ModuleOp) -> dict[SourceOp, SinkOp]:
    """For each source at the end of a link, the sink at its other end."""
    found: dict[SourceOp, SinkOp] = {}
    for run in module.walk():
        if not isinstance(run, RunOp):
            continue
        design = SymbolTable.lookup_symbol(run, run.design)
        assert isinstance(design, DesignOp)
        for source, frame in zip(design.sources, run.frames, strict=True):
            sink = sink_of(frame)
            if source.over is not None and sink is not None:
                found[source] = sink
    return found


def _linked_groups(module: ModuleOp, partners: Mapping[SourceOp, SinkOp]) -> list[list[DesignOp]]:
    """The designs that are connected by links, each after those whose data it receives."""
    groups: list[list[DesignOp]] = []
    waiting = [op for op in module.ops if isinstance(op, DesignOp)]
    while waiting:
        for design in waiting:
            senders = {
                parent_design(partners[source]) for source in design.sources if source in partners
            }
            if not senders.intersection(waiting):
                break
        else:
            raise ValueError("links between designs form a cycle")
        waiting.remove(design)
        joined = [group for group in groups if senders.intersection(group)]
        groups = [group for group in groups if group not in joined]
        groups.append([part for group in joined for part in group] + [design])
    return groups


def _link_designs(
    module: ModuleOp, parts: list[DesignOp], partners: Mapping[SourceOp, SinkOp]
) -> LinkedDesigns:
    """One design of the processes of all parts, in a module of its own that runs it."""
    block, values = Block(), dict[SSAValue, SSAValue]()
    for part in parts:
        for process in part.processes:
            if isinstance(process, SourceOp) and process in partners:
                sent = values[partners[process].x]
                link = LinkOp(sent, part.sym_name.data, process.over)
                link.layer = process.port
                block.add_op(link)
                channel = channel_of(process.output)
                values[process.output] = Rewriter.replace_value_with_new_type(link.output, channel)
            elif not isinstance(process, SinkOp) or process not in partners.values():
                block.add_op(process.clone(values))
    first = parts[0]
    clock = None if first.clock_mhz is None else first.clock_mhz.value.data
    design = DesignOp(first.sym_name.data, Region(block), clock_mhz=clock, target=first.target)
    others = [op.clone() for op in module.ops if not isinstance(op, DesignOp)]
    ModuleOp([*others, design])
    for function in others:
        if isinstance(function, FuncOp):
            _replace_runs(function, parts, design)
    return LinkedDesigns(parts, design, values)


def _replace_runs(function: FuncOp, parts: list[DesignOp], design: DesignOp) -> None:
    """Replaces the runs of the parts by one run of the linked design."""
    by_name = {part.sym_name.data: part for part in parts}
    runs = [op for op in function.walk() if isinstance(op, RunOp)]
    runs = [run for run in runs if run.design.string_value() in by_name]
    if not runs:
        return
    frames: list[SSAValue] = []
    results: list[SSAValue] = []
    for run in runs:
        part = by_name[run.design.string_value()]
        frames += [f for f, s in zip(run.frames, part.sources, strict=True) if s.over is None]
        results += [r for r, s in zip(run.results, part.sinks, strict=True) if s.over is None]
    types = [frame_tensor(channel_of(sink.x)) for sink in design.sinks]
    run_all = RunOp(design.sym_name.data, frames, types)
    Rewriter.insert_op(run_all, InsertPoint.before(runs[-1]))
    for old, new in zip(results, run_all.results, strict=True):
        old.replace_all_uses_with(new)
    for run in reversed(runs):
        Rewriter.erase_op(run)
