"""Finished points of `qnn explore -o FOLDER`, from which an exploration continues."""

import json
import random
from typing import Any

from qnn.hardware.resources.device import RESOURCE_KINDS
from qnn.tools.explore.points import Points

from ..damage import damaged_bytes
from ..kind import Kind, outcome_of
from ..values import damaged_json

POINT = {"interval": 9, "use": [1.0] * len(RESOURCE_KINDS), "dearer": 0.0, "least": 9}
ENTRY: dict[str, Any] = {"key": "k", "device": "z7020", "clock_mhz": 100.0, "cycles": 9}
ENTRIES = [{**ENTRY, "point": POINT}, {**ENTRY, "point": None}]


class Cases(Kind):
    suffix = ".jsonl"

    def case(self, rng: random.Random) -> bytes:
        whole = [json.dumps(entry).encode() + b"\n" for entry in ENTRIES]
        lines = [damaged_json(rng, ENTRIES) + rng.choice((b"\n", b"\n", b"")), *whole]
        rng.shuffle(lines)
        data = b"".join(lines)
        return damaged_bytes(rng, data) if rng.random() < 0.2 else data

    def check(self, case: bytes) -> str:
        path = self.folder / f"case{self.suffix}"
        path.write_bytes(case)
        return outcome_of(lambda: Points(path))
