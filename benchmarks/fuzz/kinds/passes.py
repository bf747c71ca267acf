"""Valid modules through passes: `qnn-opt -p PIPELINE`; the first line of a case is the pipeline.
The modules are networks and designs of the tests, and random networks, with changed numbers, types
and attributes."""

import random
import re
import sys
from pathlib import Path

import numpy as np
from qnn.passes import Pipeline
from qnn.qdialect.dialects import new_context
from qnn.qdialect.text import TextError, parse_module, verify
from xdsl.utils.exceptions import PassFailedException

from ..damage import NUMBERS, annotate, exchange_alike
from ..kind import REFUSED, Kind, outcome_of

sys.path.append(str(Path(__file__).resolve().parents[3] / "test"))

from support.networks import trained_network

ROOT = Path(__file__).resolve().parents[3]

FOLD = "fold-bn,minimize-accumulators"
TILE = 'tile{device="z7020"}'
PIPELINES = (
    *("canonicalize", "fold-bn", FOLD, f"{FOLD},stream-lower", "stream-lower", "size-fifos"),
    *(f"{FOLD},stream-lower,{TILE},pack-bits,size-fifos", f"{TILE},pack-bits", "pack-bits"),
    *("minimize-accumulators", "tile{target-fps=1000.0 clock-mhz=100.0}", "fold-bn{max-error=1}"),
    "partition{devices=z7020,z7020 link-bits=4 link-mhz=50.0}",
)

RANDOM_NETWORKS = 40
"""The number of random networks."""

MAX_MODULE_LENGTH = 4000
"""Maximum length of a module, in characters."""


class Cases(Kind):
    suffix = ".mlir"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.texts = corpus()

    def case(self, rng: random.Random) -> bytes:
        text = rng.choice(self.texts)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            way = rng.random()
            if way < 0.5:
                text = other_number(rng, text)
            elif way < 0.9:
                text = exchange_alike(rng, text, text)
            else:
                text = annotate(rng, text, rng.choice(self.texts))
        return f"// -p '{rng.choice(PIPELINES)}'\n{text}".encode()

    def check(self, case: bytes) -> str:
        text = case.decode()
        try:
            module = parse_module(new_context(), text)
            verify(module, text)
        except TextError:
            return REFUSED  # the business of the kind `text`
        pipeline = Pipeline.parse(text[len("// -p '") : text.index("'\n")])
        return outcome_of(lambda: pipeline.apply(module))


def corpus() -> list[str]:
    """Valid modules: those of examples and tests, and random ones at each level."""
    texts: list[str] = []
    for path in [*(ROOT / "examples").glob("*.mlir"), *(ROOT / "test/lit/passes").glob("*.mlir")]:
        for part in path.read_text().split("// -----"):
            text = re.sub(r"^ *//.*\n", "", part, flags=re.M)
            try:
                verify(parse_module(new_context(), text))
            except TextError:
                continue
            texts.append(text)
    for seed in range(RANDOM_NETWORKS):
        module = trained_network(np.random.default_rng(seed), 1 + seed % 3)
        texts.append(str(module))
        try:
            Pipeline.parse(FOLD).apply(module)
            texts.append(str(module))
            Pipeline.parse("stream-lower").apply(module)
            texts.append(str(module))
        except PassFailedException:
            continue
    return sorted(text for text in texts if len(text) < MAX_MODULE_LENGTH)


def other_number(rng: random.Random, text: str) -> str:
    """Changes a number slightly, or replaces it."""
    match = rng.choice(list(re.finditer(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text)))
    near = [match[0] + "0", f"-{match[0]}"]
    if match[0].lstrip("-").isdigit() and len(match[0]) < 100:
        number = int(match[0])
        near += map(str, (number + 1, number - 1, number * 2, number // 2, 1 << 20))
    word = rng.choice(near) if rng.random() < 0.85 else rng.choice(NUMBERS)
    if rng.random() < 0.4:
        return re.sub(rf"(?<![\w.]){re.escape(match[0])}(?![\w.])", lambda _: word, text)
    return text[: match.start()] + word + text[match.end() :]
