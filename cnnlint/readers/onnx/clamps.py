"""The relus of which quantising alone tells: a zero point at the lower end of the range clamps what it reads."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from cnnlint.graph import Node
from cnnlint.readers.onnx.values import Tensor

FEW = 8
"""So many scores are hardly all positive in calibrating if no relu makes them so."""

SOFTMAXES = ("softmax", "log_softmax")


def unclamp(nodes: Sequence[Node], clamped: Mapping[int, Tensor], outputs: Collection[int]) -> list[int]:
    """Let activations read what such relus read; the ids of the relus that nothing is left of.

    In calibrating, all that was seen may well have been positive. Before a softmax a relu is believed in, if it is of
    more than a few scores.
    """
    gone: list[int] = []
    readers: dict[int, list[Node]] = {}
    for node in nodes if clamped else ():
        for source in node.inputs:
            readers.setdefault(id(source), []).append(node)
    for key, before in clamped.items():
        found = readers.get(key, [])
        if found and key not in outputs and all(_means_none(reader, before.node) for reader in found):
            gone.append(key)
            for reader in found:
                reader.inputs = [before.node if id(source) == key else source for source in reader.inputs]
    return gone


def _means_none(reader: Node, source: Node) -> bool:
    """Whether what reads a relu says that none was meant."""
    if reader.activation in SOFTMAXES:
        sizes = (source.shape or (None, None))[1:]
        return None not in sizes and math.prod(size or 0 for size in sizes) < FEW
    return reader.activation not in (None, "linear")
