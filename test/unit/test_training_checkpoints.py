"""Checkpoints: resumed training gives the same numbers, and other files are refused."""

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from qnn.training import EpochProgress, Plan, Prepared, Trainer, TrainingError, prepare
from qnn.training.checkpoint import CHECKPOINT_VERSION
from support.training import data, network
from torch import nn

PLAN = Plan(epochs=2, last_epochs=2, batch=16, rate=1e-2)
UNIQ: dict[str, Any] = {"method": "uniq", "weights": 3, "activations": 4}
NICE: dict[str, Any] = {"method": "nice", "weights": 3, "activations": 4}


class Stopped(Exception):
    pass


def begin(recipe: dict[str, Any], path: Path | None, seed: int = 1) -> Trainer:
    torch.manual_seed(7)
    model = prepare(network(), recipe)
    torch.manual_seed(seed)
    return Trainer(model, *data(), PLAN, path and str(path))


def run_until(trainer: Trainer, stage: int, epoch: int) -> None:
    def stop(progress: EpochProgress) -> None:
        if (progress.stage, progress.epoch) == (stage, epoch):
            raise Stopped

    with pytest.raises(Stopped):
        trainer.run(stop)


def numbers(model: Prepared) -> list[torch.Tensor]:
    return list(model.state_dict().values())


@pytest.mark.parametrize("recipe", [UNIQ, NICE], ids=["uniq", "nice"])
@pytest.mark.parametrize("stop", [(0, 2), (1, 2), (3, 2)], ids=str)
def test_resumed_training_is_bit_exact(
    recipe: dict[str, Any], stop: tuple[int, int], tmp_path: Path
) -> None:
    """Weights, moments of the optimizer, noise and order of images are equal, bit for bit.

    The run stops at the end of an epoch before it saves: the checkpoint is that of the epoch
    before.
    """
    path = tmp_path / "training.pt"
    straight = begin(recipe, None)
    straight.run()
    random = torch.rand(3)
    run_until(begin(recipe, path), *stop)
    again = begin(recipe, path, seed=99)
    assert (again.model.stage, again.finished_epochs) == (stop[0], stop[1] - 1)
    again.run()
    pairs = zip(numbers(straight.model), numbers(again.model), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    assert torch.equal(random, torch.rand(3))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "training.pt"
    begin(UNIQ, path).train_stage_epoch()
    return path


def test_checkpoints_are_written_atomically(saved: Path) -> None:
    assert [path.name for path in saved.parent.iterdir()] == ["training.pt"]
    state = torch.load(saved, weights_only=True)
    assert state["version"] == CHECKPOINT_VERSION and state["stage"] == 0 and state["epoch"] == 1


def refused(trainer: Trainer, path: Path, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as error:
        Trainer(trainer.model, trainer.images, trainer.labels, PLAN, str(path))
    assert "\n" not in str(error.value)


def test_another_model_is_refused(saved: Path) -> None:
    wider = network()
    wider[0] = nn.Conv2d(1, 4, 5, 2, 2)  # pyright: ignore[reportIndexIssue]
    other = Trainer(prepare(wider, UNIQ), *data(), PLAN)
    refused(other, saved, r'from another model: "0\.layer\.weight" is \[4, 1, 3, 3\] in the file')
    longer = nn.Sequential(*network(), nn.ReLU(), nn.Linear(3, 3))
    refused(Trainer(prepare(longer, UNIQ), *data(), PLAN), saved, r'it lacks "10\.layer\.weight"')


def test_another_recipe_is_refused(saved: Path) -> None:
    refused(
        begin({**UNIQ, "last": {"weights": 4}}, None), saved, 'was saved from another model: "8" is'
    )
    refused(
        begin({**UNIQ, "rounds": 2}, None),
        saved,
        "its recipe has rounds = 1, this one has rounds = 2; use",
    )


def test_another_version_is_refused(saved: Path) -> None:
    state = torch.load(saved, weights_only=True)
    torch.save({**state, "version": CHECKPOINT_VERSION + 1}, saved)
    refused(
        begin(UNIQ, None),
        saved,
        f"has checkpoint version {CHECKPOINT_VERSION + 1}, not {CHECKPOINT_VERSION}",
    )
    torch.save({**state, "optimizer": {}}, saved)
    refused(begin(UNIQ, None), saved, "does not fit the model or the optimizer")


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("network", "stage", "epoch", "model", "optimizer", "random")),
        *({"stage": 99}, {"stage": -1}, {"random": []}),
    ],
    ids=str,
)
def test_invalid_entries_are_refused(saved: Path, changes: dict[str, Any]) -> None:
    torch.save(torch.load(saved, weights_only=True) | changes, saved)
    refused(begin(UNIQ, None), saved, "does not fit the model or the optimizer")


def test_other_files_are_refused(saved: Path) -> None:
    trainer = begin(UNIQ, None)
    torch.save({"weight": torch.zeros(2)}, saved)
    refused(trainer, saved, "is not a checkpoint of this trainer: use a file that save_checkpoint")
    saved.write_bytes(b"PK\x03\x04 and so on")
    refused(trainer, saved, "is not a checkpoint, or is damaged: use")
    saved.write_text("")
    refused(trainer, saved, "is not a checkpoint, or is damaged: use")
    saved.unlink()
    saved.mkdir()
    refused(trainer, saved, "is a directory")


class Harmful:
    """An object that runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("harm"),)


@pytest.mark.parametrize("plain", [True, False])
def test_loading_runs_no_code(saved: Path, plain: bool, monkeypatch: Any) -> None:
    monkeypatch.chdir(saved.parent)
    if plain:
        saved.write_bytes(pickle.dumps(Harmful()))
    else:
        torch.save({"kind": Harmful()}, saved)
    refused(begin(UNIQ, None), saved, "is not a checkpoint: it is damaged or contains code")
    assert not Path("harm").exists()


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no such file or directory"):
        begin(UNIQ, tmp_path / "missing" / "training.pt").train_stage_epoch()
