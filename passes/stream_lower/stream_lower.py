"""`stream-lower`: turns the integer part of a network into a design that the host runs.

The host keeps the float ops at the two ends of the network, the prologue and the epilogue. All ops
between them are lowered to processes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Attribute, Block, Operation, OpResult, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import GreedyRewritePatternApplier, PatternRewriteWalker
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.exceptions import PassFailedException

from ...qdialect.data import Array
from ...qdialect.permutation import transposition_of
from ...qdialect.qnn.base import QnnOp
from ...qdialect.qnn.canonicalization import PATTERNS
from ...qdialect.qnn.constants import ConstantOp, constant_of
from ...qdialect.qnn.layout import ConcatOp, MoveOp, ReshapeOp, SplitOp, TransposeOp
from ...qdialect.stream import DesignOp, SinkOp, SourceOp
from ...qdialect.stream.design import RunOp, frame_tensor
from ...qdialect.stream.flow import ForkOp
from ...qdialect.stream.types import channel_of
from ...qdialect.types import element_of, is_quant, shape_of
from .lowering import Lowering, refused

DESIGN_NAME = "design"
"""The symbol name of the design."""


@dataclass(frozen=True)
class StreamLowerPass(ModulePass):
    """Moves all ops on integers into a design, whose channels carry one element per word.

    Before:

        %a = qnn.conv2d %x, %w : (tensor<1x32x32x3xui8>, ...) -> tensor<1x30x30x64xsi14>
        %y = qnn.threshold %a, %t : ... -> tensor<1x30x30x64x!qnn.bipolar>

    After:

        %y = stream.run @design %x : (tensor<1x32x32x3xui8>) -> tensor<1x30x30x64x!qnn.bipolar>
        stream.design @design {
          %p = stream.window %x kernel = [3, 3] : ...
          %y = stream.matvec %p weights(@w) thresholds(@t) accumulator = si14 : ...

    Ops that only quantize or transpose inputs, or scale results, stay on the host.
    """

    name = "stream-lower"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        functions = [f for f in op.ops if isinstance(f, FuncOp) and not f.is_declaration]
        if len(functions) != 1:
            raise PassFailedException(
                f"stream-lower: this module has {len(functions)} functions; it must have one"
            )
        applier = GreedyRewritePatternApplier(list(PATTERNS), ctx=ctx)
        PatternRewriteWalker(applier).rewrite_module(op)
        _lower_function(op, functions[0])


def _lower_function(module: ModuleOp, function: FuncOp) -> None:
    ops = [op for op in function.body.block.ops if not is_image_independent(op)]
    before, after = prologue(ops), epilogue(ops)
    inside = [op for op in ops if op not in before and op not in after]
    hardware = set(inside)
    _sort_by_step(function.body.block, hardware, after)
    for op in inside:
        _require_lowerable(op)
    if not inside:
        raise PassFailedException("stream-lower: no op computes with integers; run fold-bn first")
    entering = list(
        dict.fromkeys(v for op in inside for v in op.operands if _enters_design(v, hardware))
    )
    leaving = [v for op in inside for v in op.results if _leaves_design(v, hardware)]
    lowering = Lowering(module)
    _add_sources(lowering, entering)
    for op in inside:
        lowering.lower(op)
    types = _add_sinks(lowering, leaving)
    orders = [lowering.carried[value].order for value in leaving]
    insert_forks(lowering.block)
    design = DesignOp(DESIGN_NAME, Region(lowering.block))
    Rewriter.insert_op(design, InsertPoint.after(function))
    run = RunOp(DESIGN_NAME, entering, types)
    _replace_with_run(function, inside, dict(zip(leaving, orders, strict=True)), run)
    lowering.pool.drop_unused()


def _add_sources(lowering: Lowering, values: Sequence[SSAValue]) -> None:
    for number, value in enumerate(values):
        name = _unused_port_name(value.name_hint or f"input{number}", lowering.block)
        source = SourceOp(name, lowering.channel_type(value))
        lowering.block.add_op(source)
        lowering.bind(value, source.output)


def _add_sinks(lowering: Lowering, values: Sequence[OpResult]) -> list[TensorType[Attribute]]:
    """Adds a sink for each value; returns the types of the tensors that leave the design."""
    channels = [lowering.result_channel(value, value.op) for value in values]
    for number, (value, channel) in enumerate(zip(values, channels, strict=True)):
        name = _unused_port_name(value.name_hint or f"output{number}", lowering.block)
        lowering.block.add_op(SinkOp(name, channel))
    return [frame_tensor(channel_of(channel)) for channel in channels]


def is_image_independent(op: Operation) -> bool:
    """Whether an op has the same results for all images."""
    if isinstance(op, ConstantOp):
        return True
    return isinstance(op, QnnOp) and op.constant_result() is not None


def is_float(op: Operation) -> bool:
    """Whether an op computes with floats, or between floats and integers."""
    return not all(is_quant(element_of(value)) for value in (*op.operands, *op.results))


def can_run_on_host(op: Operation) -> bool:
    """Whether the host may compute an op, at either end of the network."""
    return isinstance(op, QnnOp) and (isinstance(op, MoveOp) or is_float(op))


def prologue(ops: list[Operation]) -> set[Operation]:
    """The ops that the host computes first: floats and moves that depend on no other ops."""
    found: set[Operation] = set()
    for op in ops:
        free = (value for value in op.operands if constant_of(value) is None)
        if can_run_on_host(op) and all(
            isinstance(v.owner, Block) or v.owner in found for v in free
        ):
            found.add(op)
    return found


def epilogue(ops: list[Operation]) -> set[Operation]:
    """The ops that the host computes last: floats and moves on which no other ops depend."""
    found: set[Operation] = set()
    for op in reversed(ops):
        users = (use.operation for value in op.results for use in value.uses)
        if (isinstance(op, ReturnOp) or can_run_on_host(op)) and all(
            user in found for user in users
        ):
            found.add(op)
    return found


def _require_lowerable(op: Operation) -> None:
    if not isinstance(op, QnnOp):
        raise PassFailedException(f"stream-lower: {op.name} is not an op of the qnn dialect")
    if is_float(op):
        raise refused(op, "it computes with floats between integer ops", "run fold-bn first")
    if isinstance(op, ConcatOp | SplitOp) and op.axis_from_front == 0:
        reason = "its axis 0 is the batch"
        raise refused(op, reason, "only the axes of one image can be concatenated and split")
    for value in op.operands:
        if constant_of(value) is None and shape_of(value)[:1] != (1,):
            raise refused(op, "its tensors hold several images", "use a batch size of 1")


def _enters_design(value: SSAValue, design_ops: set[Operation]) -> bool:
    return constant_of(value) is None and value.owner not in design_ops


def _leaves_design(value: SSAValue, design_ops: set[Operation]) -> bool:
    return any(use.operation not in design_ops for use in value.uses)


def _unused_port_name(name: str, block: Block) -> str:
    """A port name that is not used yet: underscores are appended until it is not."""
    ports = {op.port.data for op in block.ops if isinstance(op, SourceOp | SinkOp)}
    while name in ports:
        name += "_"
    return name


def insert_forks(block: Block) -> None:
    """Inserts a fork for each channel with several readers, so that each reads its own copy."""
    for op in list(block.ops):
        for channel in op.results:
            uses = list(channel.uses)
            if len(uses) < 2:
                continue
            fork = ForkOp(channel, len(uses))
            block.insert_op_after(fork, op)
            for use, copy in zip(uses, fork.copies, strict=True):
                copy.name_hint = channel.name_hint
                use.operation.operands[use.index] = copy


def moves_to(shape: Sequence[int], order: Array | None, result: SSAValue) -> Iterator[MoveOp]:
    """The ops that turn a result of a design into a tensor of a shape, from an order."""
    if order is not None:
        moved = transposition_of(order)
        assert moved is not None
        axes = ReshapeOp(result, (1, *moved.shape))
        transposed = TransposeOp(axes, (0, *(axis + 1 for axis in moved.order)))
        yield from (axes, transposed)
        result = transposed.output
    if shape_of(result) != tuple(shape):
        yield ReshapeOp(result, shape)


def _sort_by_step(block: Block, hardware: set[Operation], after: set[Operation]) -> None:
    """Moves the ops of the design after the ops that the host computes first, and the epilogue
    after both.

    No op of a step depends on a later step, so the sort is stable and each value is still defined
    before its uses. Networks with several inputs or outputs have the steps interleaved: the
    quantizer of the second input may follow the first layer, the scales of the first output may
    precede the last layer.
    """
    for step in (hardware, after):
        for op in [op for op in block.ops if op in step]:
            op.detach()
            block.add_op(op)


def _replace_with_run(
    function: FuncOp,
    inside: list[Operation],
    leaving: Mapping[OpResult, Array | None],
    run: RunOp,
) -> None:
    """Replaces the ops of the design by an op that runs it.

    The host moves the elements of results that leave the design in another order.
    """
    block = function.body.block
    block.insert_op_after(run, inside[-1])
    at: Operation = run
    for (value, order), result in zip(leaving.items(), run.results_, strict=True):
        result.name_hint = value.name_hint
        for move in moves_to(shape_of(value), order, result):
            block.insert_op_after(move, at)
            at, result = move, move.output
        outside = [use for use in value.uses if use.operation not in inside]
        for use in outside:
            use.operation.operands[use.index] = result
    for op in reversed(inside):
        op.detach()
        op.erase()
    for op in reversed(list(block.ops)):
        if is_image_independent(op) and not any(list(result.uses) for result in op.results):
            op.detach()
            op.erase()
