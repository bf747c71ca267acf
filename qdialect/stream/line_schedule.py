"""When a window reads each line of an image, and has written each row of patches."""

from dataclasses import dataclass

import numpy as np

from ..shapes import Window
from .folding import Counts


@dataclass(frozen=True)
class LineSchedule:
    """The lines of a window, for words of one width or for arrays of widths.

    The window stores the lines that its kernel spans, and those of the next step. Reading a line is
    never interrupted. The start of a row of patches is that of an uninterrupted row which ends as
    early as possible. The window writes the row's first words before that, as soon as it has read
    what they need; but then it waits for lines, and the row ends no sooner. So the times of lines
    and the interval depend on these starts alone.
    """

    window: Window
    height: int
    """Lines of the image."""
    rows: int
    """Rows of patches."""
    line_words: Counts
    """Words of a line of the image."""
    row_words: Counts
    """Words of a row of patches."""
    delays: Counts
    """Cycles from the start of each line of the kernel to the earliest start of an uninterrupted
    row of patches; the kernel's lines are the first axis."""

    def starts(self) -> tuple[Counts, Counts]:
        """The cycle in which each line starts, and each row of patches if it is not interrupted."""
        (extent, _), (step, _), (apart, _) = (
            self.window.extent,
            self.window.strides,
            self.window.dilations,
        )
        shape = self.delays.shape[1:]
        lines = np.zeros((self.height, *shape), np.int64)
        row_starts = np.zeros((self.rows, *shape), np.int64)
        lines_started = 0
        for row in range(self.rows):
            until = self.height if row == self.rows - 1 else row * step + extent
            for line in range(lines_started, row * step + extent):
                self._start_line(lines, row_starts, line, line - extent - step)
            lines_started = row * step + extent
            kernel = lines[row * step : lines_started : apart]
            row_starts[row] = np.max(kernel + self.delays, axis=0)
            if row:
                row_starts[row] = np.maximum(row_starts[row], row_starts[row - 1] + self.row_words)
            for line in range(lines_started, until):
                self._start_line(lines, row_starts, line, line - extent - step)
        return lines, row_starts

    def _start_line(self, lines: Counts, rows: Counts, line: int, replaced: int) -> None:
        """Sets the start of a line: after the end of the line before it, and after the last row
        that needs the line that it replaces in the memory."""
        if line:
            lines[line] = lines[line - 1] + self.line_words
        if replaced >= 0:
            (step, _) = self.window.strides
            done = rows[min(len(rows) - 1, replaced // step)] + self.row_words
            lines[line] = np.maximum(lines[line], done)

    @property
    def interval(self) -> Counts:
        """Cycles of a frame."""
        lines, rows = self.starts()
        return np.maximum(lines[-1] + self.line_words, rows[-1] + self.row_words)
