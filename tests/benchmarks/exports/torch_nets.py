"""Seventeen networks in torch that are in order, and mistakes, each with the rules that are to find it.

torch is no dependency of cnnlint: this module is imported by `python -m benchmarks.exports torch` alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional

PICTURE = (1, 3, 32, 32)
TOKENS = 50

Net = tuple[Any, tuple[int, ...]]
"""A module, and the shape of what it reads; word numbers where the shape has a length alone."""


class Sum(nn.Module):
    """What a branch gives, added to what it reads."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.branch = nn.Sequential(*parts)

    def forward(self, x: Any) -> Any:
        return x + self.branch(x)


class Gate(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, channels // 4, 1)
        self.expand = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: Any) -> Any:
        return x * torch.sigmoid(self.expand(functional.relu(self.reduce(self.squeeze(x)))))


class ChannelNorm(nn.Module):
    """Layer normalisation over channels that come first, written out."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.offset = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Any) -> Any:
        centred = x - x.mean(1, keepdim=True)
        normal = centred / torch.sqrt(centred.pow(2).mean(1, keepdim=True) + 1e-6)
        return self.scale[:, None, None] * normal + self.offset[:, None, None]


class LayerScale(nn.Module):
    """A learned factor for each channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((channels, 1, 1), 0.1))

    def forward(self, x: Any) -> Any:
        return x * self.gamma


class Attention(nn.Module):
    """A block of a transformer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(width, 2, batch_first=True)
        self.norm = nn.LayerNorm(width)
        self.grow, self.shrink = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.scores = nn.Linear(width, 5)

    def forward(self, x: Any) -> Any:
        x = x + self.attend(x, x, x, need_weights=False)[0]
        x = x + self.shrink(functional.gelu(self.grow(self.norm(x)), approximate="tanh"))
        return self.scores(x.mean(1))


class UNet(nn.Module):
    """Down, up, and across."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.deep = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.up, self.merge = nn.ConvTranspose2d(16, 8, 2, 2), nn.Conv2d(16, 8, 3, padding=1)
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x: Any) -> Any:
        wide = functional.relu(self.down(x))
        deep = functional.relu(self.deep(functional.max_pool2d(wide, 2)))
        up = functional.relu(self.up(deep))
        return self.out(functional.relu(self.merge(torch.cat([wide, up], 1))))


