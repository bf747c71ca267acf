"""In-place operators: they are imported as if they returned a new tensor.

That is wrong if the same storage is read later under another name: `b.flatten(1).relu_()` changes
`b`. Programs that do this are rejected.
"""

from collections.abc import Sequence

from .program import Argument, OperatorCall, TensorRef, TorchProgram

VIEW_NAMES = (
    *("view", "reshape", "_unsafe_view", "flatten", "squeeze", "unsqueeze", "slice", "select"),
    *("chunk", "split", "split_with_sizes", "permute", "transpose", "t", "numpy_T", "alias"),
    *("dropout", "feature_dropout", "contiguous", "detach", "to"),
)
VIEWS = {f"aten.{name}" for name in VIEW_NAMES}
"""Operators whose results may share the storage of their input."""


def writes_input(call: OperatorCall) -> bool:
    """Whether an operator writes into its first argument."""
    return call.target.endswith("_") and not call.target.endswith("__")


def refuse_shared_writes(program: TorchProgram) -> None:
    """Raises an error if a call writes to a tensor that is read later under another name."""
    groups: dict[str, set[str]] = {}
    last = {
        name: number for number, call in enumerate(program.calls) for name in _tensors_read(call)
    }
    last |= dict.fromkeys(program.outputs, len(program.calls))
    for number, call in enumerate(program.calls):
        read = _tensors_read(call)
        if not read:
            continue
        group = groups.setdefault(read[0], {read[0]})
        if writes_input(call):
            stale = {name for name in group if last.get(name, 0) > number}
            if stale:
                raise call.fail(
                    f"it writes in place to a tensor that is read later as {min(stale)}: "
                    "use inplace=False, or export with run_decompositions({})"
                )
        if call.target in VIEWS or writes_input(call):
            group.update(call.outputs)
            groups.update(dict.fromkeys(call.outputs, group))


def _tensors_read(call: OperatorCall) -> Sequence[str]:
    """The tensors that a call reads; the first is the one that an in-place operator writes."""
    names: list[str] = []
    for value in call.arguments.values():
        items: list[Argument] = [*value] if isinstance(value, list) else [value]
        names += [item.name for item in items if isinstance(item, TensorRef)]
    return names
