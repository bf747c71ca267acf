"""Refusals: why something cannot be done, and what the user can do about it.

A function that may have to refuse returns its result or a `Refusal`. The caller keeps the refusal,
and prints it with `message` if nothing else removes the obstacle.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be done: a clause about the refused thing, such as an op."""

    reason: str
    remedy: str = ""
    """An action that helps the user; empty if none is known."""

    def message(self, place: str) -> str:
        """The one form in which a refusal is printed: where, why, and what to do."""
        return f"{place}: {self.reason}" + (f"; {self.remedy}" if self.remedy else "")
