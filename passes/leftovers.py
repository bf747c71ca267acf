"""What `fold-bn` could not make integer: each op by name, with the reason and what would help.

Floats are right at the two ends of a network: where inputs that are float are quantized, and where
scores leave. Anywhere else they would split the hardware, so they are an error, never silent.
"""

from collections.abc import Iterator

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, SSAValue

from ..qdialect.qnn.base import QnnOp, describe
from ..qdialect.qnn.classify import SoftmaxOp
from ..qdialect.qnn.constants import ConstantOp, constant_of
from ..qdialect.qnn.layout import MoveOp
from ..qdialect.qnn.linear import LinearOp
from ..qdialect.qnn.quantization import DequantizeOp, QuantizeOp, ThresholdOp
from ..qdialect.types import element_of, is_quant
from .chains import chain_of, dequantized, is_uniform, scale_of
from .foldable import why_not


def leftovers(module: ModuleOp) -> list[str]:
    """A message for every op that should be integer and is not, in the order of the network."""
    return [
        f"{describe(op)}: {reason}"
        for function in module.ops
        if isinstance(function, FuncOp)
        for op, reason in _stuck(function)
    ]


def _stuck(function: FuncOp) -> Iterator[tuple[Operation, str]]:
    after = _after_integers(function)
    for op in function.walk():
        if not isinstance(op, QnnOp) or not op.results or is_quant(element_of(op.results[0])):
            if isinstance(op, QuantizeOp | ThresholdOp) and op.x in after and not _is_end(op):
                yield op, _why_quantizer(op)
            continue
        if isinstance(op, LinearOp):
            yield op, _why_linear(op)


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


def _why_quantizer(op: QuantizeOp | ThresholdOp) -> str:
    chain = chain_of(op)
    reason = chain if isinstance(chain, str) else why_not(chain)
    return f"can't become thresholds: {reason or 'its ops are not understood'}"


def _why_linear(op: LinearOp) -> str:
    """Why the operands of a linear op are not integers and a scale."""
    weights = dequantized(op.weights)
    if weights is None:
        if isinstance(op.weights.owner, ConstantOp):
            return "its weights are float: quantize them in training (a Quant node, or QDQ)"
        return "its weights are not constant integers with a scale"
    x = dequantized(op.x)
    if x is None:
        return f"its input is float: it {_origin(op.x)}"
    if not is_uniform(x):
        return "its input has a scale for each channel: it needs one for the whole tensor"
    if scale_of(weights).size > 1 and weights.axis.value.data % 4 != 0:
        return "the scale of its weights differs between inputs, not outputs"
    return "its padding is no value of its quantized input"


def _origin(value: SSAValue) -> str:
    """Where a float value comes from, and what would make it integer."""
    while not isinstance(value.owner, Block):
        owner = value.owner
        if isinstance(owner, DequantizeOp):
            return "is quantized, but changed before it gets here: put a quantizer in between"
        if isinstance(owner, LinearOp):
            return f"comes from {describe(owner)} without a quantizer in between"
        if not owner.operands:
            break
        value = owner.operands[0]
    return (
        "comes from an input of the network that is not quantized: say what it holds, as in "
        "`qnn import --input NAME=ui8*0.00390625`"
    )
