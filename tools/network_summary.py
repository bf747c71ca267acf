"""The layers of a network, with their bit widths, multiplications and parameters.

It works on modules of level 1 and 2, and so at any step before the network is lowered to a design.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

from ..hardware.resources.work import matrix_work
from ..passes.fold_bn.fold_bn import FoldBnPass
from ..passes.minimize_accumulators import MinimizeAccumulatorsPass
from ..passes.stream_lower.stream_lower import StreamLowerPass
from ..qdialect.dialects import new_context
from ..qdialect.interpreter import entry_of, input_labels
from ..qdialect.qnn.base import QnnOp
from ..qdialect.qnn.constants import ConstantOp, DataOp
from ..qdialect.qnn.layout import ConcatOp, MoveOp, PadOp
from ..qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOpBase
from ..qdialect.qnn.pooling import MaxPoolOp
from ..qdialect.qnn.quantization import DequantizeOp
from ..qdialect.qnn.steps import LookupOp
from ..qdialect.text import TextError, verify
from ..qdialect.types import bit_width, element_of, is_quant, shape_of
from .tables import align_columns, short_names, with_unit_prefix

SUMMARY_COLUMNS = [
    "layer",
    "kind",
    "weight bits",
    "activation bits",
    "output",
    "MACs",
    "parameters",
]
TEXT_COLUMNS = 2
"""The first columns, which hold words; those of numbers are aligned to the right."""


@dataclass(frozen=True)
class LayerSummary:
    """A convolution or a fully connected layer."""

    name: str
    kind: str
    weight_bits: int
    activation_bits: int
    shape: tuple[int, ...]
    """The shape of the result for one image."""
    macs: int
    parameters: int
    bops: float
    """Bit operations: b * w for a product of b by w bits, and its share of an exact sum."""


def layer_summaries(module: ModuleOp) -> list[LayerSummary]:
    """The layers of a network, in order."""
    return [_summarize_layer(op) for op in module.walk() if isinstance(op, LinearOpBase)]


def _summarize_layer(op: LinearOpBase) -> LayerSummary:
    weights = shape_of(op.weights)
    activation, weight = source_bits(op.x), source_bits(op.weights)
    positions = prod(shape_of(op.output)[1:-1])
    if isinstance(op, ConvTranspose2dOp):  # it multiplies at each position of its input
        positions = prod(shape_of(op.x)[1:3])
    work = matrix_work(positions, weights[0], prod(weights[1:]), weight, activation)
    layer = op.properties.get("layer")
    return LayerSummary(
        layer.data if isinstance(layer, StringAttr) else "",
        layer_kind(op),
        weight,
        activation,
        shape_of(op.output)[1:],
        work.macs,
        prod(weights) + (0 if op.bias is None else weights[0]),
        work.bops,
    )


def describe_ports(module: ModuleOp) -> str:
    """A line for each input and each output of a network, with its name and type."""
    entry = entry_of(module)
    assert isinstance(entry, FuncOp)
    results = entry.get_return_op()
    outputs = results.arguments if results is not None else ()
    labels = input_labels(entry) + [
        f'output "{value.name_hint}"' if value.name_hint else f"output {number}"
        for number, value in enumerate(outputs)
    ]
    types = [value.type for value in (*entry.args, *outputs)]
    return "\n".join(f"{label}: {type}" for label, type in zip(labels, types, strict=True))


FLOAT_NETWORK = (
    "the network is float: it has no quantizer and no integer input; quantize it first, as in "
    "`qnn quantize model.onnx --calibrate images.npy`"
)


def is_float(module: ModuleOp) -> bool:
    """Whether a network of level 1 has layers, but computes with floats only.

    Integer weights do not count: the importer finds those that a float model happens to have.
    """
    constants = ConstantOp | DataOp
    computed = [
        value
        for op in module.walk()
        if not isinstance(op, constants)
        for value in (*op.results, *(arg for region in op.regions for arg in region.block.args))
    ]
    return bool(layer_summaries(module)) and not any(map(is_quant, map(element_of, computed)))


def describe_levels(module: ModuleOp) -> str:
    """Lists the ops that `fold-bn` absorbs, and the level that the network reaches: 2 if all layers
    become integer, 3 if it becomes a design. Gives the reason if a pass fails."""
    if is_float(module):
        return FLOAT_NETWORK
    lowered, context = module.clone(), new_context()
    try:
        FoldBnPass().apply(context, lowered)
    except PassFailedException as error:
        return f"{error}\nthe network stays at level 1: it runs with qnn run and qnn eval only"
    gone = _float_op_counts(module) - _float_op_counts(lowered)
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(gone.items()))
    absorbed = "fold-bn makes every layer integer" + (f"; it absorbs {kinds}" if kinds else "")
    try:
        MinimizeAccumulatorsPass().apply(context, lowered)
        StreamLowerPass().apply(context, lowered)
        verify(lowered)
    except (PassFailedException, TextError) as error:
        return f"{absorbed}\n{error}\nthe network reaches level 2: it cannot become hardware yet"
    return f"{absorbed}\nthe network reaches level 3: qnn compile can make a design of it"


def _float_op_counts(module: ModuleOp) -> Counter[str]:
    """The number of ops of each kind that read or write floats, apart from layers and moves."""
    return Counter(
        op.name.removeprefix("qnn.")
        for op in module.walk()
        if isinstance(op, QnnOp) and not isinstance(op, LinearOpBase | MoveOp)
        if not all(is_quant(element_of(value)) for value in (op.operands[0], *op.results))
    )


def layer_kind(op: LinearOpBase) -> str:
    name = op.name.removeprefix("qnn.")
    if isinstance(op, Conv2dOp) and op.groups.value.data > 1:
        depthwise = op.groups.value.data == shape_of(op.x)[-1]
        return "depthwise" if depthwise else f"{name} in groups"
    return name


def source_bits(value: SSAValue) -> int:
    """The bit width of a value; of a dequantized, moved or joined value, that of its sources."""
    bits, pending, seen = 0, [value], {value}
    while pending:
        source = pending.pop()
        owner = source.owner
        found: Sequence[SSAValue] = []
        if isinstance(owner, ConcatOp):
            found = owner.inputs
        elif isinstance(owner, DequantizeOp | MoveOp | MaxPoolOp | PadOp | LookupOp):
            found = [owner.x]
        else:
            bits = max(bits, bit_width(element_of(source)))
        pending += set(found) - seen
        seen.update(found)
    return bits


def summary_table(layers: Sequence[LayerSummary]) -> str:
    """A line for each layer, and the totals below."""
    names = short_names(layer.name for layer in layers)
    rows = [
        [
            names[layer.name],
            layer.kind,
            str(layer.weight_bits),
            str(layer.activation_bits),
            "x".join(map(str, layer.shape)),
            f"{layer.macs:,}",
            f"{layer.parameters:,}",
        ]
        for layer in layers
    ]
    return f"{align_columns([SUMMARY_COLUMNS, *rows], TEXT_COLUMNS)}\n{_summary_totals(layers)}"


def _summary_totals(layers: Sequence[LayerSummary]) -> str:
    macs = sum(layer.macs for layer in layers)
    parameters = sum(layer.parameters for layer in layers)
    bops = sum(layer.bops for layer in layers)
    count = f"{len(layers)} layer{'s' * (len(layers) != 1)}"
    return f"{count}: {macs:,} MACs, {parameters:,} parameters, {with_unit_prefix(bops)}BOPs"
