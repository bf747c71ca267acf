"""Native networks as torch modules.

module = NativeModule(load("net.mlir"))
scores = module(images)
"""

import numpy as np
import torch

from .network import NativeNetwork


class NativeModule(torch.nn.Module):
    """A network as a torch module, without parameters and without gradients."""

    def __init__(self, network: NativeNetwork):
        super().__init__()
        self.network = network

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The network's single result, on the device of the first input."""
        arrays = [np.asarray(tensor.detach().cpu()) for tensor in inputs]
        return torch.as_tensor(self.network.predict(*arrays), device=inputs[0].device)