class Words(nn.Module):
    """An embedding, a recurrent layer whose last step is read, and scores."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.read, self.scores = (
            nn.Embedding(TOKENS, 16),
            nn.LSTM(16, 12, batch_first=True),
            nn.Linear(12, 3),
        )

    def forward(self, x: Any) -> Any:
        return self.scores(self.read(self.words(x))[0][:, -1])


class Shuffle(nn.Module):
    """Grouped convolutions whose channels are mixed."""

    def __init__(self) -> None:
        super().__init__()
        self.grouped, self.alone = nn.Conv2d(4, 8, 1, groups=2), nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.scores = nn.Linear(8, 4)

    def forward(self, x: Any) -> Any:
        x = functional.relu(self.grouped(x))
        batch, channels, height, width = x.shape
        x = x.view(batch, 2, channels // 2, height, width).transpose(1, 2).reshape(batch, channels, height, width)
        return self.scores(functional.relu(self.alone(x)).mean((2, 3)))


def _head(channels: int, classes: int = 10) -> Iterator[nn.Module]:
    yield from (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def _normed(inputs: int, filters: int, **options: Any) -> Iterator[nn.Module]:
    yield from (nn.Conv2d(inputs, filters, 3, padding=1, bias=False, **options), nn.BatchNorm2d(filters), nn.ReLU())


def _residual(width: int) -> nn.Module:
    parts = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
    return Sum(*_normed(width, width), *parts)


def _bottleneck(inputs: int, width: int) -> nn.Module:
    deep = nn.Conv2d(width, width, 3, padding=1, groups=width)
    return Sum(nn.Conv2d(inputs, width, 1), nn.ReLU6(), deep, nn.ReLU6(), nn.Conv2d(width, inputs, 1))


def _convnext(width: int) -> nn.Module:
    deep = nn.Conv2d(width, width, 7, padding=3, groups=width)
    wide = nn.Conv2d(width, 4 * width, 1), nn.GELU(), nn.Conv2d(4 * width, width, 1)
    return Sum(deep, ChannelNorm(width), *wide, LayerScale(width))


def _dense(*sizes: int) -> Iterator[nn.Module]:
    for index, (inputs, units) in enumerate(itertools.pairwise(sizes)):
        yield from ((nn.ReLU(), nn.Linear(inputs, units)) if index else (nn.Linear(inputs, units),))


GOOD: dict[str, Callable[[], Net]] = {
    "lenet": lambda: (
        nn.Sequential(
            *(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), *_dense(400, 120, 84, 10)),
        ),
        PICTURE,
    ),
    "vgg_norm": lambda: (nn.Sequential(*_normed(3, 16), nn.MaxPool2d(2), *_normed(16, 32), *_head(32)), PICTURE),
    "residual": lambda: (nn.Sequential(*_normed(3, 16, stride=2), _residual(16), nn.ReLU(), *_head(16)), PICTURE),
    "bottlenecks": lambda: (
        nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU6(), _bottleneck(8, 24), *_head(8, 5)),
        PICTURE,
    ),
    "excitation": lambda: (
        nn.Sequential(
            *(nn.Conv2d(3, 16, 3), nn.SiLU(), Gate(16), nn.Conv2d(16, 16, 3), nn.Hardswish(), *_head(16, 5)),
        ),
        PICTURE,
    ),
    "convnext": lambda: (
        nn.Sequential(
            *(nn.Conv2d(3, 8, 4, 4), ChannelNorm(8), _convnext(8), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
            *(nn.LayerNorm(8), nn.Linear(8, 5)),
        ),
        PICTURE,
    ),
    "signal": lambda: (
        nn.Sequential(
            *(nn.Conv1d(4, 8, 3), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(8, 8, 3), nn.ReLU()),
            *(nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 2)),
        ),
        (1, 4, 40),
    ),
    "volume": lambda: (
        nn.Sequential(nn.Conv3d(1, 4, 3), nn.ReLU(), nn.MaxPool3d(2), nn.Flatten(), nn.Linear(4 * 27, 2)),
        (1, 1, 8, 8, 8),
    ),
    "dense": lambda: (
        nn.Sequential(
            *(nn.Linear(20, 64), nn.GELU(), nn.Dropout(0.2), nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 3)),
        ),
        (1, 20),
    ),
    "attention": lambda: (Attention(16), (1, 7, 16)),
    "unet": lambda: (UNet(), PICTURE),
    "words": lambda: (Words(), (9,)),
    "shuffle": lambda: (Shuffle(), (1, 4, 8, 8)),
    "group_norm": lambda: (
        nn.Sequential(
            *(nn.Conv2d(3, 8, 3), nn.GroupNorm(2, 8), nn.ReLU(), nn.Conv2d(8, 8, 3)),
            *(nn.InstanceNorm2d(8, affine=True), nn.LeakyReLU(0.1), nn.Flatten(), nn.Linear(8 * 28 * 28, 4)),
        ),
        PICTURE,
    ),
    "slopes": lambda: (
        nn.Sequential(
            *(nn.Conv2d(3, 8, 3), nn.PReLU(8), nn.Conv2d(8, 8, 3, dilation=2), nn.ELU(), nn.AvgPool2d(2)),
            *(nn.Flatten(), nn.Linear(8 * 13 * 13, 4), nn.Softmax(1)),
        ),
        PICTURE,
    ),
    "log_scores": lambda: (
        nn.Sequential(
            *(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8, 4)),
            nn.LogSoftmax(1),
        ),
        PICTURE,
    ),
    "enlarged": lambda: (
        nn.Sequential(
            *(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2)),
            *(nn.Conv2d(16, 12, 3, padding=1), nn.PixelShuffle(2)),
        ),
        PICTURE,
    ),
}


def _flat(*parts: nn.Module) -> Net:
    return nn.Sequential(nn.Flatten(), nn.Linear(3072, 64), nn.ReLU(), *parts), PICTURE


BAD: dict[str, tuple[str, Callable[[], Net]]] = {
    "relu_scores": ("relu-before-softmax", lambda: _flat(nn.Linear(64, 10), nn.ReLU(), nn.Softmax(1))),
    "linear_convolution": (
        "missing-conv-activation",
        lambda: (nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 16, 3), nn.ReLU(), *_head(16)), PICTURE),
    ),
    "linear_norm": (
        "missing-conv-activation",
        lambda: (
            nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Conv2d(8, 16, 3), nn.ReLU(), *_head(16)),
            PICTURE,
        ),
    ),
    "linear_dense": (
        "missing-dense-activation",
        lambda: (nn.Sequential(nn.Flatten(), nn.Linear(3072, 64), *_dense(64, 32, 10)), PICTURE),
    ),
    "one_score": ("softmax-single-unit", lambda: _flat(nn.Linear(64, 1), nn.Softmax(1))),
    "one_log_score": ("softmax-single-unit", lambda: _flat(nn.Linear(64, 1), nn.LogSoftmax(1))),
    "softmax_twice": ("double-softmax", lambda: _flat(nn.Linear(64, 10), nn.Softmax(1), nn.Softmax(1))),
    "softmax_and_log": ("double-softmax", lambda: _flat(nn.Linear(64, 10), nn.Softmax(1), nn.LogSoftmax(1))),
    "sigmoid_and_log": ("double-softmax", lambda: _flat(nn.Linear(64, 10), nn.Sigmoid(), nn.LogSoftmax(1))),
    "softmax_of_samples": ("softmax-wrong-axis", lambda: _flat(nn.Linear(64, 10), nn.Softmax(0))),
    "softmax_of_rows": (
        "softmax-wrong-axis",
        lambda: (
            nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 5, 1), nn.Softmax(2)),
            PICTURE,
        ),
    ),
    "shrinking": (
        "shrinking-filters",
        lambda: (
            nn.Sequential(
                *(nn.Conv2d(3, 128, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(128, 32, 3), nn.ReLU(), *_head(32)),
            ),
            PICTURE,
        ),
    ),
    "hidden_softmax": (
        "softmax-hidden-activation",
        lambda: (nn.Sequential(nn.Flatten(), nn.Linear(3072, 64), nn.Softmax(1), nn.Linear(64, 10)), PICTURE),
    ),
}


def made(make: Callable[[], Net]) -> tuple[Any, Any, int]:
    """The module with its weights drawn anew and ready to be asked, what it reads, and the number of its weights.

    Exporters fold batch normalisation into the convolution before it: its bias is what is left of the four.
    """
    torch.manual_seed(0)
    module, shape = make()
    for one in (*module.parameters(), *module.buffers()):  # as if it had been trained a little: exports drop zeros
        if one.is_floating_point() and one.unique().numel() == 1:
            one.data.uniform_(0.5, 1.5)
    entry = torch.randint(0, TOKENS, (1, *shape)) if len(shape) == 1 else torch.rand(shape)
    count = sum(one.numel() for one in module.parameters())
    count += sum(one.numel() for name, one in module.named_buffers() if "num_batches" not in name)
    for chain in (part for part in module.modules() if isinstance(part, nn.Sequential)):
        for before, part in itertools.pairwise(chain):
            if isinstance(part, nn.BatchNorm2d):
                count -= (4 if before.bias is not None else 3) * part.num_features
    return module.eval(), entry, count
