"""Trains quantized networks for this compiler, by UNIQ, NICE and four simpler methods; needs
torch."""

from .checkpoint import load_checkpoint, save_checkpoint
from .errors import TrainingError
from .export import export
from .prepare import Prepared, freeze, prepare, step_stage
from .recipe import LayerRecipe, Recipe
from .trainer import EpochProgress, Plan, Trainer, accuracy, scores, train_float
from .work import bops, work_of

__all__ = [
    "EpochProgress",
    "LayerRecipe",
    "Plan",
    "Prepared",
    "Recipe",
    "Trainer",
    "TrainingError",
    "accuracy",
    "bops",
    "export",
    "freeze",
    "load_checkpoint",
    "prepare",
    "save_checkpoint",
    "scores",
    "step_stage",
    "train_float",
    "work_of",
]
