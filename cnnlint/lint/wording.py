"""Help in the words of the library that a graph was exported from: the rules speak Keras's."""

from __future__ import annotations

import re

TORCH = {
    "relu": "nn.ReLU()",
    "relu6": "nn.ReLU6()",
    "leaky_relu": "nn.LeakyReLU()",
    "elu": "nn.ELU()",
    "selu": "nn.SELU()",
    "gelu": "nn.GELU()",
    "silu": "nn.SiLU()",
    "swish": "nn.SiLU()",
    "tanh": "nn.Tanh()",
    "sigmoid": "nn.Sigmoid()",
    "softmax": "nn.Softmax(dim=1)",
    "log_softmax": "nn.LogSoftmax(dim=1)",
}
"""Keras's names of activations, and torch's modules."""

ACTIVATION = re.compile(r'activation="(\w+)"')


def translated(help_: str | None, exporter: str) -> str | None:
    """The help for whoever wrote the model with `exporter`: "torch", or "" for Keras."""
    if help_ is None or exporter != "torch":
        return help_
    return ACTIVATION.sub(lambda match: f"`{TORCH[match[1]]}`" if match[1] in TORCH else match[0], help_)
