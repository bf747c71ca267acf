"""Small networks whose training takes a moment."""

from typing import Any

import torch
from qnn.training import Plan, Prepared, Trainer, prepare
from torch import Tensor, nn

Data = tuple[Tensor, Tensor]

QUICK = Plan(epochs=1, last_epochs=1, batch=16, rate=1e-2)


def network() -> nn.Module:
    """Two convolutions, batch norms, a pool, and a linear layer."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, 2, 1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 6, 3, padding=1, groups=2, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(6 * 4, 3),
    )


def data(shape: tuple[int, ...] = (1, 8, 8), count: int = 48) -> Data:
    """Images whose class depends on the brightness of their first pixels."""
    generator = torch.Generator().manual_seed(5)
    images = torch.rand((count, *shape), generator=generator)
    return images, (3 * images.flatten(1)[:, :3].mean(1)).long()


def trained(recipe: dict[str, Any], module: nn.Module, given: Data | None = None) -> Prepared:
    """A network after all stages of its training."""
    torch.manual_seed(1)
    model = prepare(module, recipe)
    Trainer(model, *(given or data()), QUICK).run()
    return model
