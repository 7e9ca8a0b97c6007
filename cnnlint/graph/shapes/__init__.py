"""Shape inference: the output shape and the number of weights of a layer, from its arguments and its inputs' shapes.

`infer` knows Keras 3's layers and the bare operations of the graph. What it cannot know it leaves unknown: a missing
or UNKNOWN argument makes the dimensions that depend on it None, never wrong. An error is reported only where Keras
itself would refuse to build the layer, and only when every size it depends on is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnlint.graph.shapes import (  # noqa: F401  (each module registers its kinds)
    applications,
    attention,
    convolutions,
    core,
    geometry,
    merges,
    normalization,
    operations,
    patterns,
    pooling,
    products,
    recurrent,
    selections,
    wrappers,
)
from cnnlint.graph.shapes.registry import Inferred, infer_kind, knows
from cnnlint.graph.values import Sizes

__all__ = ["Inferred", "infer", "knows"]


def infer(kind: str, values: Mapping[str, Any], inputs: Sequence[Sizes | None]) -> Inferred:
    """What a layer of this kind makes of its inputs.

    `values` maps Keras 3 argument names to plain values; missing or UNKNOWN is unknown. Sizes of windows may be an
    int or a tuple. Shapes have the batch dimension first, as None or as a `Batch`; None among `inputs` is a tensor of
    unknown rank. Wrappers (TimeDistributed, Bidirectional) take `values["layer"]` as (kind, values) of the wrapped
    layer. Never raises for whatever the values are: a kind that is not known, or values that make no sense, infer to
    unknown.
    """
    return infer_kind(kind, values, inputs)
