"""Native networks in torch: tensors in, tensors out.

module = NativeModule(load("net.mlir"))
scores = module(images)
"""

import numpy as np
import torch

from .network import NativeNetwork


class NativeModule(torch.nn.Module):
    """A network as a torch module; it has no parameters, and gradients end here."""

    def __init__(self, network: NativeNetwork):
        super().__init__()
        self.network = network

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The only result of the network, for tensors of any device, there as here."""
        arrays = [np.asarray(tensor.detach().cpu()) for tensor in inputs]
        return torch.as_tensor(self.network.predict(*arrays), device=inputs[0].device)
