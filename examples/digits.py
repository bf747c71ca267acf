"""From a float network to hardware: scikit-learn's digits, with UNIQ and NICE at 2, 3 and 4 bits.

    pip install '.[torch,examples]' && python examples/digits.py build/

It takes a minute of one processor. What it writes: a project for Vitis HLS in `build/project`, and
the network in `build/digits.mlir`, for `qnn run`, `qnn estimate` and `qnn explore`.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from qnn.tools.qnn import main as qnn
from qnn.training import Plan, Trainer, accuracy, bops, export, freeze, prepare, train_float
from sklearn.datasets import load_digits
from torch import nn

BITS = (4, 3, 2)
CHOSEN = ("uniq", 4)
"""The method and the bits of the network that becomes hardware."""


def network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 4, 10),
    )


def recipe(method: str, bits: int) -> dict[str, Any]:
    """UNIQ keeps activations at eight bits; NICE makes them as narrow as the weights."""
    activations = 8 if method == "uniq" else bits
    first = {"clamp": 1.0}  # the brightest pixel
    return {"method": method, "weights": bits, "activations": activations, "first": first}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="the folder to write to")
    build = parser.parse_args().build
    torch.manual_seed(0)
    digits: Any = load_digits()
    images = torch.tensor(digits.images[:, None] / 16, dtype=torch.float32)
    labels = torch.tensor(digits.target)
    order = torch.randperm(len(images))
    train, test = ((images[part], labels[part]) for part in order.split([1297, 500]))
    floats = train_float(network(), *train, Plan(last_epochs=30, batch=32, rate=3e-3))
    print(f"{'training':<10} {'weights':>7} {'activations':>11} {'MBOPs':>6} {'accuracy, %':>11}")
    tell("float", 32, 32, bops(floats, test[0]), accuracy(floats, *test))
    made: dict[tuple[str, int], nn.Module] = {}
    for method in ("uniq", "nice"):
        for bits in BITS:
            how = recipe(method, bits)
            model = prepare(floats, how)
            Trainer(model, *train, Plan(epochs=6, last_epochs=12, batch=32, rate=2e-3)).run()
            made[method, bits] = frozen = freeze(model)
            right = accuracy(frozen, *test)
            tell(method, bits, how["activations"], bops(model, test[0]), right)
    build.mkdir(parents=True, exist_ok=True)
    (build / "digits.mlir").write_text(str(export(made[CHOSEN], test[0][:1])))
    print(f"\n{CHOSEN[0]} with {CHOSEN[1]} bits as hardware:\n")
    where = str(build / "project")
    command = ["compile", str(build / "digits.mlir"), "--target", "hls", "--device", "z7020"]
    raise SystemExit(qnn([*command, "--fps", "10000", "-o", where]))


def tell(method: str, weights: int, activations: int, operations: float, right: float) -> None:
    print(
        f"{method:<10} {weights:>7} {activations:>11} {operations / 1e6:>6.1f} {right:>11.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
