"""Recipes: which layers are quantized, and how. A recipe is a TOML file or a dict.

method = "uniq"        # of every layer; without it, only the named layers are quantized
weights = 4            # bits
activations = 8

[first]                # overrides for the first layer
clamp = 1.0            # the maximum of its input, which is then not learned

[last]
weights = 5

[layers."features.*"]  # layers by name; `*` matches anything
weights = 3
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from math import inf
from typing import Any, cast

from ..qdialect.diagnostics import did_you_mean, truncated
from ..qdialect.documents import parse_toml
from ..qdialect.input_files import read_whole
from .activations import ActivationQuantizer, Clamp, Sign
from .distributions import DISTRIBUTIONS
from .errors import TrainingError
from .weights import Binary, Dorefa, Nice, Ternary, Uniq, WeightQuantizer, Wrpn

RecipeTable = Mapping[str, Any]

MAX_GRID_BITS = 8
"""Maximum bits of activations, and of weights on a uniform grid."""


@dataclass(frozen=True)
class Method:
    """A method that quantizes weights, and its defaults for the activations."""

    make_quantizer: Callable[[int], WeightQuantizer]
    bits: range
    gradual: bool = False
    """Whether layers are quantized one after another, starting at the input."""
    freezes: bool = False
    """Whether a layer stops learning once the next one is quantized."""
    clamp: float | None = None
    signed: bool = False


METHODS = {
    "uniq": Method(Uniq, range(2, 6), gradual=True, freezes=True),
    "nice": Method(Nice, range(2, MAX_GRID_BITS + 1), gradual=True),
    "wrpn": Method(Wrpn, range(2, MAX_GRID_BITS + 1), clamp=1.0),
    "dorefa": Method(Dorefa, range(2, MAX_GRID_BITS + 1), clamp=1.0),
    "binary": Method(Binary, range(1, 2), clamp=1.0),
    "ternary": Method(Ternary, range(2, 3), clamp=1.0, signed=True),
}


@dataclass(frozen=True)
class LayerRecipe:
    """How one layer is quantized."""

    method: str
    weights: int
    activations: int
    clamp: float | None = None
    """The maximum of the layer's input, if it is known and not learned."""
    signed: bool = False
    """Whether the layer's input may be negative."""
    cdf: str = "normal"
    """The distribution that UNIQ fits."""

    @property
    def method_properties(self) -> Method:
        return METHODS[self.method]

    def weight_quantizer(self) -> WeightQuantizer:
        if self.method == "uniq":
            return Uniq(self.weights, self.cdf)
        return self.method_properties.make_quantizer(self.weights)

    def activation_quantizer(self) -> ActivationQuantizer:
        if self.activations == 1:
            return Sign()
        return Clamp(self.activations, self.clamp, self.signed)


LAYER_KEYS = [field.name for field in fields(LayerRecipe)]
RECIPE_TABLES = ["first", "last", "layers"]


