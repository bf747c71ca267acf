"""Designs on several devices as one: what is modelled in time is all of them, links included."""

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
    """Designs that are joined by links, in order, and what they are together."""

    parts: list[DesignOp]
    design: DesignOp
    """All their processes, with a `stream.link` for each two ends of one; or the only part."""
    channels: dict[SSAValue, SSAValue] = field(default_factory=dict[SSAValue, SSAValue])
    """For each channel of a part that one of the whole."""


def linked_designs_of(module: ModuleOp) -> list[LinkedDesigns]:
    """The designs of a module; those that links join are one."""
    before = link_partners(module)
    wholes: list[LinkedDesigns] = []
    for parts in _groups(module, before):
        if len(parts) == 1:
            values = [value for process in parts[0].processes for value in process.results]
            wholes.append(LinkedDesigns(parts, parts[0], dict(zip(values, values, strict=True))))
        else:
            wholes.append(_joined(module, parts, before))
    return wholes


def link_partners(module: ModuleOp) -> dict[SourceOp, SinkOp]:
    """For each source that a link leads to the sink at the link's other end."""
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


def _groups(module: ModuleOp, before: Mapping[SourceOp, SinkOp]) -> list[list[DesignOp]]:
    """Designs that links join, each behind those it is fed by."""
    groups: list[list[DesignOp]] = []
    waiting = [op for op in module.ops if isinstance(op, DesignOp)]
    while waiting:
        for design in waiting:
            fed = {parent_design(before[source]) for source in design.sources if source in before}
            if not fed.intersection(waiting):
                break
        else:
            raise ValueError("links lead from designs to themselves")
        waiting.remove(design)
        joined = [group for group in groups if fed.intersection(group)]
        groups = [group for group in groups if group not in joined]
        groups.append([part for group in joined for part in group] + [design])
    return groups


def _joined(
    module: ModuleOp, parts: list[DesignOp], before: Mapping[SourceOp, SinkOp]
) -> LinkedDesigns:
    """One design of all processes; it stands in a module of its own, which runs it alone."""
    block, values = Block(), dict[SSAValue, SSAValue]()
    for part in parts:
        for process in part.processes:
            if isinstance(process, SourceOp) and process in before:
                sent = values[before[process].x]
                link = LinkOp(sent, part.sym_name.data, process.over)
                link.layer = process.port
                block.add_op(link)
                channel = channel_of(process.output)
                values[process.output] = Rewriter.replace_value_with_new_type(link.output, channel)
            elif not isinstance(process, SinkOp) or process not in before.values():
                block.add_op(process.clone(values))
    first = parts[0]
    clock = None if first.clock_mhz is None else first.clock_mhz.value.data
    design = DesignOp(first.sym_name.data, Region(block), clock_mhz=clock)
    others = [op.clone() for op in module.ops if not isinstance(op, DesignOp)]
    ModuleOp([*others, design])
    for function in others:
        if isinstance(function, FuncOp):
            _run_as_one(function, parts, design)
    return LinkedDesigns(parts, design, values)


def _run_as_one(function: FuncOp, parts: list[DesignOp], design: DesignOp) -> None:
    """Runs the whole where the parts are run, one after another."""
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
    whole = RunOp(design.sym_name.data, frames, types)
    Rewriter.insert_op(whole, InsertPoint.before(runs[-1]))
    for old, new in zip(results, whole.results, strict=True):
        old.replace_all_uses_with(new)
    for run in reversed(runs):
        Rewriter.erase_op(run)
