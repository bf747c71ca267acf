"""Networks that move elements along any axis, as torch exports and onnxruntime quantizes them."""

from collections.abc import Callable

import pytest
import torch
from onnxruntime.quantization import QuantFormat
from qnn.qdialect.stream import DesignOp
from support.design import design_of
from support.exported import check_lowered, exported, quantized
from torch import nn
from torch.nn import functional


class Moving(nn.Module):
    """A function of an image between two convolutions."""

    def __init__(self, move: Callable[[torch.Tensor], torch.Tensor]):
        super().__init__()
        torch.manual_seed(5)
        self.move = move
        self.first, self.last = nn.Conv2d(3, 4, 3, padding=1), nn.LazyConv2d(3, 1)
        self(torch.zeros(1, 3, 4, 6))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.move(self.first(x).relu()))


def rotate(axis: int) -> Callable[[torch.Tensor], torch.Tensor]:
    def move(x: torch.Tensor) -> torch.Tensor:
        first, *others = torch.split(x, 2, axis)
        return torch.cat([*others, first.relu(), x], axis)

    return move


CONSTANT = torch.linspace(-1, 1, 48).reshape(1, 2, 4, 6)

MOVES: dict[str, tuple[Callable[[torch.Tensor], torch.Tensor], set[str]]] = {
    "rows": (rotate(2), {"split", "concat"}),
    "columns": (rotate(3), {"split", "concat"}),
    "channels": (rotate(1), {"split", "concat"}),
    "a slice of rows": (lambda x: x[:, :, 1:3], {"crop"}),
    "a pad of rows": (lambda x: functional.pad(x, (0, 0, 1, 2)), {"pad"}),
    "a pad of channels": (lambda x: functional.pad(x, (0, 0, 0, 0, 2, 2)), {"pad"}),
    "an upscaling": (lambda x: functional.interpolate(x, scale_factor=2), {"upsample"}),
    "a constant": (lambda x: torch.cat([CONSTANT, x], 1), {"pad", "offset"}),
}


def kinds(design: DesignOp) -> set[str]:
    return {process.kind for process in design.processes}


@pytest.mark.parametrize("name", MOVES)
def test_moves(name: str) -> None:
    move, expected = MOVES[name]
    model = quantized(exported(Moving(move), torch.zeros(1, 3, 4, 6)))
    assert expected <= kinds(design_of(check_lowered(model, ulps=2)))


@pytest.mark.parametrize("name", ["rows", "a constant"])
def test_moves_of_qoperator_networks(name: str) -> None:
    network = exported(Moving(MOVES[name][0]), torch.zeros(1, 3, 4, 6))
    model = quantized(
        network, QuantFormat.QOperator, op_types_to_quantize=["Conv", "Concat", "Split"]
    )
    check_lowered(model, ulps=2)
