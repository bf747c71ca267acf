"""What a network costs, layer by layer: bits, multiplications, parameters; and what folds.

It reads a module of level 1 or 2, so it can be asked at any step of a compilation.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

from ..hardware.resources.work import matrix_work
from ..passes.fold_bn.fold_bn import FoldBnPass
from ..qdialect.diagnostics import last_name, printable
from ..qdialect.dialects import new_context
from ..qdialect.qnn.base import QnnOp
from ..qdialect.qnn.layout import MoveOp, PadOp
from ..qdialect.qnn.linear import Conv2dOp, ConvTranspose2dOp, LinearOpBase
from ..qdialect.qnn.pooling import MaxPoolOp
from ..qdialect.qnn.quantization import DequantizeOp
from ..qdialect.qnn.steps import LookupOp
from ..qdialect.types import bit_width, element_of, is_quant, shape_of


@dataclass(frozen=True)
class LayerSummary:
    """A convolution or a fully connected layer."""

    name: str
    kind: str
    weight_bits: int
    activation_bits: int
    shape: tuple[int, ...]
    """Of the result, for one image."""
    macs: int
    parameters: int
    bops: float
    """Bit operations: a product of b by w bits is b * w, its sum is as wide as it can get."""


def summarize(module: ModuleOp) -> list[LayerSummary]:
    """The layers of a network, in order."""
    return [summarize_layer(op) for op in module.walk() if isinstance(op, LinearOpBase)]


def summarize_layer(op: LinearOpBase) -> LayerSummary:
    """A transposed convolution multiplies at each position of its input."""
    weights = shape_of(op.weights)
    activation, weight = bits_of(op.x), bits_of(op.weights)
    positions = prod(shape_of(op.output)[1:-1])
    if isinstance(op, ConvTranspose2dOp):
        positions = prod(shape_of(op.x)[1:3])
    work = matrix_work(positions, weights[0], prod(weights[1:]), weight, activation)
    layer = op.properties.get("layer")
    return LayerSummary(
        layer.data if isinstance(layer, StringAttr) else "",
        kind_of(op),
        weight,
        activation,
        shape_of(op.output)[1:],
        work.macs,
        prod(weights) + (0 if op.bias is None else weights[0]),
        work.bops,
    )


def folding(module: ModuleOp) -> str:
    """What `fold-bn` would make of a network: what it folds, or what it can't, and why."""
    folded = module.clone()
    try:
        FoldBnPass().apply(new_context(), folded)
    except PassFailedException as error:
        return str(error)
    gone = _floats_of(module) - _floats_of(folded)
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(gone.items()))
    return "fold-bn makes every layer integer" + (f"; it folds {kinds}" if kinds else "")


def _floats_of(module: ModuleOp) -> Counter[str]:
    """How many ops of each kind compute with floats, or make floats of integers."""
    return Counter(
        op.name.removeprefix("qnn.")
        for op in module.walk()
        if isinstance(op, QnnOp) and not isinstance(op, LinearOpBase | MoveOp)
        if not all(is_quant(element_of(value)) for value in (op.operands[0], *op.results))
    )


def kind_of(op: LinearOpBase) -> str:
    name = op.name.removeprefix("qnn.")
    if isinstance(op, Conv2dOp) and op.groups.value.data > 1:
        depthwise = op.groups.value.data == shape_of(op.x)[-1]
        return "depthwise" if depthwise else f"{name} in groups"
    return name


def bits_of(value: SSAValue) -> int:
    """The bits of a value, of what it was dequantized from, or of what was moved to it."""
    while True:
        owner = value.owner
        if not isinstance(owner, DequantizeOp | MoveOp | MaxPoolOp | PadOp | LookupOp):
            return bit_width(element_of(value))
        value = owner.x


def summary_table(layers: Sequence[LayerSummary]) -> str:
    """The layers as text, with the totals below."""
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
    return f"{align_columns([HEAD, *rows], LEFT)}\n{summary_totals(layers)}"


def align_columns(lines: Sequence[Sequence[str]], left: int) -> str:
    """Rows of cells as text: the first columns begin, all others end, below each other."""
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


HEAD = ["layer", "kind", "weight bits", "activation bits", "output", "MACs", "parameters"]
LEFT = 2
"""Columns of words; those of numbers are aligned at their ends."""
LONGEST = 60


def short_names(names: Iterable[str], longest: int = LONGEST) -> dict[str, str]:
    """What a table calls layers: long names in part, by which they still differ.

    Of names that a framework joined by `;`, the last is the layer's own.
    """
    every = dict.fromkeys(names)
    long = [name for name in every if len(name) > longest]
    last = [f"...{last_name(name)}" if ";" in name else name for name in long]
    start = alike(last)
    ends = [f"...{name[name.rfind('/', 0, start) + 1 :]}" for name in last]
    for parts in (last, ends, long):
        for cut in (without_middle, without_end):
            found = {name: printable(name) for name in every}
            shorter = zip(long, parts, strict=True)
            found |= {name: printable(cut(part, longest)) for name, part in shorter}
            if len(set(found.values())) == len(every):
                return found
    return {name: printable(name) for name in every}


def alike(texts: Sequence[str]) -> int:
    """How many characters all texts begin with."""
    columns = enumerate(zip(*texts, strict=False))
    return next((n for n, letters in columns if len(set(letters)) > 1), 0)


def without_middle(name: str, longest: int) -> str:
    half = (longest - 3) // 2
    return name if len(name) <= longest else f"{name[:half]}...{name[-half:]}"


def without_end(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 3]}..."


def with_unit_prefix(count: float) -> str:
    """A large count in units of a thousand, a million or more: `12.3 M`."""
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6)):
        if count >= size:
            return f"{count / size:,.3g} {unit}"
    return f"{count / 1e3:,.3g} k"


def summary_totals(layers: Sequence[LayerSummary]) -> str:
    macs = sum(layer.macs for layer in layers)
    parameters = sum(layer.parameters for layer in layers)
    bops = sum(layer.bops for layer in layers)
    count = f"{len(layers)} layer{'s' * (len(layers) != 1)}"
    return f"{count}: {macs:,} MACs, {parameters:,} parameters, {with_unit_prefix(bops)}BOPs"
