"""What layers make of their inputs, worked out once for all that are alike."""

from __future__ import annotations

import pickle
from functools import lru_cache

from cnnlint.graph import OPAQUE, dtypes
from cnnlint.graph.shapes import Inferred, infer
from cnnlint.graph.shapes.registry import UNKNOWABLE
from cnnlint.graph.values import Sizes


@lru_cache(maxsize=4096)
def inferred(
    kind: str, api: str, values: bytes, sizes: tuple[Sizes | None, ...], kinds: tuple[str | None, ...]
) -> tuple[Inferred, str | None, str | None]:
    """What a layer makes of its inputs: shape, weights, kind of numbers, and why it refuses these.

    The blocks of a network are alike: what was worked out for one holds for the others. `values` are the arguments, as
    `pickle` writes them: 1 and True are two.
    """
    plain = pickle.loads(values)
    found = infer(kind, plain, sizes) if kind not in ("Input", OPAQUE) else UNKNOWABLE
    return found, *dtypes.infer(kind, api, plain, kinds)
