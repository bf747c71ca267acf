"""The accuracy of estimates: for which designs, devices and clocks the cost model was measured.

Three designs on boards were compared with the model; docs/costs.md has the figures. The error that
was found holds for designs like these only: on the same die, up to the same clock, and of the same
kinds of processes, in HLS. All other estimates are not calibrated. This is the only place that
decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..qdialect.stream import DesignOp, Process
from ..qdialect.stream.compute import MatvecOp
from ..qdialect.stream.flow import RepackOp
from ..qdialect.stream.pool import PoolOp
from ..qdialect.stream.ports import SinkOp, SourceOp
from ..qdialect.stream.process import data_of
from ..qdialect.stream.window import WindowOp
from ..qdialect.types import bit_width
from .resources.device import Device

MEASURED_ERRORS = {"logic": 0.1, "ff": 0.1, "block": 0.1}
"""The relative error of each kind of resource that was compared."""

MEASURED_PROCESSES = SourceOp | SinkOp | WindowOp | PoolOp | MatvecOp | RepackOp
"""The processes of the measured designs."""

MAX_MEASURED_WEIGHT_BITS = 2
"""Bits of the widest weights of the measured designs: ternary numbers."""

NOT_CALIBRATED = "not calibrated: may be off by 20 % or more"


@dataclass(frozen=True)
class Calibration:
    """Whether the estimate of a design is calibrated."""

    reason: str | None
    """Why it is not; None if it is."""
    errors: Mapping[str, float] = field(default_factory=dict[str, float])
    """The relative error of each kind of resource for which it is known."""

    @property
    def remark(self) -> str | None:
        """The remark that every report prints; None if the estimate is calibrated."""
        return None if self.reason is None else f"{NOT_CALIBRATED} ({self.reason})"


def calibration_of(design: DesignOp, device: Device, clock_mhz: float) -> Calibration:
    """Whether the cost model was compared with measurements of designs like this one.

    A design names its target only if its cycles are not those of HLS.
    """
    if not device.measured_clock_mhz:
        return Calibration(f"no design on {device.name} was measured")
    if clock_mhz > device.measured_clock_mhz:
        measured = f"{device.measured_clock_mhz:g} MHz"
        return Calibration(f"designs on {device.name} were measured up to {measured} only")
    if design.target is not None:
        return Calibration(f"no design for --target {design.target.data} was measured")
    unmeasured = [process for process in design.processes if not _is_measured(process)]
    if unmeasured:
        return Calibration(f"no measured design has {_description(unmeasured[0])}")
    return Calibration(None, MEASURED_ERRORS)


def _is_measured(process: Process) -> bool:
    """Whether a measured design has a process of this kind, with weights as narrow and no DSPs."""
    if not isinstance(process, MEASURED_PROCESSES) or process.kind == "link":
        return False
    if not isinstance(process, MatvecOp):
        return True
    bits = bit_width(data_of(process, process.weights).element)
    return bits <= MAX_MEASURED_WEIGHT_BITS and not process.build_options.dsp


def _description(process: Process) -> str:
    """Names the property of a process because of which it counts as not measured."""
    if process.kind == "link":
        return "a link"
    if not isinstance(process, MatvecOp):
        return f"a layer like {process.name}"
    bits = bit_width(data_of(process, process.weights).element)
    if bits > MAX_MEASURED_WEIGHT_BITS:
        return f"weights of more than {MAX_MEASURED_WEIGHT_BITS} bits"
    return "products in DSPs"
