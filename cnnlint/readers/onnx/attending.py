"""Attention of an exported graph whose weights are normalised along another axis than the one that is summed over."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.graph import Miswritten, Model, Node


def crossed(model: Model) -> Iterator[Miswritten]:
    """An event for each softmax of products over heads or samples, where another product reads it as it is.

    One over the queries may be meant: they then compete for what is read.
    """
    for product in model.nodes:
        weights = product.inputs[0] if product.kind == "MatMul" and len(product.inputs) == 2 else None
        axis = weights.value("axis") if weights is not None and weights.activation == "softmax" else None
        if weights is None or not isinstance(axis, int) or not weights.shape or not _of_products(weights):
            continue
        rank = len(weights.shape)
        if -rank <= axis < rank and axis % rank < rank - 2:
            yield Miswritten(origin=weights.origin, model=model, why="not over places", what=str(axis))


def _of_products(weights: Node) -> bool:
    """Whether the softmax is of products of what is computed, scaled and masked at most."""
    source = weights.inputs[0] if len(weights.inputs) == 1 else None
    for _ in range(DEEPEST):
        if source is None or source.kind == "MatMul":
            break
        passes = source.kind in ("Rescaling", "Cast") or (source.opaque and source.note in MASKING)
        source = source.inputs[0] if passes and len(source.inputs) == 1 and source.shape == weights.shape else None
    return source is not None and source.kind == "MatMul" and source.shape == weights.shape


DEEPEST = 8
"""Operators between the scores and their softmax that are looked through."""

MASKING = frozenset({"Add", "Sub", "Mul", "Where"})
"""Operators that hide places by an array that the file holds."""
