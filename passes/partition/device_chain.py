"""A chain of devices that a design is cut for."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from ...hardware.resources.device import Device
from ...hardware.timing.frame_rate import cycles_per_frame
from ...qdialect.stream import LinkAttr
from ...qdialect.stream.design import check_clock


@dataclass(frozen=True)
class DeviceChain:
    """Devices joined by equal links, and what a design on them must reach.

    Raises ValueError if the clock or the rate is out of range.
    """

    devices: Sequence[Device]
    link: LinkAttr
    fps: float | None = None
    """Frames per second to reach; without it, as many as possible."""
    clock_mhz: float | None = None
    """The clock of all devices; by default that of the slowest."""
    fewest: bool = False
    """Whether to use only as many of the devices as needed, from the first on."""

    def __post_init__(self) -> None:
        if self.fps is not None and not 0 < self.fps < inf:
            raise ValueError(f"target-fps must be a number above 0, not {self.fps:g}")
        if self.clock_mhz is not None:
            check_clock(self.clock_mhz)

    @property
    def clock(self) -> float:
        """The clock of all devices in MHz."""
        if self.clock_mhz is None:
            return min(device.clock_mhz for device in self.devices)
        return self.clock_mhz

    @property
    def max_cycles(self) -> int | None:
        """The cycles that a frame may take; None without a rate."""
        return None if self.fps is None else cycles_per_frame(self.clock, self.fps)
