"""`stream-lower`: an integer network becomes a design of processes, and the host that runs it."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, OpResult, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import GreedyRewritePatternApplier, PatternRewriteWalker
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.exceptions import PassFailedException

from ...qdialect.qnn.base import QnnOp
from ...qdialect.qnn.canonicalization import PATTERNS
from ...qdialect.qnn.constants import ConstantOp, constant_of
from ...qdialect.qnn.layout import MoveOp, ReshapeOp
from ...qdialect.stream import DesignOp, SinkOp, SourceOp
from ...qdialect.stream.design import RunOp, frame_tensor
from ...qdialect.stream.flow import ForkOp
from ...qdialect.stream.types import channel_of
from ...qdialect.types import element_of, is_quant, shape_of
from .lowering import Lowering, refused

DESIGN = "design"


@dataclass(frozen=True)
class StreamLowerPass(ModulePass):
    """Puts all that computes with integers into a design, one element a word.

    Before:

        %a = qnn.conv2d %x, %w : (tensor<1x32x32x3xui8>, ...) -> tensor<1x30x30x64xsi14>
        %y = qnn.threshold %a, %t : ... -> tensor<1x30x30x64x!qnn.bipolar>

    After:

        %y = stream.run @design %x : (tensor<1x32x32x3xui8>) -> tensor<1x30x30x64x!qnn.bipolar>
        stream.design @design {
          %p = stream.window %x kernel = [3, 3] : ...
          %y = stream.matvec %p weights(@w) thresholds(@t) accumulator = si14 : ...

    What only quantizes or turns inputs, or scales results, stays with the host.
    """

    name = "stream-lower"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        functions = [f for f in op.ops if isinstance(f, FuncOp) and not f.is_declaration]
        if len(functions) != 1:
            raise PassFailedException(
                f"stream-lower: a module has one function to lower, this one has {len(functions)}"
            )
        applier = GreedyRewritePatternApplier(list(PATTERNS), ctx=ctx)
        PatternRewriteWalker(applier).rewrite_module(op)
        _lower(op, functions[0])


def _lower(module: ModuleOp, function: FuncOp) -> None:
    ops = [op for op in function.body.block.ops if not is_fixed(op)]
    before, after = prologue(ops), epilogue(ops)
    inside = [op for op in ops if op not in before and op not in after]
    hardware = set(inside)
    lowering = Lowering(module)
    for op in inside:
        _check(op)
    if not inside:
        raise PassFailedException("stream-lower: nothing computes with integers: run fold-bn first")
    entering = list(dict.fromkeys(v for op in inside for v in op.operands if _arrives(v, hardware)))
    leaving = [v for op in inside for v in op.results if _leaves(v, hardware)]
    for number, value in enumerate(entering):
        name = value.name_hint or f"input{number}"
        source = SourceOp(_unique(name, lowering.block), lowering.result(value))
        lowering.block.add_op(source)
        lowering.give(value, source.output)
    for op in inside:
        lowering.lower(op)
    channels = [lowering.leave(value, value.op) for value in leaving]
    for number, (value, channel) in enumerate(zip(leaving, channels, strict=True)):
        name = value.name_hint or f"output{number}"
        lowering.block.add_op(SinkOp(_unique(name, lowering.block), channel))
    insert_forks(lowering.block)
    design = DesignOp(DESIGN, Region(lowering.block))
    Rewriter.insert_op(design, InsertPoint.after(function))
    types = [frame_tensor(channel_of(channel)) for channel in channels]
    run = RunOp(DESIGN, entering, types)
    _replace(function, before, inside, leaving, run)
    lowering.pool.drop_unused()


def is_fixed(op: Operation) -> bool:
    """Whether an op gives the same for all images."""
    if isinstance(op, ConstantOp):
        return True
    return isinstance(op, QnnOp) and op.known() is not None


def is_float(op: Operation) -> bool:
    """Whether an op computes with floats, or between floats and integers."""
    return not all(is_quant(element_of(value)) for value in (*op.operands, *op.results))


def is_for_host(op: Operation) -> bool:
    """Whether the host may carry out an op, at either end of the network."""
    return isinstance(op, QnnOp) and (isinstance(op, MoveOp) or is_float(op))


def prologue(ops: list[Operation]) -> set[Operation]:
    """What the host does first: ops on floats, and moves, that depend on nothing else."""
    found: set[Operation] = set()
    for op in ops:
        free = (value for value in op.operands if constant_of(value) is None)
        if is_for_host(op) and all(isinstance(v.owner, Block) or v.owner in found for v in free):
            found.add(op)
    return found


def epilogue(ops: list[Operation]) -> set[Operation]:
    """What the host does last: ops on floats, and moves, on which nothing else depends."""
    found: set[Operation] = set()
    for op in reversed(ops):
        users = (use.operation for value in op.results for use in value.uses)
        if (isinstance(op, ReturnOp) or is_for_host(op)) and all(user in found for user in users):
            found.add(op)
    return found


def _check(op: Operation) -> None:
    if not isinstance(op, QnnOp):
        raise PassFailedException(f"stream-lower: {op.name} is no op of a network")
    if is_float(op):
        raise refused(op, "it computes with floats between integers: run fold-bn first")
    for value in op.operands:
        if constant_of(value) is None and shape_of(value)[:1] != (1,):
            raise refused(op, "its tensors hold several images: a design takes one at a time")


def _arrives(value: SSAValue, inside: set[Operation]) -> bool:
    return constant_of(value) is None and value.owner not in inside


def _leaves(value: SSAValue, inside: set[Operation]) -> bool:
    return any(use.operation not in inside for use in value.uses)


def _unique(name: str, block: Block) -> str:
    """A name that no port of a design has yet."""
    ports = {op.port.data for op in block.ops if isinstance(op, SourceOp | SinkOp)}
    while name in ports:
        name += "_"
    return name


def insert_forks(block: Block) -> None:
    """Gives each reader of a channel a copy of its own."""
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


def _replace(
    function: FuncOp,
    before: set[Operation],
    inside: list[Operation],
    leaving: Sequence[OpResult],
    run: RunOp,
) -> None:
    """Puts the run of the design where the ops inside it stood."""
    block = function.body.block
    first = inside[0]
    for op in [op for op in block.ops if op in before]:
        op.detach()
        block.insert_op_before(op, first)
    last = inside[-1]
    block.insert_op_after(run, last)
    at: Operation = run
    for value, result in zip(leaving, run.results_, strict=True):
        result.name_hint = value.name_hint
        if shape_of(result) != shape_of(value):
            back = ReshapeOp(result, shape_of(value))
            block.insert_op_after(back, at)
            at, result = back, back.output
        outside = [use for use in value.uses if use.operation not in inside]
        for use in outside:
            use.operation.operands[use.index] = result
    for op in reversed(inside):
        op.detach()
        op.erase()
    for op in reversed(list(block.ops)):
        if is_fixed(op) and not any(list(result.uses) for result in op.results):
            op.detach()
            op.erase()
