"""A network in stages: numpy computes one, C++ the next, and so on.

Quantizing an input and scaling the scores stays with numpy, op by op, as the interpreter has it;
the integers between are C++.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Operation, SSAValue
from xdsl.utils.exceptions import InterpretationError

from ...qdialect.data import Array
from ...qdialect.interpreter import entry_of
from ...qdialect.qnn import ConstantOp, QnnOp
from ...qdialect.values import as_array
from .support import supports


@dataclass(frozen=True)
class Stage:
    """Ops that are computed one after another, all in one way."""

    native: bool
    ops: Sequence[QnnOp]
    inputs: Sequence[SSAValue]
    outputs: Sequence[SSAValue]
    """What is computed here and read elsewhere."""


@dataclass(frozen=True)
class StagedFunction:
    """A function in stages."""

    entry: FuncOp
    stages: Sequence[Stage]
    known: dict[SSAValue, Array]
    """Values that don't depend on the inputs."""
    results: Sequence[SSAValue]


def split_into_stages(module: ModuleOp) -> StagedFunction:
    """The entry function of a module in stages."""
    entry = entry_of(module)
    if not isinstance(entry, FuncOp) or entry.is_declaration:
        raise InterpretationError(f"@{entry.sym_name.data} is no function with a body")
    *ops, last = entry.body.block.ops
    assert isinstance(last, ReturnOp)
    known: dict[SSAValue, Array] = {}
    phases: dict[int, list[QnnOp]] = {}
    phase: dict[SSAValue, int] = {}
    for op in ops:
        if isinstance(op, ConstantOp):
            known[op.output] = op.data.array
        elif not isinstance(op, QnnOp):
            raise InterpretationError(f"{op.name} is none of the ops that the native engine runs")
        elif all(value in known for value in op.operands):
            results = op.evaluate(*(known[value] for value in op.operands))
            known.update(zip(op.results, map(as_array, results), strict=True))
        else:
            native = supports(op, known)
            behind = max((phase.get(value, 0) for value in op.operands), default=0)
            here = behind + (behind % 2 != native)
            phase.update((value, here) for value in op.results)
            phases.setdefault(here, []).append(op)
    results = list(last.operands)
    stages = [
        stage_of(phases[number], bool(number % 2), known, results) for number in sorted(phases)
    ]
    return StagedFunction(entry, stages, known, results)


def stage_of(
    ops: Sequence[QnnOp], native: bool, known: dict[SSAValue, Array], results: Sequence[SSAValue]
) -> Stage:
    here: set[Operation] = set(ops)
    inputs = unique_values(
        value
        for op in ops
        for value in op.operands
        if value not in known and value.owner not in here
    )
    outputs = unique_values(
        value
        for op in ops
        for value in op.results
        if value in results or any(use.operation not in here for use in value.uses)
    )
    return Stage(native, ops, inputs, outputs)


def unique_values(values: Iterable[SSAValue]) -> list[SSAValue]:
    return list(dict.fromkeys(values))
