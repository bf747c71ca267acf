"""Trains a small CNN on MNIST by a recipe, and writes it for the compiler.

    python examples/mnist.py FOLDER --recipe examples/recipe.toml -o mnist.mlir

FOLDER has MNIST's four idx files, plain or with gzip. With `--checkpoint FILE` training may be
stopped at any time, and goes on where it was when the command is given again.
"""

import argparse
from pathlib import Path

import torch
from qnn.training import (
    Plan,
    Recipe,
    Trainer,
    TrainingError,
    accuracy,
    export,
    freeze,
    prepare,
    train_float,
)
from qnn.training.idx import read_mnist
from torch import nn


def network() -> nn.Module:
    """A CNN with 20,842 parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, padding=2),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 49, 10),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder")
    parser.add_argument("--recipe", required=True, help="a TOML file")
    parser.add_argument("--checkpoint", help="where training is saved after each epoch")
    parser.add_argument("--floats", type=int, default=4, help="epochs in floats, before")
    parser.add_argument("--epochs", type=int, default=1, help="epochs of each stage")
    parser.add_argument("--last", type=int, default=3, help="epochs of the last stage")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the network, as .mlir")
    try:
        train(parser.parse_args())
    except (TrainingError, OSError) as error:
        raise SystemExit(f"mnist: {error}") from None


def train(given: argparse.Namespace) -> None:
    recipe = Recipe.read(given.recipe)
    plan = Plan(given.epochs, given.last)
    images, test = read_mnist(given.folder)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    floats = network()
    if given.checkpoint is None or not Path(given.checkpoint).exists():
        train_float(floats, *images, Plan(last_epochs=given.floats, rate=3e-3))
        print(f"float: {accuracy(floats, *test):.2f} %")
    model = prepare(floats, recipe)
    Trainer(model, *images, plan, given.checkpoint).run(print)
    frozen = freeze(model)
    print(f"quantized: {accuracy(frozen, *test):.2f} %")
    given.output.write_text(str(export(frozen, test[0][:1])))


if __name__ == "__main__":
    main()
