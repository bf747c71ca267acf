"""Trains the networks of docs/training.md on MNIST, three times each, and writes their tables.

    python benchmarks/training.py run FOLDER benchmarks/training.jsonl    # or: run FOLDER FILE cnn
    python benchmarks/training.py table benchmarks/training.jsonl
    python benchmarks/training.py plot benchmarks/training.jsonl docs/training.svg

Each result is written as a line of the file as soon as its training ends; results that are in the
file are not trained again. The CNN starts from float weights, the perceptrons start from scratch.
The accuracy is that of the exported integer network. For the first seed, every score of every test
image is compared with that of the compiled network.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import torch
from qnn.passes import Pipeline
from qnn.qdialect.interpreter import run as interpret
from qnn.tools.explore.plots import draw_tradeoff, rendered
from qnn.training import Plan, Trainer, accuracy, bops, export, freeze, prepare, scores, train_float
from qnn.training.idx import LabeledImages, read_mnist
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))

from mnist import network as cnn

SEEDS = (0, 1, 2)


class Perceptron(nn.Module):
    """TFC and LFC: three hidden layers with batch norms and without biases; the image is centred
    first."""

    def __init__(self, width: int):
        super().__init__()
        sizes = (784, width, width, width, 10)
        self.layers = nn.Sequential(
            *(
                part
                for inputs, outputs in pairwise(sizes)
                for part in (nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs))
            )
        )

    def forward(self, image: Tensor) -> Tensor:
        return self.layers(2 * image.flatten(1) - 1)


@dataclass(frozen=True)
class Setting:
    """A network, its quantization, and its training."""

    network: str
    make: Callable[[], nn.Module]
    recipe: dict[str, Any]
    plan: Plan
    start: Plan | None = None
    """The float training before the quantized one, if there is any."""

    @property
    def name(self) -> str:
        parts = [str(value) for value in self.recipe.values() if not isinstance(value, dict)]
        return "-".join([self.network, *parts]) if parts else f"{self.network}-float"


IMAGE = {"clamp": 1.0}
"""The largest pixel."""

FLOAT = Plan(last_epochs=8, rate=3e-3)
GRADUAL = Plan(epochs=1, last_epochs=3, rate=1e-3)
METHODS: list[dict[str, Any]] = [
    {},
    {"method": "nice", "weights": 4, "activations": 4},
    {"method": "nice", "weights": 3, "activations": 3},
    {"method": "uniq", "weights": 4, "activations": 8},
    {"method": "uniq", "weights": 3, "activations": 8},
    {"method": "uniq", "weights": 2, "activations": 8},
    {"method": "uniq", "weights": 2, "activations": 8, "cdf": "uniform"},
]
SETTINGS = [
    *(
        Setting("cnn", cnn, {**how, "first": IMAGE} if how else {}, GRADUAL, FLOAT)
        for how in METHODS
    ),
    Setting("tfc", lambda: Perceptron(64), {"method": "binary"}, Plan(last_epochs=30, rate=3e-3)),
    Setting("tfc", lambda: Perceptron(64), {"method": "ternary"}, Plan(last_epochs=30, rate=3e-3)),
    Setting("lfc", lambda: Perceptron(1024), {"method": "binary"}, Plan(last_epochs=15, rate=3e-3)),
]


def run(data: str, results: Path, network: str) -> None:
    """Trains all networks and seeds whose results are missing."""
    torch.set_num_threads(1)
    train, test = read_mnist(data)
    done = {(line["name"], line["seed"]) for line in lines(results)}
    floats: dict[int, nn.Module] = {}
    for seed in SEEDS:
        for setting in SETTINGS:
            wanted = setting.network == network if network else True
            if wanted and (setting.name, seed) not in done:
                found = trained(setting, seed, train, test, floats)
                with results.open("a") as file:
                    file.write(json.dumps(found) + "\n")


def trained(
    setting: Setting,
    seed: int,
    train: LabeledImages,
    test: LabeledImages,
    floats: dict[int, nn.Module],
) -> dict[str, Any]:
    """Trains a network with one seed; returns its result."""
    torch.manual_seed(seed)
    network = setting.make()
    if setting.start is not None:
        if seed not in floats:
            floats[seed] = train_float(network, *train, setting.start)
        network = floats[seed]
    found: dict[str, Any] = {"name": setting.name, "seed": seed}
    start = time.process_time()
    example = test[0][:1]
    if setting.recipe:
        torch.manual_seed(seed)
        model = prepare(network, setting.recipe)
        tell = partial(print, setting.name, seed, file=sys.stderr, flush=True)
        Trainer(model, *train, setting.plan).run(tell)
        found["seconds"] = round(time.process_time() - start)
        network = freeze(model)
        found["bops"] = bops(model, example)
        if seed == SEEDS[0]:
            found["equal"] = equal(network, test[0])
    else:
        found["bops"] = bops(network, example)
    return found | {"accuracy": round(accuracy(network, *test), 2)}


def equal(network: nn.Module, images: Tensor) -> int:
    """The number of images on which all scores of the integer network equal those of torch."""
    module = export(network, images[:1])
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    expected = scores(network, images).numpy()
    parts = [interpret(module, [part.numpy()])[0] for part in images.split(500)]
    return int((np.concatenate(parts) == expected).all(1).sum())


def lines(results: Path) -> list[dict[str, Any]]:
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text().splitlines()]


@dataclass(frozen=True)
class Row:
    """The results of all seeds of a setting."""

    name: str
    accuracies: list[float]
    bops: float
    seconds: float | None
    equal: int | None


def rows(results: Path) -> Iterator[Row]:
    order = [setting.name for setting in SETTINGS]
    found = sorted(lines(results), key=lambda line: order.index(line["name"]))
    for name, group in groupby(found, lambda line: line["name"]):
        every = list(group)
        spent = [line["seconds"] for line in every if "seconds" in line]
        compared = [line["equal"] for line in every if "equal" in line]
        accuracies = [line["accuracy"] for line in every]
        yield Row(
            name,
            accuracies,
            every[0]["bops"],
            mean(spent) if spent else None,
            compared[0] if compared else None,
        )


def table(results: Path) -> None:
    """Prints the results as a Markdown table."""
    print("| training | MBOPs | accuracy, % | mean | seconds | equal images |")
    print("|---|---:|---|---:|---:|---:|")
    for row in rows(results):
        each = ", ".join(f"{value:.2f}" for value in row.accuracies)
        spent = "" if row.seconds is None else f"{row.seconds:.0f}"
        same = "" if row.equal is None else f"{row.equal:,}"
        average = f"{mean(row.accuracies):.2f}"
        print(f"| {row.name} | {row.bops / 1e6:.1f} | {each} | {average} | {spent} | {same} |")


def plot(results: Path, target: Path) -> None:
    """Plots accuracy against bit operations."""
    points = [
        (row.name.removeprefix("cnn-"), row.bops, mean(row.accuracies))
        for row in rows(results)
        if row.name.startswith("cnn-")
    ]
    target.write_bytes(rendered(draw_tradeoff(points), "svg"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "table", "plot"):
        command = commands.add_parser(name)
        if name == "run":
            command.add_argument("data", help="a folder with MNIST's idx files")
        command.add_argument("results", type=Path)
        if name == "run":
            command.add_argument(
                "network", nargs="?", default="", choices=["", "cnn", "tfc", "lfc"]
            )
        if name == "plot":
            command.add_argument("target", type=Path)
    given = parser.parse_args()
    match given.command:
        case "run":
            run(given.data, given.results, given.network)
        case "table":
            table(given.results)
        case _:
            plot(given.results, given.target)


if __name__ == "__main__":
    main()
