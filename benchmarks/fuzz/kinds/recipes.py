"""Training recipes in TOML, for a network with a few layers."""

import random
from pathlib import Path

from qnn.training.errors import TrainingError
from qnn.training.recipe import Recipe

from ..kind import Kind, outcome_of
from ..tables import damaged_toml

TEXTS = (
    'method = "uniq"\nweights = 4\nactivations = 8\n[first]\nclamp = 1.0\n[last]\nweights = 5\n'
    '[layers."features.*"]\nweights = 3\ncdf = "normal"\n',
    'method = "nice"\nweights = 2\nactivations = 2\nrounds = 3\n[first]\nsigned = true\n',
    '[layers.classifier]\nmethod = "binary"\n[layers."features.0"]\nmethod = "ternary"\n',
    'method = "dorefa"\nweights = 3\nactivations = 1\n[layers."*"]\nclamp = 2\n',
)

LAYERS = ("features.0", "features.3", "features.10", "classifier")


class Cases(Kind):
    suffix = ".toml"

    def __init__(self, folder: Path):
        super().__init__(folder)

    def case(self, rng: random.Random) -> bytes:
        return damaged_toml(rng, TEXTS)

    def check(self, case: bytes) -> str:
        return outcome_of(lambda: read(self.write_case(case)), TrainingError)


def read(path: str) -> None:
    recipe = Recipe.read(path)
    layers = recipe.layers_of(LAYERS)
    for layer in layers.values():
        layer.weight_quantizer()
        layer.activation_quantizer()
    assert Recipe.of(recipe.as_dict()).layers_of(LAYERS) == layers
