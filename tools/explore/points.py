"""Finished points of an exploration in a file, from which a stopped exploration continues."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...hardware.resources.device import RESOURCE_KINDS
from ...hardware.search.explore import Job, Point
from ...qdialect.documents import parse_json
from ..errors import UserError
from ..files import reason

POINTS, EXPLORATION = "points.jsonl", "explore.json"
"""The files of an exploration: its finished points, and its result."""


class Points:
    """A file with one finished point per line, as JSON, written as soon as the point is found.

    An incomplete last line, of a command that was stopped, is removed.
    """

    def __init__(self, path: Path):
        self.path = path
        self.known: dict[str, Point | None] = {}
        """The points by the key of their job."""
        try:
            self._read()
        except OSError as error:
            raise UserError(reason(str(path), error)) from None

    def _read(self) -> None:
        data = self.path.read_bytes() if self.path.exists() else b""
        whole = data[: data.rfind(b"\n") + 1]
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                key, point = _parsed(parse_json(line.decode()))
            except (ValueError, TypeError):
                raise UserError(
                    f"{self.path}:{number} is not a finished point: remove the line, or name "
                    "another folder"
                ) from None
            self.known[key] = point
        with self.path.open("ab") as file:
            if whole != data:
                file.truncate(len(whole))

    def keep(self, job: Job, point: Point | None) -> None:
        """Adds a point to the file."""
        entry = {
            "key": job.key,
            "device": job.curve.device.name,
            "clock_mhz": job.curve.clock_mhz,
            "cycles": job.cycles,
            "point": point and asdict(point),
        }
        try:
            with self.path.open("ab") as file:
                file.write(json.dumps(entry).encode() + b"\n")
        except OSError as error:
            raise UserError(reason(str(self.path), error)) from None
        self.known[job.key] = point


def _parsed(entry: Any) -> tuple[str, Point | None]:
    """The key and the point of a line; raises ValueError if it has none."""
    match entry:
        case {"key": str(key), "point": None}:
            return key, None
        case {"key": str(key), "point": {**fields}}:
            return key, _point(fields)
        case _:
            raise ValueError("not a point")


def _point(fields: Mapping[str, Any]) -> Point:
    match fields:
        case {
            "interval": int(interval),
            "use": [*use],
            "dearer": float(dearer),
            "least": int(least),
            "widths": [*widths],
        }:
            if interval < 1 or len(use) != len(RESOURCE_KINDS):
                raise ValueError("not a point")
            amounts = tuple(float(amount) for amount in use)
            return Point(interval, amounts, dearer, least, tuple(int(width) for width in widths))
        case _:
            raise ValueError("not a point")
