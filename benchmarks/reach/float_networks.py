"""Random convolutional networks in torch, of the layers and heads that users combine."""

import random
from collections.abc import Callable

import torch
from torch import Tensor, nn

ACTIVATIONS: list[Callable[[], nn.Module]] = [
    nn.ReLU,
    nn.ReLU,
    nn.ReLU,
    nn.ReLU6,
    lambda: nn.LeakyReLU(0.1),
    nn.PReLU,
    nn.Hardswish,
    nn.SiLU,
    nn.GELU,
    nn.Sigmoid,
    nn.Tanh,
    nn.ELU,
    nn.Mish,
    nn.SELU,
    nn.Softplus,
    nn.Hardsigmoid,
]


class Residual(nn.Module):
    """Adds the input, through a 1x1 convolution where shapes differ."""

    def __init__(self, inner: nn.Module, shortcut: nn.Module):
        super().__init__()
        self.inner, self.shortcut = inner, shortcut

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x) + self.shortcut(x)


class Branches(nn.Module):
    """Concatenates branches along the channels, as in inception and dense blocks."""

    def __init__(self, *branches: nn.Module):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


class SqueezeExcite(nn.Module):
    """Scales each channel of an image by a number computed from the image's averages."""

    def __init__(self, channels: int):
        super().__init__()
        inner = max(2, channels // 4)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, inner, 1),
            nn.ReLU(),
            nn.Conv2d(inner, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class SpatialAttention(nn.Module):
    """Scales each pixel of an image by a number computed from the pixels around it."""

    def __init__(self, channels: int):
        super().__init__()
        self.gate = nn.Sequential(nn.Conv2d(channels, 1, 3, padding=1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class GatedLinearUnit(nn.Module):
    """Half of the channels times the sigmoid of the other half."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.glu(self.layer(x), 1)


class Extremum(nn.Module):
    """The larger or the smaller result of two branches."""

    def __init__(self, first: nn.Module, second: nn.Module, largest: bool):
        super().__init__()
        self.first, self.second, self.largest = first, second, largest

    def forward(self, x: Tensor) -> Tensor:
        function = torch.maximum if self.largest else torch.minimum
        return function(self.first(x), self.second(x))


class Label(nn.Module):
    """The class with the highest score."""

    def forward(self, x: Tensor) -> Tensor:
        return x.argmax(1)


FINAL_LAYERS: dict[str, Callable[[], nn.Module]] = {
    "softmax": lambda: nn.Softmax(-1),
    "log_softmax": lambda: nn.LogSoftmax(-1),
    "sigmoid": nn.Sigmoid,
    "label": Label,
}


class ChannelShuffle(nn.Module):
    """Interleaves two groups of channels, as ShuffleNet does."""

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class TwoHeads(nn.Module):
    def __init__(self, body: nn.Module, first: nn.Module, second: nn.Module):
        super().__init__()
        self.body, self.first, self.second = body, first, second

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.body(x)
        return self.first(y), self.second(y)


class NetworkGenerator:
    """Draws one network; the same seed draws the same network."""

    def __init__(self, seed: int):
        self.choice = random.Random(seed)
        torch.manual_seed(seed)
        self.channels = self.choice.choice([1, 3, 3, 3, 2])
        self.size = self.choice.choice([8, 12, 16])
        self.input_shape = (1, self.channels, self.size, self.size)

    def activation(self) -> nn.Module:
        return self.choice.choice(ACTIVATIONS)()

    def network(self) -> nn.Module:
        if self.choice.random() < 0.12:
            return self.perceptron()
        body = nn.Sequential(*[self.block() for _ in range(self.choice.randint(2, 4))])
        if self.choice.random() < 0.1:
            return TwoHeads(body, self.head(), nn.Conv2d(self.channels, 4, 1))
        return nn.Sequential(body, self.head())

    def perceptron(self) -> nn.Module:
        size, layers = self.choice.choice([16, 30, 64]), []
        self.input_shape = (1, size)
        for _ in range(self.choice.randint(1, 3)):
            outputs = self.choice.choice([8, 20, 32])
            layers.append(nn.Linear(size, outputs))
            if self.choice.random() < 0.3:
                layers.append(nn.BatchNorm1d(outputs))
            layers.append(self.activation())
            size = outputs
        return nn.Sequential(*layers, nn.Linear(size, 5))

    def conv(self, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Module:
        dilation = 2 if kernel == 3 and stride == 1 and self.choice.random() < 0.1 else 1
        padding = dilation * (kernel // 2)
        norm = self.choice.random() < 0.6
        layers: list[nn.Module] = [
            nn.Conv2d(
                self.channels, outputs, kernel, stride, padding, dilation, groups, bias=not norm
            )
        ]
        if norm:
            layers.append(random_norm(outputs))
        self.channels = outputs
        return nn.Sequential(*layers)

    def block(self) -> nn.Module:
        kinds = [
            self.plain,
            self.plain,
            self.depthwise_separable,
            self.residual,
            self.residual,
            self.dense,
            self.pooled,
            self.excited,
            self.shuffled,
            self.upsampled,
            self.split_residual,
            self.attended,
            self.gated,
            self.extremum,
        ]
        return self.choice.choice(kinds)()

    def plain(self) -> nn.Module:
        kernel, stride = self.choice.choice([1, 3, 3, 5]), self.choice.choice([1, 1, 2])
        return nn.Sequential(
            self.conv(self.choice.choice([4, 6, 8]), kernel, self.strided(stride)),
            self.activation(),
        )

    def strided(self, stride: int) -> int:
        """The stride, if the image is still large enough for it."""
        if self.size // stride < 4:
            return 1
        self.size = -(-self.size // stride)
        return stride

    def depthwise_separable(self) -> nn.Module:
        channels = self.channels
        return nn.Sequential(
            self.conv(channels, 3, 1, groups=channels),
            self.activation(),
            self.conv(8, 1),
            self.activation(),
        )

    def residual(self) -> nn.Module:
        channels = self.channels
        expand = self.choice.random() < 0.5
        inner = nn.Sequential(self.conv(8, 3), self.activation(), self.conv(channels, 3))
        shortcut: nn.Module = nn.Identity()
        if expand:
            shortcut = nn.Conv2d(channels, channels, 1)
        block = Residual(inner, shortcut)
        return nn.Sequential(block, self.activation()) if self.choice.random() < 0.7 else block

    def dense(self) -> nn.Module:
        channels = self.channels
        first = nn.Sequential(self.conv(4, 3), self.activation())
        self.channels = channels
        second = (
            nn.Identity()
            if self.choice.random() < 0.5
            else nn.Sequential(self.conv(4, 1), self.activation())
        )
        self.channels = 4 + (channels if isinstance(second, nn.Identity) else 4)
        return Branches(first, second)

    def pooled(self) -> nn.Module:
        layer = self.plain()
        if self.size < 6:
            return layer
        pool = self.choice.choice(
            [
                lambda: nn.MaxPool2d(2),
                lambda: nn.MaxPool2d(3, 2, 1),
                lambda: nn.AvgPool2d(2),
                lambda: nn.AvgPool2d(3, 2, 1),
                lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False),
                lambda: nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False),
                lambda: nn.MaxPool2d(2, ceil_mode=True),
            ]
        )()
        self.size = self.size // 2 if pool.kernel_size == 2 else -(-self.size // 2)
        return nn.Sequential(layer, pool)

    def excited(self) -> nn.Module:
        layer = self.plain()
        return nn.Sequential(layer, SqueezeExcite(self.channels))

    def attended(self) -> nn.Module:
        layer = self.plain()
        return nn.Sequential(layer, SpatialAttention(self.channels))

    def gated(self) -> nn.Module:
        layer = GatedLinearUnit(self.conv(8, 3))
        self.channels = 4
        return layer

    def extremum(self) -> nn.Module:
        channels = self.channels
        first = self.conv(4, 3)
        self.channels = channels
        return Extremum(first, self.conv(4, 1), self.choice.random() < 0.7)

    def shuffled(self) -> nn.Module:
        layer = self.conv(8, 1)
        return nn.Sequential(layer, self.activation(), ChannelShuffle())

    def upsampled(self) -> nn.Module:
        layer = self.plain()
        kind = self.choice.choice(["nearest", "nearest", "bilinear", "shuffle", "transposed"])
        if self.size > 8:
            return layer
        self.size *= 2
        if kind == "shuffle":
            self.channels //= 4
            if not self.channels:
                raise AssertionError
            wide = nn.Conv2d(4 if self.channels == 1 else 4 * self.channels, 4 * self.channels, 1)
            return nn.Sequential(layer, match_channels(layer, wide), nn.PixelShuffle(2))
        if kind == "transposed":
            return nn.Sequential(
                layer, nn.ConvTranspose2d(self.channels, self.channels, 2, 2), self.activation()
            )
        factor = 4 if self.size == 8 and self.choice.random() < 0.5 else 2
        self.size = self.size // 2 * factor
        return nn.Sequential(layer, nn.Upsample(scale_factor=factor, mode=kind))

    def split_residual(self) -> nn.Module:
        """Two paths that are only added, never quantized before it by the float network."""
        channels = self.channels
        first = self.conv(channels, 3)
        self.channels = channels
        second = self.conv(channels, 1)
        return Residual(first, second)

    def head(self) -> nn.Module:
        classes, channels = 5, self.channels
        kind = self.choice.choice(
            ["flatten", "flatten", "average", "average", "conv", *FINAL_LAYERS]
        )
        if kind == "flatten":
            wide = channels * self.size**2
            return nn.Sequential(
                nn.Flatten(), nn.Linear(wide, 12), nn.ReLU(), nn.Linear(12, classes)
            )
        if kind == "conv":
            return nn.Conv2d(channels, classes, 1)
        layers: list[nn.Module] = [
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(channels, classes),
        ]
        if kind in FINAL_LAYERS:
            layers.append(FINAL_LAYERS[kind]())
        return nn.Sequential(*layers)


def match_channels(layer: nn.Module, wide: nn.Conv2d) -> nn.Conv2d:
    """A 1x1 convolution from what a layer produces to as many channels as `wide` produces."""
    outputs = [m.out_channels for m in layer.modules() if isinstance(m, nn.Conv2d)][-1]
    return nn.Conv2d(outputs, wide.out_channels, 1)


def random_norm(channels: int) -> nn.Module:
    """A batch norm with the statistics of a trained network, not those of a new one."""
    norm = nn.BatchNorm2d(channels)
    with torch.no_grad():
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.normal_(0, 0.3)
        norm.running_mean.normal_(0, 0.3)  # type: ignore[union-attr]
        norm.running_var.uniform_(0.3, 1.5)  # type: ignore[union-attr]
    return norm


def random_network(seed: int) -> tuple[nn.Module, tuple[int, ...]]:
    """A network and the shape of its input."""
    generator = NetworkGenerator(seed)
    return generator.network().eval(), generator.input_shape
