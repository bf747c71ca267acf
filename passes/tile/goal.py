"""The goal of a design: the rate it must reach and the device it must fit on."""

from dataclasses import dataclass
from math import inf

from ...hardware.resources.device import Device, Use
from ...hardware.timing.frame_rate import cycles_per_frame
from ...qdialect.stream.design import check_clock


@dataclass(frozen=True)
class Goal:
    """The device, clock and rate for which `tile` folds a design.

    | device | fps | the folding chosen                                             |
    |--------|-----|----------------------------------------------------------------|
    | yes    | no  | the fastest within the device's budget                         |
    | yes    | yes | the cheapest that reaches the rate, within the device's budget |
    | no     | yes | the cheapest that reaches the rate                             |
    | no     | no  | the cheapest that does not slow down layers with a folding     |

    Raises ValueError if the clock or the rate is out of range, or a rate has no clock, and
    DeviceError if the device cannot have the clock.
    """

    device: Device | None = None
    clock_mhz: float | None = None
    """The clock of the design; by default the device's."""
    fps: float | None = None
    """Frames per second to reach."""
    target_cycles: int | None = None
    """Cycles per frame to reach, without a clock; the fastest folding if none is that fast.

    Ignored where a rate is set, or a device whose budget the design must meet.
    """
    must_fit: bool = True
    """Whether a design above the device's budget is refused.

    Otherwise the refusal is logged, and the design is folded as if the budget were unlimited.
    """

    def __post_init__(self) -> None:
        if self.fps is not None and not 0 < self.fps < inf:
            raise ValueError(f"target-fps must be a number above 0, not {self.fps:g}")
        if self.clock_mhz is not None:
            check_clock(self.clock_mhz)
            if self.device is not None:
                self.device.check_clock(self.clock_mhz)
        if self.fps is not None and self.clock is None:
            raise ValueError("target-fps needs a device or a clock-mhz")

    @property
    def clock(self) -> float | None:
        """The clock in MHz; None if neither a clock nor a device is set."""
        if self.clock_mhz is None and self.device is not None:
            return self.device.clock_mhz
        return self.clock_mhz

    @property
    def budget(self) -> Use | None:
        """The share of the device that a design may use; None without a device."""
        if self.device is None:
            return None
        return self.device.budget(self.clock or self.device.clock_mhz)

    @property
    def max_cycles(self) -> int | None:
        """The cycles that a frame may take; None without a rate."""
        if self.fps is None or self.clock is None:
            return None
        return cycles_per_frame(self.clock, self.fps)
