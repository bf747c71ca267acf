"""Bounds the work of a module before it runs: functions that call others can multiply it."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import CallOp, FuncOp
from xdsl.ir import Operation
from xdsl.utils.exceptions import InterpretationError

MAX_CALL_DEPTH = 32
"""Functions that may be active at the same time: the interpreter uses Python's stack."""

MAX_EXECUTED_OPS = 200_000
"""Ops that a run may execute; more would take minutes even on tiny tensors."""


def check_calls(module: ModuleOp, entry: Operation) -> None:
    """Raises InterpretationError for recursion, for deep calls, and for too many executed ops."""
    functions = {op.sym_name.data: op for op in module.ops if isinstance(op, FuncOp)}
    executed: dict[Operation, int] = {}
    active: list[str] = []

    def ops_executed_by(function: Operation) -> int:
        if function not in executed:
            count = 0
            for op in function.walk():
                count += 1
                if isinstance(op, CallOp) and op.callee.string_value() in functions:
                    count += ops_called(op.callee.string_value())
            executed[function] = count
        return executed[function]

    def ops_called(name: str) -> int:
        if name in active or functions[name] is entry:
            raise InterpretationError(f"@{name} calls itself: recursion is not supported")
        if len(active) >= MAX_CALL_DEPTH:
            raise InterpretationError(
                f"calls of functions are nested more than {MAX_CALL_DEPTH} deep"
            )
        active.append(name)
        count = ops_executed_by(functions[name])
        active.pop()
        return count

    total = ops_executed_by(entry)
    if total > MAX_EXECUTED_OPS:
        raise InterpretationError(
            f"a run would execute more than {MAX_EXECUTED_OPS:,} ops ({total:,.6g}): call "
            "functions less often"
        )
