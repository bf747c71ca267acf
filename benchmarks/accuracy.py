"""Runs whole test sets at level 2 in native code and in the interpreter, and compares the results.

    QNN_MODELS=path/to/models python benchmarks/accuracy.py [--compared N] [NAME ...]

The columns for each trained network: images, correctly classified images, images per second of the
native code, images that the interpreter computed as well (all, or the first N), and images on which
the two differ (must be 0).
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from qnn.backends.native import load
from qnn.frontends.inputs import InputType
from qnn.frontends.onnx import import_onnx
from qnn.passes import Pipeline
from qnn.qdialect.data import Array
from qnn.qdialect.interpreter import run
from xdsl.dialects.builtin import ModuleOp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test"))

from support.real_networks import NETWORKS, cifar10, folder

INPUT_TYPES = {"rn07_w8a8": {"global_in": InputType.parse("ui8*0.00390625")}}
"""Networks trained on pixels from 0 to 1, whose models do not declare this: their inputs are
bytes."""


def integer_network(name: str) -> ModuleOp:
    """A network at level 2."""
    module = import_onnx(str(folder() / f"{name}.onnx"), INPUT_TYPES.get(name, {}))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    return module


def images_of(name: str) -> tuple[Array, Array]:
    """All images of a network's test set, and their classes."""
    if name in INPUT_TYPES:
        return cifar10(lambda x: x.transpose(0, 3, 1, 2))
    return NETWORKS[name].load()


def measure(name: str, most: int) -> bool:
    """Prints a row of the table; returns whether all results are equal."""
    module, (x, y) = integer_network(name), images_of(name)
    network = load(module)
    network.run([x[:1]])
    start = time.perf_counter()
    scores = network.predict(x)
    seconds = time.perf_counter() - start
    correct = int((scores.argmax(1) == y).sum())
    differ, compared = 0, min(most, len(x))
    for first in range(0, compared, 100):
        part = slice(first, min(first + 100, compared))
        differ += int((scores[part] != run(module, [x[part]])[0]).sum())
    print(
        f"| {name} | {len(x):,} | {correct:,} | {len(x) / seconds:,.0f} "
        f"| {compared:,} | {differ} |",
        flush=True,
    )
    return not differ


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares native code with the interpreter.")
    parser.add_argument("names", nargs="*", default=[*NETWORKS])
    parser.add_argument("--compared", type=int, default=10**9, metavar="N")
    options = parser.parse_args()
    print("| network | images | correct | images/s | compared | results that differ |")
    print("|---|---:|---:|---:|---:|---:|")
    return int(not all([measure(name, options.compared) for name in options.names]))


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
