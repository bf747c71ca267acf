"""From a streaming design to its netlist.

    build_netlist(design, "xilinx", "lenet")

Backends print netlists; none of them reads a design. Each kind of process is a dataclass and a
function that fills it, in one of the modules imported here.
"""

from ...hardware.resources.cost import searches_thresholds
from ...qdialect.stream import DesignOp
from . import elements, flow, ports, reorder, scale, weighted, windows
from .builder import Builder, ThresholdSearch
from .names import top_name
from .netlist import EmitError, Netlist

KIND_MODULES = ports, windows, reorder, weighted, elements, scale, flow
"""The modules that register kinds of processes when they are imported."""


def build_netlist(
    design: DesignOp,
    vendor: str,
    name: str = "",
    searched: ThresholdSearch = searches_thresholds,
) -> Netlist:
    """The netlist of a design whose channels have depths, for the devices of a vendor."""
    top = top_name(name or design.sym_name.data)
    if not design.sources or not design.sinks:
        raise EmitError(f"design {top!r} needs a source and a sink")
    builder = Builder(top, vendor, searched)
    for process in design.processes:
        builder.add(process)
    return builder.netlist
