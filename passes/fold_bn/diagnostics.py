"""Reports the float ops that `fold-bn` could not make integer, each with its refusal.

Floats are allowed at the two ends of a network: where float inputs are quantized, and where scores
leave. Anywhere else they would split the hardware, so they are an error.
"""

from collections.abc import Iterator, Mapping

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Operation, SSAValue

from ...qdialect.qnn.base import QnnOp, describe
from ...qdialect.qnn.classify import ScoresOp
from ...qdialect.qnn.constants import constant_of
from ...qdialect.qnn.layout import MoveOp
from ...qdialect.qnn.linear import LinearOpBase
from ...qdialect.qnn.quantization import DequantizeOp, QuantizeOp
from ...qdialect.qnn.steps import ThresholdOp
from ...qdialect.refusal import Refusal
from ...qdialect.types import element_of, is_quant


def remaining_float_ops(module: ModuleOp, refusals: Mapping[Operation, Refusal]) -> list[str]:
    """A message for every op that should be integer and is not, in the order of the network.

    `refusals` has the reason that the rewrite of each of these ops recorded last.
    """
    return [
        refusals[op].message(describe(op))
        for function in module.ops
        if isinstance(function, FuncOp)
        for op in _float_ops(function)
    ]


def _float_ops(function: FuncOp) -> Iterator[Operation]:
    """Linear ops with float results, and quantizers of floats that depend on integers.

    A quantizer behind a float linear op is left out: it stays only because that op does.
    """
    foldable = _floats_after_integers(function) - _floats_after_layers(function)
    for op in function.walk():
        match op:
            case LinearOpBase() if not is_quant(element_of(op.output)):
                yield op
            case QuantizeOp() | ThresholdOp() if op.x in foldable and not _is_end(op):
                yield op
            case _:
                pass


def _is_end(op: QuantizeOp | ThresholdOp) -> bool:
    """Whether a quantizer only rounds the probabilities that the network returns."""
    value = op.x
    while isinstance(value.owner, MoveOp):
        value = value.owner.x
    return isinstance(value.owner, ScoresOp) and _only_returned(op.output)


def _only_returned(value: SSAValue) -> bool:
    """Whether a value is only moved and scaled before the network returns it."""
    for use in value.uses:
        match use.operation:
            case ReturnOp():
                pass
            case (MoveOp() | DequantizeOp()) as op if _only_returned(op.output):
                pass
            case _:
                return False
    return True


def _floats_after_integers(function: FuncOp) -> set[SSAValue]:
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


def _floats_after_layers(function: FuncOp) -> set[SSAValue]:
    """Float values that depend, through floats, on a linear op with a float result."""
    found: set[SSAValue] = set()
    for op in function.walk():
        if isinstance(op, LinearOpBase) or any(operand in found for operand in op.operands):
            found.update(result for result in op.results if not is_quant(element_of(result)))
    return found
