"""Recipes: the settings of each layer, and errors that name the key."""

from math import inf
from pathlib import Path
from typing import Any

import pytest
from qnn.training import LayerRecipe, Recipe, TrainingError

NAMES = ["conv1", "block.conv2", "block.conv3", "fc"]
NICE: dict[str, Any] = {"method": "nice", "weights": 4, "activations": 4}

TEXT = """
method = "uniq"
weights = 4
activations = 8
rounds = 2

[first]
clamp = 1.0

[last]
method = "nice"
weights = 8

[layers."block.*"]
weights = 3
cdf = "empirical"

[layers."block.conv3"]
weights = 2
"""


def test_the_most_specific_setting_wins(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(TEXT)
    recipe = Recipe.read(str(tmp_path / "recipe.toml"))
    assert recipe.rounds == 2
    assert recipe.layers_of(NAMES) == {
        "conv1": LayerRecipe("uniq", 4, 8, clamp=1.0),
        "block.conv2": LayerRecipe("uniq", 3, 8, cdf="empirical"),
        "block.conv3": LayerRecipe("uniq", 2, 8, cdf="empirical"),
        "fc": LayerRecipe("nice", 8, 8),
    }


def test_methods_have_defaults() -> None:
    wanted = {
        "binary": LayerRecipe("binary", 1, 1, clamp=1.0),
        "ternary": LayerRecipe("ternary", 2, 2, clamp=1.0, signed=True),
    }
    for method, layer in wanted.items():
        assert Recipe.of({"method": method}).layers_of(["fc"]) == {"fc": layer}
    wrpn = Recipe.of({"method": "wrpn", "weights": 2, "activations": 3, "clamp": 6})
    assert wrpn.layers_of(["fc"]) == {"fc": LayerRecipe("wrpn", 2, 3, clamp=6)}


def test_without_a_method_only_named_layers_are_quantized() -> None:
    assert list(Recipe.of({"layers": {"block.*": NICE}}).layers_of(NAMES)) == NAMES[1:3]
    assert list(Recipe.of({"last": NICE}).layers_of(NAMES)) == ["fc"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "the recipe quantizes no layer: set method for all layers, or"),
    "no method": ({"layers": {"fc": {"weights": 3}}}, "the recipe quantizes no layer"),
    "missing layer": ({"layers": {"conv2": NICE}}, r"layers\.conv2: matches no layer; did"),
    "missing pattern": ({"layers": {"head.*": NICE}}, r"layers\.head\.\*: matches no layer"),
    "key": ({**NICE, "wieghts": 3}, "wieghts: unknown key; did you mean weights?"),
    "inner key": ({**NICE, "first": {"bits": 3}}, r"first\.bits: unknown key; available"),
    "method": ({**NICE, "method": "nise"}, "method: 'nise' is not a method; did you mean nice"),
    "bits": (
        {**NICE, "layers": {"fc": {"method": "uniq", "weights": 6}}},
        r"layers\.fc\.weights: bits of uniq must be 2 to 5, not 6",
    ),
    "binary": ({"method": "binary", "weights": 2}, "weights: bits of binary must be 1, not 2"),
    "fraction": ({**NICE, "weights": 4.0}, "weights: bits of nice must be 2 to 8, not 4.0"),
    "activations": ({**NICE, "activations": True}, "activations: must be 1 to 8 bits, not True"),
    "no bits": ({"method": "nice"}, 'has no weights for "conv1": set its bits, as in weights = 4'),
    "clamp": (
        {**NICE, "last": {"clamp": 0}},
        r"last\.clamp: must be a finite number above 0, not 0",
    ),
    "endless clamp": ({**NICE, "clamp": inf}, "clamp: must be a finite number above 0, not inf"),
    "sign": ({**NICE, "signed": 1}, "signed: must be true or false, not 1"),
    "signs": (
        {**NICE, "activations": 1, "signed": True},
        "signed: activations of one bit are always -1 or \\+1",
    ),
    "cdf": (
        {**NICE, "cdf": "gauss"},
        "cdf: must be one of normal, empirical, uniform, not 'gauss'",
    ),
    "table": ({**NICE, "first": 8}, "first: must be a table, not 8"),
    "rounds": ({**NICE, "rounds": 0}, "rounds: must be an integer above 0, not 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_name_the_key(name: str) -> None:
    given, message = WRONG[name]
    with pytest.raises(TrainingError, match=message):
        Recipe.of(given).layers_of(NAMES)


def test_invalid_files_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    with pytest.raises(TrainingError, match=r"recipe\.toml: no such file or directory"):
        Recipe.read(str(path))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TrainingError, match="is not UTF-8 text"):
        Recipe.read(str(path))
    path.write_text("method = nice")
    with pytest.raises(TrainingError, match=r"is not valid TOML: .*line 1"):
        Recipe.read(str(path))
