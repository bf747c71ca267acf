"""Folds random networks and compares level 2 with level 1, bit for bit.

    python benchmarks/random_networks.py --count 1000

Prints how many networks agree, how many `fold-bn` refuses and why, and the seeds of those that
differ. The exit status is 1 if any network differs.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from xdsl.utils.exceptions import PassFailedException

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test"))

from support.networks import trained_network


def check(seed: int) -> str:
    """The outcome of one network: "equal", the reason for a refusal, or a difference."""
    module = trained_network(np.random.default_rng(seed))
    pipeline = Pipeline.parse("fold-bn,minimize-accumulators", [CheckSemantics(seed)])
    try:
        pipeline.apply(module)
    except PassFailedException as error:
        lines = str(error).splitlines()
        if len(lines) > 1:
            return "refused: " + lines[1].partition(": ")[2]
        return f"DIFFERENT: seed {seed}: {lines[0]}"
    return "equal"


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares level 2 with level 1.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    start = time.perf_counter()
    seeds = range(options.first, options.first + options.count)
    found = Counter(check(seed) for seed in seeds)
    for result, count in found.most_common():
        print(f"{count:6} {result}")
    print(f"{options.count} networks in {time.perf_counter() - start:.0f} s")
    return int(any(result.startswith("DIFFERENT") for result in found))


if __name__ == "__main__":
    sys.exit(main())
