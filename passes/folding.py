"""Folding: how many elements each channel carries in a word, so that every process is as parallel
as its layer was given.

Layers with weights are given PE, rows at once, and SIMD, columns at once. All other processes carry
what the next such layer wants; where two words still differ, a resize stands in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import Rewriter
from xdsl.utils.exceptions import PassFailedException

from ..qdialect.spelling import nearest
from ..qdialect.stream import DesignOp, Process
from ..qdialect.stream.compute import DepthwiseOp, LabelSelectOp, MatvecOp, WeightedProcess
from ..qdialect.stream.flow import ConcatOp, ResizeOp, SinkOp, SourceOp, SplitOp
from ..qdialect.stream.types import channel_of
from ..qdialect.stream.windows import WindowOp


@dataclass(frozen=True)
class Fold:
    """The parallelism of a layer with weights."""

    pe: int = 1
    simd: int = 1


def layers_of(design: DesignOp) -> dict[str, WeightedProcess]:
    """The processes with weights, by the names of their layers."""
    found: dict[str, WeightedProcess] = {}
    for process in design.processes:
        if isinstance(process, WeightedProcess) and isinstance(process.layer, StringAttr):
            found[process.layer.data] = process
    return found


def fold_design(design: DesignOp, folds: Mapping[str, Fold]) -> None:
    """Sets the lanes of all channels; layers that are not named have one PE and one SIMD."""
    layers = layers_of(design)
    for name, fold in folds.items():
        if name not in layers:
            raise PassFailedException(f"there is no layer {name!r}; {nearest(name, layers)}")
        _check(name, fold, layers[name])
    given = {layers[name]: fold for name, fold in folds.items()}
    wanted = Wanted(design, given)
    for process in list(design.processes):
        wanted.carry(process)


def _check(name: str, fold: Fold, process: WeightedProcess) -> None:
    """A layer's rows and columns divide by what is computed at once."""
    rows, cols = process.rows.shape
    sizes = (
        ("pe", fold.pe, rows),
        ("simd", fold.simd, cols if isinstance(process, MatvecOp) else 1),
    )
    for key, value, size in sizes:
        if value < 1 or size % value:
            fits = [number for number in range(1, size + 1) if size % number == 0]
            near = min(fits, key=lambda number: abs(number - value))
            raise PassFailedException(
                f"layer {name!r}: {key} = {value} does not divide {size}; the nearest is {near}"
            )


class Wanted:
    """What each reader wants to find in a word."""

    def __init__(self, design: DesignOp, folds: Mapping[WeightedProcess, Fold]):
        self.folds = folds
        self.lanes: dict[tuple[Operation, int], int] = {}
        for process in reversed(design.processes):
            for index, value in enumerate(process.operands):
                lanes = self._wanted(process, channel_of(value).frame[-1])
                if lanes is not None:
                    self.lanes[process, index] = lanes

    def of(self, value: SSAValue) -> int | None:
        """What the reader of a channel wants; None if it takes anything."""
        (use,) = value.uses
        return self.lanes.get((use.operation, use.index))

    def _fold(self, process: WeightedProcess) -> Fold:
        return self.folds.get(process, Fold())

    def _wanted(self, process: Process, depth: int) -> int | None:
        """What a process wants of an input with so many channels; None if it takes anything."""
        wants = [lanes for value in process.results if (lanes := self.of(value)) is not None]
        match process:
            case MatvecOp():
                return self._fold(process).simd
            case DepthwiseOp():
                return self._fold(process).pe
            case SinkOp() | ResizeOp():
                return None
            case ConcatOp() | SplitOp():
                parts = [channel.frame[-1] for channel in (*process.inputs, *process.outputs)]
                return gcd(max(wants, default=1), *parts)
            case _:
                return gcd(max(wants), depth) if wants else None

    def carry(self, process: Process) -> None:
        """Gives a process the words it wants, and its results their lanes."""
        for index, value in enumerate(process.operands):
            lanes = self.lanes.get((process, index))
            if lanes is not None and channel_of(value).lanes.data != lanes:
                self._cut(process, index, lanes)
        for value in process.results:
            _retype(value, self._given(process, value))

    def _cut(self, process: Process, index: int, lanes: int) -> None:
        """Puts a resize before a process, or changes the one that is there."""
        value = process.operands[index]
        if isinstance(value.owner, ResizeOp):
            return _retype(value, lanes)
        resize = ResizeOp(value, lanes)
        resize.output.name_hint = value.name_hint
        block = process.parent_block()
        assert block is not None
        block.insert_op_before(resize, process)
        process.operands[index] = resize.output

    def _given(self, process: Process, value: SSAValue) -> int:
        """How many elements a process writes at once."""
        channel = channel_of(value)
        match process:
            case WeightedProcess():
                return self._fold(process).pe
            case SourceOp() | ResizeOp():
                return self.of(value) or channel.lanes.data
            case WindowOp() if process.by_channel is None:
                wanted, depth = self.of(value) or 1, process.inputs[0].frame[-1]
                fits = depth % wanted == 0 or wanted % depth == 0
                return wanted if fits else gcd(wanted, depth)
            case LabelSelectOp():
                return 1
            case _:
                return gcd(channel_of(process.operands[0]).lanes.data, channel.frame[-1])


def _retype(value: SSAValue, lanes: int) -> None:
    channel = channel_of(value)
    if channel.lanes.data != lanes:
        Rewriter.replace_value_with_new_type(value, channel.with_lanes(lanes))
