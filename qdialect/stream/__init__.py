"""The `stream` dialect: a design of processes, joined by typed and bounded channels."""

from xdsl.ir import Dialect

from ..defined_ops import ops_defined_in
from ..packing import PackedAttr
from . import borders, compute, elements, flow, pool, ports, reorder, scale, window
from .design import DesignOp, RunOp
from .folding import StorageAttr
from .links import LinkAttr
from .memory import MemoryOp
from .ports import SinkOp, SourceOp
from .process import Process
from .types import ChannelType

PROCESSES: tuple[type[Process], ...] = ops_defined_in(
    Process, ports, window, borders, pool, compute, scale, elements, flow, reorder
)
"""Every kind of process.

A new kind is defined in one of these modules, or in a new module that is added here."""

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