@dataclass(frozen=True)
class Recipe:
    """Which layers are quantized, and how."""

    defaults: RecipeTable
    first: RecipeTable
    last: RecipeTable
    layers: Mapping[str, RecipeTable]
    rounds: int = 1
    """How often the schedule of a gradual method visits all layers."""

    @staticmethod
    def read(path: str) -> "Recipe":
        """Reads a TOML file."""
        try:
            given = parse_toml(read_whole(path).decode())
        except OSError as error:
            raise TrainingError(f"{path}: {(error.strerror or str(error)).lower()}") from None
        except UnicodeDecodeError:
            raise TrainingError(f"{path} is not UTF-8 text: a recipe is a TOML file") from None
        except ValueError as error:
            raise TrainingError(f"{path} is not valid TOML: {truncated(str(error))}") from None
        return Recipe.of(given)

    @staticmethod
    def of(table: RecipeTable) -> "Recipe":
        """Reads a dict; errors name the key."""
        every = {
            key: value for key, value in table.items() if key not in (*RECIPE_TABLES, "rounds")
        }
        first, last, layers = (_checked_table(table.get(name, {}), name) for name in RECIPE_TABLES)
        named = {name: _checked_table(part, f"layers.{name}") for name, part in layers.items()}
        rounds = table.get("rounds", 1)
        if type(rounds) is not int or rounds < 1:
            raise recipe_error("rounds", f"must be an integer above 0, not {rounds!r}")
        _check_keys(every, "", [*LAYER_KEYS, "rounds", *RECIPE_TABLES])
        parts = {"first": first, "last": last} | {f"layers.{n}": p for n, p in named.items()}
        for place, part in parts.items():
            _check_keys(part, f"{place}.", LAYER_KEYS)
        if "method" not in every and not any("method" in part for part in parts.values()):
            raise TrainingError(
                "the recipe quantizes no layer: set method for all layers, or in [layers.NAME]"
            )
        return Recipe(every, first, last, named, rounds)

    def layers_of(self, names: Sequence[str]) -> dict[str, LayerRecipe]:
        """The recipe of each layer to quantize; `names` are all layers that can be quantized."""
        if not names:
            raise TrainingError(
                "the network has no layer to quantize: it needs a Conv1d, Conv2d or Linear"
            )
        for pattern in self.layers:
            if not any(fnmatchcase(name, pattern) for name in names):
                raise recipe_error(
                    f"layers.{pattern}", f"matches no layer; {did_you_mean(pattern, names)}"
                )
        found = {name: self._layer_recipe(name, names) for name in names}
        chosen = {name: layer for name, layer in found.items() if layer is not None}
        if not chosen:
            raise TrainingError(
                "the recipe quantizes no layer of this network: set method for all layers, "
                "or in [layers.NAME]"
            )
        return chosen

    def _layer_recipe(self, name: str, names: Sequence[str]) -> LayerRecipe | None:
        """The recipe of one layer: its own name overrides first and last, which override the
        rest."""
        settings = {key: (key, value) for key, value in self.defaults.items()}
        parts = [("first", self.first)] * (name == names[0])
        parts += [("last", self.last)] * (name == names[-1])
        parts += [
            (f"layers.{pattern}", part)
            for pattern, part in self.layers.items()
            if fnmatchcase(name, pattern)
        ]
        for place, part in parts:
            settings |= {key: (f"{place}.{key}", value) for key, value in part.items()}
        return _checked_layer(name, settings) if "method" in settings else None

    def as_dict(self) -> dict[str, Any]:
        """The recipe as a dict that `of` accepts."""
        own = {
            key: value for key, value in asdict(self).items() if key in (*RECIPE_TABLES, "rounds")
        }
        return {**self.defaults, **own}


def _checked_layer(name: str, settings: dict[str, tuple[str, Any]]) -> LayerRecipe:
    """Checks the settings of a layer, and completes them with the defaults of its method."""
    place, method = settings["method"]
    if not isinstance(method, str) or method not in METHODS:
        raise recipe_error(
            place, f"{method!r} is not a method; {did_you_mean(str(method), METHODS)}"
        )
    kind = METHODS[method]
    only = kind.bits[0] if len(kind.bits) == 1 else None
    weights = _checked_bits(name, settings, "weights", only, kind.bits, method)
    activations = _checked_bits(
        name, settings, "activations", only, range(1, MAX_GRID_BITS + 1), method
    )
    layer = LayerRecipe(method, weights, activations, kind.clamp, kind.signed)
    for key, check in VALUE_CHECKS.items():
        if key in settings:
            place, value = settings[key]
            wanted = check(value)
            if wanted:
                raise recipe_error(place, f"must be {wanted}, not {value!r}")
            layer = replace(layer, **{key: value})
    if layer.signed and activations == 1 and "signed" in settings:
        raise recipe_error(
            settings["signed"][0], "activations of one bit are always -1 or +1; remove this key"
        )
    return layer


VALUE_CHECKS: dict[str, Callable[[Any], str]] = {
    "clamp": lambda value: (
        "" if type(value) in (int, float) and 0 < value < inf else "a finite number above 0"
    ),
    "signed": lambda value: "" if type(value) is bool else "true or false",
    "cdf": lambda value: (
        "" if value in list(DISTRIBUTIONS) else f"one of {', '.join(DISTRIBUTIONS)}"
    ),
}
"""For each key, a check that returns what a wrong value should be, or an empty text."""


def _checked_bits(
    name: str, settings: RecipeTable, key: str, default: int | None, allowed: range, method: str
) -> int:
    place, value = settings.get(key, (key, default))
    if value is None:
        raise TrainingError(f'the recipe has no {key} for "{name}": set its bits, as in {key} = 4')
    if type(value) is not int or value not in allowed:
        reach = f"{allowed[0]} to {allowed[-1]}" if len(allowed) > 1 else str(allowed[0])
        what = f"bits of {method} must be {reach}" if key == "weights" else f"must be {reach} bits"
        raise recipe_error(place, f"{what}, not {value!r}")
    return value


def _checked_table(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise recipe_error(place, f"must be a table, not {value!r}")
    return dict(cast(Mapping[str, Any], value))


def _check_keys(table: RecipeTable, place: str, known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            raise recipe_error(f"{place}{key}", f"unknown key; {did_you_mean(key, known)}")


def recipe_error(place: str, message: str) -> TrainingError:
    return TrainingError(truncated(f"recipe: {place}: {message}"))
