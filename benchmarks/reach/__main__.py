"""Compiles random networks as other tools write them, and compares all engines.

    python benchmarks/reach --onnxruntime 200 --brevitas 100 --hls

Prints one line per network that is refused or wrong, and a table of the reasons.
"""

import argparse
import collections
import logging
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reach.attempt import Outcome, attempt
from reach.quantized_files import WRITERS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for source in WRITERS:
        parser.add_argument(f"--{source}", type=int, default=0, help="number of networks")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--hls", action="store_true", help="also simulate the C++ of each design")
    parser.add_argument("--keep", type=Path, help="a folder for the model files")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        failed = [
            try_source(
                source,
                range(options.seed, options.seed + getattr(options, source)),
                folder,
                options.hls,
            )
            for source in WRITERS
            if getattr(options, source)
        ]
    return int(any(failed))


def try_source(source: str, seeds: range, folder: Path, hls: bool) -> bool:
    """Tries the networks of one exporting tool; returns whether any is wrong."""
    verdicts: collections.Counter[str] = collections.Counter()
    for seed in seeds:
        file = folder / f"{source}{seed}.onnx"
        drawn = WRITERS[source](seed, file)
        outcome = attempt(file, drawn, hls)
        verdicts[outcome.verdict] += 1
        if outcome != Outcome("equal"):
            print(
                f"{source} {seed} ({drawn.description}): {outcome.verdict} {outcome.details}",
                flush=True,
            )
    print(f"{source}: {dict(verdicts)}", flush=True)
    return bool(verdicts["different"] + verdicts["crashed"])


if __name__ == "__main__":
    sys.exit(main())
