"""Turns a float network into one that is trained with quantization, and then into integers.

model = prepare(network, Recipe.read("recipe.toml"))
while True:
    ...  # train for some epochs
    if not step_stage(model):
        break
frozen = freeze(model)
"""

import copy
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

from .errors import TrainingError
from .layers import (
    LINEAR_TYPES,
    NORM_TYPES,
    Affine,
    IntegerLayer,
    Linear,
    Mode,
    QuantLayer,
    linear_layers,
    named_modules,
    replace_module,
)
from .recipe import LayerRecipe, Recipe, RecipeTable

MODULES_WITH_PARAMETERS = (*LINEAR_TYPES, *NORM_TYPES, nn.PReLU)
"""Modules with parameters that hardware can implement."""

AVERAGE_POOLS = (nn.AvgPool1d, nn.AvgPool2d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d)


class Prepared(nn.Module):
    """A network whose layers are quantized stage by stage.

    A gradual method quantizes one more layer in each stage, in the order of `named_modules`; the
    method decides whether earlier layers are frozen or continue to learn. In the last stage all
    layers are quantized.
    """

    def __init__(self, network: nn.Module, recipes: dict[str, LayerRecipe], rounds: int):
        super().__init__()
        self.network = network
        self.recipes = recipes
        self.rounds = rounds
        self.gradual = [
            name for name, recipe in recipes.items() if recipe.method_properties.gradual
        ]
        self.stage = 0
        self.enter(0)

    @property
    def stages(self) -> int:
        """The number of stages, including the last."""
        return len(self.gradual) * self.rounds + 1

    @property
    def layers(self) -> dict[str, QuantLayer]:
        """The quantized layers by path."""
        found = {name: self.network.get_submodule(name) for name in self.recipes}
        return {name: layer for name, layer in found.items() if isinstance(layer, QuantLayer)}

    def enter(self, stage: int) -> None:
        """Sets the mode of each layer for a stage."""
        self.stage = stage
        for name, layer in self.layers.items():
            layer.enter(self._mode(name))

    def _mode(self, name: str) -> Mode:
        if not self.recipes[name].method_properties.gradual:
            return Mode.NOISY
        turn = self.gradual.index(name)
        if self.stage < turn:
            return Mode.FLOAT
        its_own = self.stage % len(self.gradual) == turn and self.stage < self.stages - 1
        return (
            Mode.FROZEN
            if self.recipes[name].method_properties.freezes and not its_own
            else Mode.NOISY
        )

    def forward(self, *inputs: Tensor) -> Any:
        return self.network(*inputs)


def prepare(network: nn.Module, recipe: Recipe | RecipeTable) -> Prepared:
    """A copy of a network, ready for its first stage."""
    given = recipe if isinstance(recipe, Recipe) else Recipe.of(recipe)
    if isinstance(network, Prepared):
        raise TrainingError("the network is already prepared: pass the float network")
    network = copy.deepcopy(network)
    check_layers(network)
    layers = dict(linear_layers(network))
    recipes = given.layers_of(list(layers))
    for name, own in recipes.items():
        replace_module(network, name, quantized_layer(layers[name], own))
    return Prepared(network, recipes, given.rounds)


def quantized_layer(layer: Linear, recipe: LayerRecipe) -> QuantLayer:
    return QuantLayer(layer, recipe.weight_quantizer(), recipe.activation_quantizer())


def check_layers(network: nn.Module) -> None:
    """Raises an error for the first layer that cannot be quantized."""
    first: dict[nn.Module, str] = {}
    for name, module in named_modules(network, shared=True):
        path = f'"{name}" ({type(module).__name__})' if name else f"the {type(module).__name__}"
        if isinstance(module, LINEAR_TYPES) and not name:
            raise TrainingError(f"{path} is a layer, not a network: use nn.Sequential(layer)")
        if (
            isinstance(module, (*LINEAR_TYPES, *NORM_TYPES))
            and first.setdefault(module, name) != name
        ):
            raise TrainingError(
                f'{path} is the same layer as "{first[module]}": use a separate layer in each place'
            )
        if is_parametrized(module):
            raise TrainingError(f"{path} has parametrized weights: remove the parametrization")
        if isinstance(module, nn.Conv1d | nn.Conv2d) and module.padding_mode != "zeros":
            raise TrainingError(
                f'{path} has padding_mode="{module.padding_mode}": only "zeros" is supported'
            )
        if isinstance(module, AVERAGE_POOLS):
            raise TrainingError(
                f"{path} averages values that are not quantized: use a max pool, a stride or "
                "a flatten instead"
            )
        parameters: Any = module.named_parameters(recurse=False)
        own: str | None = next((own for own, _ in parameters), None)
        if own is not None and not isinstance(module, MODULES_WITH_PARAMETERS):
            raise TrainingError(
                f"{path} has a parameter {own}, which can't be quantized: use Conv1d, Conv2d and "
                "Linear, with BatchNorm1d, BatchNorm2d and PReLU between them"
            )


def step_stage(model: Prepared) -> bool:
    """Enters the next stage; returns False if the current one is the last."""
    if model.stage + 1 >= model.stages:
        return False
    model.enter(model.stage + 1)
    return True


def freeze(model: Prepared) -> nn.Module:
    """The network in integers, in evaluation mode; its export computes the same numbers."""
    for name, layer in model.layers.items():
        if layer.mode is Mode.FLOAT:
            raise TrainingError(
                f'"{name}" is not quantized yet: train and call step_stage(model) until it returns '
                "False"
            )
        if not layer.activations.calibrated:
            raise TrainingError(
                f'"{name}" has no clamp yet: pass at least one batch through the model in training'
            )
    network = copy.deepcopy(model.network).eval()
    for name, module in named_modules(network):
        if isinstance(module, QuantLayer):
            replace_module(network, name, IntegerLayer(module))
        elif isinstance(module, NORM_TYPES):
            replace_module(network, name, Affine(module, name))
    return network.requires_grad_(False)
