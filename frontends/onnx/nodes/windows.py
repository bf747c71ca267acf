"""The windows of convolutions and pools, over signals and images in either layout."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from ....qdialect.qnn.layout import ReshapeOp
from ....qdialect.types import shape_of
from ..builder import ProgramBuilder
from ..names import short_name
from ..node import Node
from ..values import GraphTensor

CHANNELS_LAST_DOMAIN = "qonnx.custom_op.channels_last"
"""The domain of QONNX's operators on NHWC images and NWC signals."""


def has_channels_last(node: Node) -> bool:
    return node.domain == CHANNELS_LAST_DOMAIN


def window_input(m: ProgramBuilder, node: Node) -> SSAValue:
    """The input of a convolution or pool, as NHWC."""
    x = m.tensor(node, 0)
    if not has_channels_last(node):
        return m.image(x, node)
    if x.rank not in (3, 4):
        raise node.fail(
            f"its input has rank {x.rank}: it must be a signal (rank 3) or an image (4)"
        )
    plain = m.plain(x)
    return plain if x.rank == 4 else m.row(plain)


def window_result(m: ProgramBuilder, node: Node, value: SSAValue, rank: int) -> GraphTensor:
    """The result of a convolution or pool, in the layout of the model."""
    if not has_channels_last(node):
        return GraphTensor(value, rank, True)
    if rank == 4:
        return GraphTensor(value, rank)
    n, _, length, channels = shape_of(value)
    return GraphTensor(m.add(ReshapeOp(value, (n, length, channels))).output, rank)


def spatial_pair(node: Node, name: str, default: int, spatial: int) -> list[int]:
    """An attribute with one number for each spatial axis; a signal gets a further number for its
    row."""
    numbers = node.integers(name)
    values = [default] * spatial if numbers is None else numbers
    if len(values) != spatial:
        raise node.fail(f"{name} has {len(values)} numbers: it must have {spatial}")
    return values if spatial == 2 else [default, *values]


def pads_of(
    node: Node, spatial: int, sizes: Sequence[int], extent: Sequence[int], strides: Sequence[int]
) -> list[int]:
    """The padding above, left, below and right, from `pads` or `auto_pad`."""
    auto, pads = explicit_pads(node, spatial)
    if auto not in ("SAME_UPPER", "SAME_LOWER"):
        return pads
    totals = [
        max(0, (-(-size // stride) - 1) * stride + span - size)
        for size, span, stride in zip(sizes, extent, strides, strict=True)
    ]
    return split_pads(auto, totals)


def explicit_pads(node: Node, spatial: int) -> tuple[str, list[int]]:
    """The mode `auto_pad`, and the explicit pads, which apply unless it is SAME."""
    auto = node.text("auto_pad", "NOTSET") or "NOTSET"
    pads = node.integers("pads") or [0] * (2 * spatial)
    if len(pads) != 2 * spatial or min(pads) < 0:
        raise node.fail(f"pads {pads} must be {2 * spatial} numbers of at least 0")
    if auto == "VALID":
        return auto, [0, 0, 0, 0]
    if auto not in ("NOTSET", "SAME_UPPER", "SAME_LOWER"):
        raise node.fail(
            f"unknown auto_pad {short_name(auto)}: use NOTSET, VALID, SAME_UPPER or SAME_LOWER"
        )
    return auto, pads if spatial == 2 else [0, pads[0], 0, pads[1]]


def split_pads(auto: str, totals: Sequence[int]) -> list[int]:
    """Splits padding between both ends; an odd row or column goes to the end that the mode
    names."""
    small, large = [t // 2 for t in totals], [t - t // 2 for t in totals]
    return [*small, *large] if auto == "SAME_UPPER" else [*large, *small]


def extent_of(kernel: Sequence[int], dilations: Sequence[int]) -> list[int]:
    """The rows and columns that a dilated kernel spans."""
    return [(size - 1) * step + 1 for size, step in zip(kernel, dilations, strict=True)]
