"""The values of a saved layer's arguments, checked once: what is of another type than Keras would take is unknown."""

from __future__ import annotations

import math
from typing import Any

from cnnlint.graph import UNKNOWN

WHOLE = frozenset(
    {
        "attention_axes",
        "axes",
        "axis",
        "batch_shape",
        "cropping",
        "depth_multiplier",
        "dilation_rate",
        "dims",
        "factor",
        "filters",
        "groups",
        "head_dim",
        "height",
        "input_dim",
        "input_shape",
        "key_dim",
        "kernel_size",
        "n",
        "num_heads",
        "num_key_value_heads",
        "num_query_heads",
        "output_dim",
        "output_padding",
        "output_size",
        "pool_size",
        "shared_axes",
        "size",
        "strides",
        "target_shape",
        "units",
        "value_dim",
        "width",
    }
)
"""Arguments that are whole numbers, or tuples of these."""

NUMBERS = frozenset(
    {
        "alpha",
        "dropout",
        "epsilon",
        "mask_value",
        "max_value",
        "momentum",
        "negative_slope",
        "offset",
        "rate",
        "recurrent_dropout",
        "renorm_momentum",
        "scale",
        "stddev",
        "threshold",
    }
)

WINDOWS = frozenset({"cropping", "dilation_rate", "kernel_size", "output_padding", "pool_size", "size", "strides"})
"""Arguments with a size for each spatial axis."""

LARGEST_SIZE = 2**40
"""No layer has as many units, and no window as many places."""


def checked(kind: str, name: str, value: Any, default: Any) -> Any:
    """The value, windows with a size for each axis; UNKNOWN where Keras could not have saved it."""
    if value is None or value is UNKNOWN:
        return value
    if name == "padding":
        given = value if isinstance(value, str) else _whole(value)
        return _window(kind, given) if kind.startswith("ZeroPadding") else given
    if isinstance(default, bool) and name != "scale":
        return value if isinstance(value, bool) else UNKNOWN
    if name in WHOLE:
        return _window(kind, _whole(value)) if name in WINDOWS else _whole(value)
    if name in NUMBERS:
        return _number(value)
    if isinstance(default, str) and not isinstance(value, (str, dict)):
        return UNKNOWN
    return value


def _whole(value: Any) -> Any:
    """Whole numbers and tuples of them; None may stand among them."""
    if isinstance(value, tuple):
        items = tuple(item if item is None else _whole(item) for item in value)
        return UNKNOWN if any(item is UNKNOWN for item in items) else items
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_SIZE
    return value if whole else UNKNOWN


def _number(value: Any) -> Any:
    if isinstance(value, tuple):
        return value if all(isinstance(item, (int, float)) for item in value) else UNKNOWN
    return value if isinstance(value, (int, float)) and math.isfinite(value) else UNKNOWN


def _window(kind: str, value: Any) -> Any:
    """A size for each spatial axis, where the kind's name says how many there are."""
    rank = next((int(letter) for letter in kind if letter.isdigit()), None)
    if rank is None or value is UNKNOWN:
        return value
    if kind.startswith(("ZeroPadding", "Cropping")):  # one number, one for each axis, or one for each end of each
        one_axis = rank == 1 and isinstance(value, tuple) and len(value) == 2
        return value if isinstance(value, int) or len(value) == rank or one_axis else UNKNOWN
    sizes = (value,) * rank if isinstance(value, int) else value
    return sizes if len(sizes) == rank and all(isinstance(size, int) for size in sizes) else UNKNOWN
