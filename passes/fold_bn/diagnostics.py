"""What `fold-bn` could not make integer: each op by name, with the reason and what would help.

Floats are right at the two ends of a network: where inputs that are float are quantized, and where
scores leave. Anywhere else they would split the hardware, so they are an error, never silent.
"""

from collections.abc import Iterator

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Operation, SSAValue

from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.classify import SoftmaxOp
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.layout import MoveOp
from ...qdialect.qnn.linear import LinearOpBase
from ...qdialect.qnn.quantization import QuantizeOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.types import element_of, is_quant
from .chains import chain_of
from .choose_fold import plan_fold
from .integer_linear import refuse_linear


def remaining_float_ops(module: ModuleOp, max_error: int) -> list[str]:
    """A message for every op that should be integer and is not, in the order of the network."""
    return [
        f"{describe(op)}: {reason}"
        for function in module.ops
        if isinstance(function, FuncOp)
        for op, reason in _stuck(function, max_error)
    ]


def _stuck(function: FuncOp, max_error: int) -> Iterator[tuple[Operation, str]]:
    after = _after_integers(function)
    for op in function.walk():
        if not isinstance(op, QnnOp) or not op.results or is_quant(element_of(op.results[0])):
            if isinstance(op, QuantizeOp | ThresholdOp) and op.x in after and not _is_end(op):
                yield op, _why_quantizer(op, max_error)
            continue
        if isinstance(op, LinearOpBase):
            reason = refuse_linear(op)
            assert reason is not None
            yield op, reason


def _is_end(op: QuantizeOp | ThresholdOp) -> bool:
    """Whether a quantizer only rounds probabilities on their way out."""
    value = op.x
    while isinstance(value.owner, MoveOp):
        value = value.owner.x
    users = [use.operation for use in op.output.uses]
    while users and all(isinstance(user, MoveOp) for user in users):
        users = [use.operation for user in users for use in user.results[0].uses]
    leaves = all(isinstance(user, ReturnOp) for user in users)
    return isinstance(value.owner, SoftmaxOp) and leaves


def _after_integers(function: FuncOp) -> set[SSAValue]:
    """Float values that depend on integers."""
    found: set[SSAValue] = set()
    for op in function.walk():
        if not isinstance(op, QnnOp):
            continue
        for result in op.results:
            from_integers = any(
                operand in found or (is_quant(element_of(operand)) and constant_of(operand) is None)
                for operand in op.operands
            )
            if from_integers and not is_quant(element_of(result)):
                found.add(result)
    return found


def _why_quantizer(op: QuantizeOp | ThresholdOp, max_error: int) -> str:
    chain = chain_of(op)
    reason = chain if isinstance(chain, str) else plan_fold(chain, max_error)
    assert isinstance(reason, str)
    return f"can't become thresholds: {reason}"
