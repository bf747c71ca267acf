"""What convolutions and pools share: windows over signals and images, in either layout."""

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
    """The input of a window, as NHWC."""
    x = m.tensor(node, 0)
    if not has_channels_last(node):
        return m.image(x, node)
    if x.rank not in (3, 4):
        raise node.fail(f"its input has rank {x.rank}: signals have 3, images 4")
    plain = m.plain(x)
    return plain if x.rank == 4 else m.row(plain)


def window_result(m: ProgramBuilder, node: Node, value: SSAValue, rank: int) -> GraphTensor:
    """What a window gives, with the axes where the model has them."""
    if not has_channels_last(node):
        return GraphTensor(value, rank, True)
    if rank == 4:
        return GraphTensor(value, rank)
    n, _, length, channels = shape_of(value)
    return GraphTensor(m.add(ReshapeOp(value, (n, length, channels))).output, rank)


def spatial_pair(node: Node, name: str, default: int, spatial: int) -> list[int]:
    """An attribute with a number for each spatial axis; a signal has one row."""
    given = node.integers(name)
    values = [default] * spatial if given is None else given
    if len(values) != spatial:
        raise node.fail(f"{name} has {len(values)} numbers for {spatial} axes")
    return values if spatial == 2 else [default, *values]


def pads_of(
    node: Node, spatial: int, sizes: Sequence[int], extent: Sequence[int], strides: Sequence[int]
) -> list[int]:
    """Padding above, left, below and right, however the node gives it."""
    auto, given = explicit_pads(node, spatial)
    if auto not in ("SAME_UPPER", "SAME_LOWER"):
        return given
    totals = [
        max(0, (-(-size // stride) - 1) * stride + span - size)
        for size, span, stride in zip(sizes, extent, strides, strict=True)
    ]
    return split_pads(auto, totals)


def explicit_pads(node: Node, spatial: int) -> tuple[str, list[int]]:
    """The automatic mode, and the pads that hold where there is none."""
    auto = node.text("auto_pad", "NOTSET") or "NOTSET"
    given = node.integers("pads") or [0] * (2 * spatial)
    if len(given) != 2 * spatial or min(given) < 0:
        raise node.fail(f"pads {given} are not {2 * spatial} numbers of at least 0")
    if auto == "VALID":
        return auto, [0, 0, 0, 0]
    if auto not in ("NOTSET", "SAME_UPPER", "SAME_LOWER"):
        raise node.fail(f"auto_pad {short_name(auto)} is not known")
    return auto, given if spatial == 2 else [0, given[0], 0, given[1]]


def split_pads(auto: str, totals: Sequence[int]) -> list[int]:
    """Padding shared between both ends; what is odd goes to the end that the mode names."""
    small, large = [t // 2 for t in totals], [t - t // 2 for t in totals]
    return [*small, *large] if auto == "SAME_UPPER" else [*large, *small]


def extent_of(kernel: Sequence[int], dilations: Sequence[int]) -> list[int]:
    """The span of a kernel, its holes included."""
    return [(size - 1) * step + 1 for size, step in zip(kernel, dilations, strict=True)]
