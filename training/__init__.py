"""Training networks for this compiler: UNIQ, NICE, and what they are compared with. Needs torch."""

from .checkpoint import load_checkpoint, save_checkpoint
from .errors import TrainingError
from .export import export
from .prepare import Prepared, freeze, prepare, step_stage
from .recipe import LayerRecipe, Recipe
from .trainer import Plan, EpochProgress, Trainer, accuracy, scores, train_float
from .work import bops, work_of

__all__ = [
    "LayerRecipe",
    "Plan",
    "Prepared",
    "EpochProgress",
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
