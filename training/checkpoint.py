"""Checkpoints: the complete state of a training run, so that it continues with the same numbers.

A checkpoint holds tensors, numbers and text only; reading one never runs code from the file.
"""

import pickle
import warnings
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
from torch.optim import Optimizer

from .errors import TrainingError
from .prepare import Prepared

CHECKPOINT_KIND, CHECKPOINT_VERSION = "qnn.training", 1
CHECKPOINT_REMEDY = "use a file that save_checkpoint wrote"


def save_checkpoint(path: str, model: Prepared, optimizer: Optimizer, epoch: int = 0) -> None:
    """Writes a checkpoint atomically; `epoch` is the number of finished epochs of the stage."""
    state = {
        "kind": CHECKPOINT_KIND,
        "version": CHECKPOINT_VERSION,
        "network": model_signature(model),
        "stage": model.stage,
        "epoch": epoch,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "random": random_state(),
    }
    part = Path(f"{path}.part")
    try:
        with part.open("wb") as file:
            torch.save(state, file)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TrainingError(f"{path}: {(error.strerror or str(error)).lower()}") from None


def load_checkpoint(path: str, model: Prepared, optimizer: Optimizer) -> int:
    """Restores the state of a checkpoint; returns the number of finished epochs of its stage."""
    state = _read_checkpoint(path)
    try:
        _check_model(path, state, model)
        model.load_state_dict(state["model"])
        model.enter(state["stage"])
        optimizer.load_state_dict(state["optimizer"])
        restore_random(state["random"])
        return int(state["epoch"])
    except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TrainingError(
            f"{path} does not fit the model or the optimizer: {reason}; "
            "build both as in the run that saved it"
        ) from None


def model_signature(model: Prepared) -> dict[str, Any]:
    """The shapes and the recipe, which must be equal in a network and its checkpoint."""
    shapes = {name: list(value.shape) for name, value in model.network.state_dict().items()}
    recipes = {name: asdict(recipe) for name, recipe in model.recipes.items()}
    return {"shapes": shapes, "recipes": recipes, "rounds": model.rounds}


def random_state() -> list[torch.Tensor]:
    """The state of the random generators: of the processor, then of each accelerator."""
    return [torch.get_rng_state(), *torch.cuda.get_rng_state_all()]


def restore_random(states: list[torch.Tensor]) -> None:
    torch.set_rng_state(states[0])
    if len(states) > 1:
        torch.cuda.set_rng_state_all(states[1:])


def _read_checkpoint(path: str) -> dict[str, Any]:
    try:
        with warnings.catch_warnings(action="ignore"):  # about files that torch did not write
            state: Any = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise TrainingError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except pickle.UnpicklingError:
        raise TrainingError(
            f"{path} is not a checkpoint: it is damaged or contains code; {CHECKPOINT_REMEDY}"
        ) from None
    except (RuntimeError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        raise TrainingError(
            f"{path} is not a checkpoint, or is damaged: {CHECKPOINT_REMEDY}"
        ) from None
    if not isinstance(state, dict) or cast(dict[str, Any], state).get("kind") != CHECKPOINT_KIND:
        raise TrainingError(f"{path} is not a checkpoint of this trainer: {CHECKPOINT_REMEDY}")
    return cast(dict[str, Any], state)


def _check_model(path: str, state: dict[str, Any], model: Prepared) -> None:
    """Raises an error if a checkpoint has another version, network or recipe; names the first
    difference."""
    if state.get("version") != CHECKPOINT_VERSION:
        raise TrainingError(
            f"{path} has checkpoint version {state.get('version')}, not {CHECKPOINT_VERSION}: "
            "load it with the release that wrote it"
        )
    saved, own = state["network"], model_signature(model)
    for what in ("shapes", "recipes", "rounds"):
        if saved[what] != own[what]:
            raise TrainingError(
                f"{path} was saved from another model: {_difference(saved[what], own[what])}; "
                "use the network and the recipe of the run that saved it"
            )
    if not 0 <= state["stage"] < model.stages:
        raise ValueError(
            f"its stage is {state['stage']}, the last of this model is {model.stages - 1}"
        )


def _difference(saved: Any, current: Any) -> str:
    """The first entry that differs."""
    if isinstance(saved, int):
        return f"its recipe has rounds = {saved}, this one has rounds = {current}"
    names: list[str] = [*saved, *current]
    for name in names:
        if name not in current:
            return f'it has "{name}", which this model lacks'
        if name not in saved:
            return f'it lacks "{name}"'
        if saved[name] != current[name]:
            return f'"{name}" is {saved[name]} in the file and {current[name]} in this model'
    return "its layers are in a different order"
