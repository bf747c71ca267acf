"""The files that `qnn report` reads: `build.json` of a build, and `explore.json` of `qnn explore`.
Also the manifest of a build, which the next `qnn compile` replaces. The first byte of a case
distinguishes the files."""

import json
import random
from pathlib import Path
from typing import Any

from qnn.tools.folders import MANIFEST, build_folder
from qnn.tools.qnn import main
from qnn.tools.report.build import Build
from qnn.tools.report.facts import facts_of
from qnn.tools.report.page import html_page

from ..damage import damaged_bytes
from ..kind import Kind, discard_output, outcome_of
from ..values import NAMES, damaged_json
from .foldings import DESIGN

POINT = {"fps": 9.0, "utilisation": {"lut": 0.5}}
EXPLORED: list[Any] = [
    {"curves": [{"device": "z7020", "clock_mhz": 100.0, "front": [POINT, POINT]}]},
    {
        "curves": [
            {"device": "z7020", "clock_mhz": 100, "at_rate": POINT},
            {"device": "a", "clock_mhz": 1},
        ]
    },
]


class Cases(Kind):
    suffix = ".build"

    def __init__(self, folder: Path):
        super().__init__(folder)
        network, self.build = folder / "net.mlir", folder / "build"
        network.write_text(DESIGN)
        target = ["--target", "hls", "--device", "z7020", "-o", str(self.build)]
        with discard_output():
            assert main(["compile", str(network), *target]) == 0
        self.about = (self.build / "build.json").read_bytes()
        self.manifest = (self.build / MANIFEST).read_bytes()

    def case(self, rng: random.Random) -> bytes:
        way = rng.random()
        if way < 0.6:
            return b"b" + damaged_json(rng, [json.loads(self.about)])
        if way < 0.9:
            return b"e" + damaged_json(rng, EXPLORED)
        name = rng.choice(NAMES).encode(errors="surrogatepass")
        return b"m" + damaged_bytes(rng, rng.choice((self.manifest, self.manifest + name + b"\n")))

    def check(self, case: bytes) -> str:
        kind, data = case[:1], case[1:]
        if kind == b"m":
            return self.check_manifest(data)
        (self.build / "build.json").write_bytes(data if kind == b"b" else self.about)
        explored = self.write_case(data, "explore.json") if kind == b"e" else None
        return outcome_of(lambda: self.report(explored))

    def report(self, explored: str | None) -> None:
        facts = facts_of(Build.read(self.build, explored))
        html_page("build", facts["top"], facts).encode()

    def check_manifest(self, data: bytes) -> str:
        """Replaces a build that has this manifest by a build of one file."""
        folder = self.folder / "other"
        folder.mkdir(exist_ok=True)
        (folder / MANIFEST).write_bytes(data)

        def replace() -> None:
            with build_folder(str(folder)) as new:
                (new / "a").write_text("a")

        return outcome_of(replace)
