"""A trainer for data that fits into memory. In each stage, the learning rate decays to zero."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam

from .checkpoint import load_checkpoint, save_checkpoint
from .errors import TrainingError
from .prepare import Prepared, step_stage


@dataclass(frozen=True)
class Plan:
    """Epochs, batch size and learning rate."""

    epochs: int = 2
    """Epochs of each stage but the last."""
    last_epochs: int = 4
    """Epochs of the last stage."""
    batch: int = 256
    rate: float = 1e-3

    def __post_init__(self) -> None:
        if min(self.epochs, self.last_epochs) < 0 or self.batch < 1 or self.rate <= 0:
            raise TrainingError("invalid plan: epochs must be 0 or more, batch and rate above 0")


@dataclass(frozen=True)
class EpochProgress:
    """A report on one epoch."""

    stage: int
    epoch: int
    loss: float


class Trainer:
    """Trains a prepared network; continues from the checkpoint if that file exists."""

    def __init__(
        self,
        model: Prepared,
        images: Tensor,
        labels: Tensor,
        plan: Plan,
        checkpoint: str | None = None,
    ):
        if len(images) != len(labels) or len(images) < 2:
            raise TrainingError(
                f"there are {len(images)} images and {len(labels)} labels: "
                "give one label per image, and at least two images"
            )
        self.model = model
        self.images, self.labels = images, labels
        self.plan = plan
        self.checkpoint = checkpoint
        self.optimizer = Adam(model.parameters(), plan.rate)
        self.finished_epochs = 0
        if checkpoint is not None and Path(checkpoint).exists():
            self.finished_epochs = load_checkpoint(checkpoint, model, self.optimizer)

    def run(self, report: Callable[[EpochProgress], object] | None = None) -> None:
        """Trains to the end of the last stage."""
        while True:
            while self.finished_epochs < self.stage_epochs:
                self.train_stage_epoch(report)
            if not step_stage(self.model):
                return
            self.finished_epochs = 0

    @property
    def stage_epochs(self) -> int:
        """The epochs of the current stage."""
        last = self.model.stage == self.model.stages - 1
        return self.plan.last_epochs if last else self.plan.epochs

    def train_stage_epoch(self, report: Callable[[EpochProgress], object] | None = None) -> None:
        """Trains one epoch, reports it, and saves a checkpoint."""
        start, step = self.finished_epochs / self.stage_epochs, 1 / self.stage_epochs

        def rate(part: float) -> float:
            return cosine_rate(self.plan.rate, start + part * step)

        loss = train_epoch(
            self.model, self.images, self.labels, self.optimizer, self.plan.batch, rate
        )
        self.finished_epochs += 1
        if report is not None:
            report(EpochProgress(self.model.stage, self.finished_epochs, loss))
        if self.checkpoint is not None:
            save_checkpoint(self.checkpoint, self.model, self.optimizer, self.finished_epochs)


def cosine_rate(rate: float, fraction: float) -> float:
    """The learning rate after a part (0 to 1) of a stage: cosine decay."""
    return rate * (1 + math.cos(math.pi * fraction)) / 2


def train_epoch(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    optimizer: torch.optim.Optimizer,
    batch: int,
    rate: Callable[[float], float],
) -> float:
    """Trains on all images once, in random order; returns the mean loss. `rate` gives the learning
    rate for the part of the epoch (0 to 1) that is done."""
    model.train()
    parts = torch.split(torch.randperm(len(images)), batch)
    parts = (
        parts if len(parts[-1]) > 1 else parts[:-1]
    )  # a batch norm cannot normalize a batch of one image
    total = 0.0
    for number, part in enumerate(parts):
        for group in optimizer.param_groups:
            group["lr"] = rate(number / len(parts))
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[part]), labels[part])
        torch.autograd.backward(loss)
        optimizer.step()
        total += loss.item() * len(part)
    return total / len(images)


def train_float(network: nn.Module, images: Tensor, labels: Tensor, plan: Plan) -> nn.Module:
    """Trains a network without quantization, for `last_epochs`: the starting point of a recipe."""
    optimizer = Adam(network.parameters(), plan.rate)
    for epoch in range(plan.last_epochs):

        def rate(part: float, epoch: int = epoch) -> float:
            return cosine_rate(plan.rate, (epoch + part) / plan.last_epochs)

        train_epoch(network, images, labels, optimizer, plan.batch, rate)
    return network


@torch.no_grad()
def scores(network: nn.Module, images: Tensor, batch: int = 1000) -> Tensor:
    """The outputs of a network in evaluation mode, for each image."""
    network.eval()
    return torch.cat([network(part) for part in torch.split(images, batch)])


def accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """The percentage of images that a network in evaluation mode classifies correctly."""
    right = scores(network, images).argmax(1) == labels
    return 100 * right.double().mean().item()
