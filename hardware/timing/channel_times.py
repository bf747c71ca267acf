"""When the words of each channel are written and read, and how many wait in between.

Times are cycles. A word needs room in its channel from the iteration that writes it until it is
read, because words in the writer's pipeline cannot be stopped.
"""

from dataclasses import dataclass, field

import numpy as np
from xdsl.ir import SSAValue

from ...qdialect.stream.process import Counts


@dataclass
class ChannelTimes:
    """The times of the words of each channel, in order."""

    reserved: dict[SSAValue, Counts] = field(default_factory=dict[SSAValue, Counts], kw_only=True)
    """When the iteration begins that writes each word: it reserves the word's room."""
    read: dict[SSAValue, Counts] = field(default_factory=dict[SSAValue, Counts], kw_only=True)
    """When each word is read; its room is free one cycle later."""

    def occupancy(self, channel: SSAValue) -> int:
        """The most words that have room reserved at the same time.

        The maximum is reached when a word reserves its room, so only these times are examined. A
        channel of this depth never makes its writer wait.
        """
        reserved = self.reserved[channel]
        held = np.arange(1, len(reserved) + 1) - self.words_read_before(channel, reserved)
        return int(held.max())

    def words_read_before(self, channel: SSAValue, times: Counts) -> Counts:
        """The number of words that have been read before each of some times."""
        return np.asarray(np.searchsorted(self.read[channel], times, side="left"))


def repeat_frames(times: Counts, frames: int, period: int) -> Counts:
    """The times of one frame for several frames, each a period after the one before."""
    return (np.arange(frames)[:, None] * period + times).reshape(-1)
