"""A network as stages that numpy and C++ compute in turn.

numpy quantizes the inputs and scales the scores, op by op like the interpreter; C++ computes the
integers between.
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
    """Consecutive ops that are all computed in C++ (native), or all by numpy."""

    native: bool
    ops: Sequence[QnnOp]
    inputs: Sequence[SSAValue]
    outputs: Sequence[SSAValue]
    """Values that later stages or the network's results read."""


@dataclass(frozen=True)
class StagedFunction:
    """A function, split into stages."""

    entry: FuncOp
    stages: Sequence[Stage]
    known: dict[SSAValue, Array]
    """Values that do not depend on the inputs."""
    results: Sequence[SSAValue]


def split_into_stages(module: ModuleOp) -> StagedFunction:
    """The entry function of a module, split into stages.

    Even phases are numpy, odd ones C++. An op is in the first phase of its kind that is not before
    the phases of its operands, so an op never reads a value of a later phase.
    """
    entry = entry_of(module)
    if not isinstance(entry, FuncOp) or entry.is_declaration:
        raise InterpretationError(
            f"the native engine cannot run @{entry.sym_name.data}: it is not a function with a body"
        )
    *ops, last = entry.body.block.ops
    assert isinstance(last, ReturnOp)
    known: dict[SSAValue, Array] = {}
    phases: dict[int, list[QnnOp]] = {}
    phase_of: dict[SSAValue, int] = {}
    for op in ops:
        if isinstance(op, ConstantOp):
            known[op.output] = op.data.array
        elif not isinstance(op, QnnOp):
            raise InterpretationError(
                f"the native engine cannot run {op.name}: it runs ops of the qnn dialect"
            )
        elif all(value in known for value in op.operands):
            results = op.evaluate(*(known[value] for value in op.operands))
            known.update(zip(op.results, map(as_array, results), strict=True))
        else:
            native = supports(op, known)
            ready = max((phase_of.get(value, 0) for value in op.operands), default=0)
            phase = ready + (ready % 2 != native)
            phase_of.update((value, phase) for value in op.results)
            phases.setdefault(phase, []).append(op)
    results = list(last.operands)
    stages = [
        stage_of(phases[number], bool(number % 2), known, results) for number in sorted(phases)
    ]
    return StagedFunction(entry, stages, known, results)


def stage_of(
    ops: Sequence[QnnOp], native: bool, known: dict[SSAValue, Array], results: Sequence[SSAValue]
) -> Stage:
    """A stage of some ops, with the values that enter and leave it."""
    members: set[Operation] = set(ops)
    inputs = unique_values(
        value
        for op in ops
        for value in op.operands
        if value not in known and value.owner not in members
    )
    outputs = unique_values(
        value
        for op in ops
        for value in op.results
        if value in results or any(use.operation not in members for use in value.uses)
    )
    return Stage(native, ops, inputs, outputs)


def unique_values(values: Iterable[SSAValue]) -> list[SSAValue]:
    return list(dict.fromkeys(values))
