"""Replaces torch's trained `FakeQuantize` modules by ones that can be exported.

A `FakeQuantize` module contains an observer with data-dependent control flow, even if it is
disabled, which `torch.export` rejects. After training, its function is a single call.
"""

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


def freeze_fake_quantizers(module: "nn.Module") -> "nn.Module":
    """A copy of a module with fixed scales in its fake quantizers; the module itself if it has
    none."""
    from torch.ao.quantization import FakeQuantizeBase

    if not any(isinstance(part, FakeQuantizeBase) for part in module.modules()):
        return module
    module = copy.deepcopy(module)
    for parent in list(module.modules()):
        for name, part in list(parent.named_children()):
            if isinstance(part, FakeQuantizeBase):
                setattr(parent, name, _frozen_quantizer(part))
    return module


def _frozen_quantizer(part: Any) -> "nn.Module":
    """A module that makes the one call of a fake quantizer, or none if that is disabled."""
    import torch
    from torch import nn

    class FrozenQuantize(nn.Module):
        def __init__(self, part: Any):
            super().__init__()
            self.by_channel = bool(part.is_per_channel)
            self.axis = int(getattr(part, "ch_axis", 0))
            self.limits = (int(part.quant_min), int(part.quant_max))
            self.register_buffer("scale", part.scale.detach().clone())
            self.register_buffer("zero", part.zero_point.detach().clone())

        def forward(self, x: Any) -> Any:
            scale: Any = self.scale
            zero: Any = self.zero
            if self.by_channel:
                return torch.fake_quantize_per_channel_affine(
                    x, scale, zero, self.axis, *self.limits
                )
            return torch.fake_quantize_per_tensor_affine(x, scale, zero, *self.limits)

    return FrozenQuantize(part) if bool(part.fake_quant_enabled[0]) else nn.Identity()
