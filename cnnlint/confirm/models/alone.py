"""A layer of its own, on tensors of the shapes that it is given: the smallest call that a refusal can be about."""

from __future__ import annotations

import keras

from cnnlint.confirm.messages import first_line
from cnnlint.confirm.models.build import place
from cnnlint.confirm.models.built import Builder, NotBuildable
from cnnlint.confirm.models.shrink import FULL
from cnnlint.confirm.models.weights import weight_keys
from cnnlint.graph import Model, Node

SIDE, SAMPLES = 24, 2
"""What sides stand for that the program leaves open, and how many samples."""


def refusal(model: Model, node: Node) -> str | None:
    """What Keras answers to a layer that is called by itself; None where it takes it.

    Where the program leaves sides open it has to refuse both such tensors and filled ones.

    Raises:
        NotBuildable: the layer, or the shape of what it is given, is not known.
    """
    answers = [_answer(model, node, filled=filled) for filled in (False, True)]
    return answers[0] if answers[1] is not None else None


def _answer(model: Model, node: Node, *, filled: bool) -> str | None:
    builder = Builder(model, FULL, weight_keys(model), (), kept={id(node)})
    # tensors of both kinds are refused in one call for being of two kinds
    filled = filled or not any(None in (source.shape or ()) for source in node.inputs)
    for source in node.inputs:
        shape = source.shape
        if shape is None:
            raise NotBuildable(f"the shape of what `{node.name}` is given is not known")
        if filled or not shape:
            sizes = [(SIDE if place else SAMPLES) if side is None else side for place, side in enumerate(shape)]
            builder.tensors[id(source)] = keras.ops.zeros(sizes)
        else:
            builder.tensors[id(source)] = keras.Input(batch_shape=shape)
    try:
        place(builder, node)
    except NotBuildable as error:
        if error.__cause__ is None:
            raise
        return first_line(error.__cause__)
    return None
