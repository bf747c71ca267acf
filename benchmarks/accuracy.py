"""Whole test sets through level 2, by native code and by the interpreter: every result is the same.

    QNN_MODELS=path/to/models python benchmarks/accuracy.py [NAME ...]

For each trained network: images, results that differ (none may), how many images are right,
seconds of native code and of the interpreter, and images a second of the native code.
"""

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

BYTES = {"rn07_w8a8": {"global_in": InputType.parse("ui8*0.00390625")}}
"""Networks that are trained on pixels as fractions, and say nothing of it: they take the pixels."""


def integer(name: str) -> ModuleOp:
    """A network at level 2."""
    module = import_onnx(str(folder() / f"{name}.onnx"), BYTES.get(name, {}))
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    return module


def images_of(name: str) -> tuple[Array, Array]:
    """All images of a network's test set, and their classes."""
    if name in BYTES:
        return cifar10(lambda x: x.transpose(0, 3, 1, 2))
    return NETWORKS[name].load()


def measure(name: str) -> bool:
    """Prints a row of the table; whether all results are the same."""
    module, (x, y) = integer(name), images_of(name)
    network = load(module)
    network.run([x[:1]])
    differ = correct = 0
    ours = theirs = 0.0
    for first in range(0, len(x), 100):
        part = x[first : first + 100]
        start = time.perf_counter()
        (scores,) = network.run([part])
        middle = time.perf_counter()
        (expected,) = run(module, [part])
        ours, theirs = ours + middle - start, theirs + time.perf_counter() - middle
        differ += int((scores != expected).sum())
        correct += int((scores.argmax(1) == y[first : first + 100]).sum())
    print(
        f"| {name} | {len(x):,} | {differ} | {correct:,} | {ours:.2f} | {theirs:.0f} "
        f"| {len(x) / ours:,.0f} |",
        flush=True,
    )
    return not differ


def main() -> int:
    print("| network | images | results that differ | correct | native, s | numpy, s | images/s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    names = sys.argv[1:] or [*NETWORKS]
    return int(not all([measure(name) for name in names]))


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
