"""The `stream` dialect: a design of processes, joined by typed and bounded channels."""

from xdsl.ir import Dialect

from ..packing import PackedAttr
from .borders import CropOp, PadOp, UpsampleOp
from .compute import DepthwiseOp, MatvecOp, ThresholdOp
from .design import DesignOp, RunOp
from .elements import AddOp, LabelSelectOp, LookupOp, OffsetOp
from .flow import ConcatOp, ForkOp, LinkOp, RepackOp, SplitOp
from .folding import StorageAttr
from .links import LinkAttr
from .memory import MemoryOp
from .pool import PoolOp
from .ports import SinkOp, SourceOp
from .process import Process
from .scale import ScaleOp
from .types import ChannelType
from .window import WindowOp

PROCESSES: tuple[type[Process], ...] = (
    SourceOp,
    SinkOp,
    WindowOp,
    PadOp,
    CropOp,
    UpsampleOp,
    PoolOp,
    MatvecOp,
    DepthwiseOp,
    ThresholdOp,
    ScaleOp,
    LookupOp,
    AddOp,
    OffsetOp,
    LabelSelectOp,
    ForkOp,
    ConcatOp,
    SplitOp,
    RepackOp,
    LinkOp,
)
"""Every kind of process: the one list a new one is added to."""

Stream = Dialect(
    "stream",
    [DesignOp, RunOp, MemoryOp, *PROCESSES],
    [ChannelType, LinkAttr, StorageAttr, PackedAttr],
)

__all__ = [
    "PROCESSES",
    "ChannelType",
    "DesignOp",
    "LinkAttr",
    "MemoryOp",
    "Process",
    "RunOp",
    "SinkOp",
    "SourceOp",
    "Stream",
]
