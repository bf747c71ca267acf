"""A trainer for data that fits into memory: each stage some epochs, the rate falling to nothing."""

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
    """How long, and how fast."""

    epochs: int = 2
    """Of each stage but the last."""
    last_epochs: int = 4
    """Of the last stage."""
    batch: int = 256
    rate: float = 1e-3

    def __post_init__(self) -> None:
        if min(self.epochs, self.last_epochs) < 0 or self.batch < 1 or self.rate <= 0:
            raise TrainingError("a plan has epochs of 0 or more, a batch and a rate above 0")


@dataclass(frozen=True)
class EpochProgress:
    """What is told of an epoch."""

    stage: int
    epoch: int
    loss: float


class Trainer:
    """Trains a prepared network; with the path of a checkpoint it goes on where that was saved."""

    def __init__(
        self,
        model: Prepared,
        images: Tensor,
        labels: Tensor,
        plan: Plan,
        checkpoint: str | None = None,
    ):
        if len(images) != len(labels) or len(images) < 2:
            raise TrainingError(f"there are {len(images)} images and {len(labels)} labels")
        self.model = model
        self.images, self.labels = images, labels
        self.plan = plan
        self.checkpoint = checkpoint
        self.optimizer = Adam(model.parameters(), plan.rate)
        self.finished_epochs = 0
        if checkpoint is not None and Path(checkpoint).exists():
            self.finished_epochs = load_checkpoint(checkpoint, model, self.optimizer)

    def run(self, tell: Callable[[EpochProgress], object] | None = None) -> None:
        """Trains to the end of the last stage."""
        while True:
            while self.finished_epochs < self.stage_epochs:
                self.train_stage_epoch(tell)
            if not step_stage(self.model):
                return
            self.finished_epochs = 0

    @property
    def stage_epochs(self) -> int:
        """Of the present stage."""
        last = self.model.stage == self.model.stages - 1
        return self.plan.last_epochs if last else self.plan.epochs

    def train_stage_epoch(self, tell: Callable[[EpochProgress], object] | None = None) -> None:
        """Trains one epoch, and saves where it stands."""
        start, step = self.finished_epochs / self.stage_epochs, 1 / self.stage_epochs

        def rate(part: float) -> float:
            return cosine_rate(self.plan.rate, start + part * step)

        loss = train_epoch(
            self.model, self.images, self.labels, self.optimizer, self.plan.batch, rate
        )
        self.finished_epochs += 1
        if tell is not None:
            tell(EpochProgress(self.model.stage, self.finished_epochs, loss))
        if self.checkpoint is not None:
            save_checkpoint(self.checkpoint, self.model, self.optimizer, self.finished_epochs)


def cosine_rate(rate: float, part: float) -> float:
    """The rate when such a part of a stage is over: half a wave of the cosine."""
    return rate * (1 + math.cos(math.pi * part)) / 2


def train_epoch(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    optimizer: torch.optim.Optimizer,
    batch: int,
    rate: Callable[[float], float],
) -> float:
    """All images once, in random order; returns the mean loss. `rate` is asked at each batch."""
    model.train()
    parts = torch.split(torch.randperm(len(images)), batch)
    parts = parts if len(parts[-1]) > 1 else parts[:-1]  # one image has no statistics
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
    """Trains a network as it is, for the epochs of a last stage: where quantizing begins."""
    optimizer = Adam(network.parameters(), plan.rate)
    for epoch in range(plan.last_epochs):

        def rate(part: float, epoch: int = epoch) -> float:
            return cosine_rate(plan.rate, (epoch + part) / plan.last_epochs)

        train_epoch(network, images, labels, optimizer, plan.batch, rate)
    return network


@torch.no_grad()
def scores(network: nn.Module, images: Tensor, batch: int = 1000) -> Tensor:
    """What a network in evaluation gives for each image."""
    network.eval()
    return torch.cat([network(part) for part in torch.split(images, batch)])


def accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """The part of the images that a network in evaluation gets right, in percent."""
    right = scores(network, images).argmax(1) == labels
    return 100 * right.double().mean().item()
