"""Arguments of Keras's layers that ONNX says nothing about."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from msgspec.structs import replace

from cnnlint.graph import UNKNOWN, Argument, Node
from cnnlint.graph.vocabulary import layer_spec

UNTRACED = ("_regularizer", "_constraint", "seed")
"""Endings of arguments that an exported model has no place for: they are left out."""


def fill(node: Node) -> None:
    """Give a node the arguments of its Keras layer that ONNX says nothing about: defaults, or unknown ones."""
    for name, argument in _defaults(node.kind):
        node.arguments.setdefault(name, argument)


def unsettle(nodes: Sequence[Node]) -> None:
    """Take back that layers were told to have no bias where none of them has one: an exporter that leaves zeros out
    writes a network that was not trained so."""
    biases = [node.arguments["use_bias"] for node in nodes if "use_bias" in node.arguments]
    if biases and all(bias.value is False for bias in biases):
        for node in nodes:
            if "use_bias" in node.arguments:
                node.arguments["use_bias"] = replace(node.arguments["use_bias"], given=False)


@functools.cache
def _defaults(kind: str) -> tuple[tuple[str, Argument], ...]:
    spec = layer_spec(kind, version=3)
    found = []
    for name, default in spec.canonical_defaults.items() if spec is not None else ():
        if not name.endswith(UNTRACED):
            if name == "data_format" and default is None:
                default = "channels_last"
            unknowable = name.endswith("_initializer") or name in TRAINING
            found.append((name, Argument(UNKNOWN if unknowable else default)))
    return tuple(found)


TRAINING = frozenset({"momentum", "renorm", "renorm_momentum", "synchronized", "dropout", "recurrent_dropout"})
"""Arguments that only training reads."""
