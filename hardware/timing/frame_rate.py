"""Frame rates at a clock: frames per second from cycles per frame, and back."""

MAX_CYCLES_PER_FRAME = 1 << 60
"""More cycles than a frame takes in any folding; very low rates are clipped to it."""


def frames_per_second(clock_mhz: float, cycles: float) -> float:
    """The rate of a design that starts a frame every `cycles` cycles."""
    return clock_mhz * 1e6 / cycles


def cycles_per_frame(clock_mhz: float, fps: float) -> int:
    """The cycles that a frame may take at a rate.

    A rate is often computed from whole cycles. The factor makes up for the rounding error of that
    division, so that converting back does not lose a cycle.
    """
    return int(min(clock_mhz * 1e6 / fps * (1 + 1e-12), MAX_CYCLES_PER_FRAME))


def describe_rate(cycles: float, clock_mhz: float | None) -> str:
    """Cycles per frame for messages, with the rate where the clock is known."""
    if clock_mhz is None:
        return f"{cycles:,.0f} cycles per frame"
    rate = frames_per_second(clock_mhz, cycles)
    return f"{cycles:,.0f} cycles per frame, {rate:,.1f} frames/s at {clock_mhz:g} MHz"
