"""Conversions of plain argument values from an API's convention to Keras 3's.

Each takes what the API was given (a plain Python value, or a tuple of values where several parameters make one
canonical argument, with MISSING for those that were not passed) and answers the canonical value, or UNKNOWN where
the value is not one that the API documents.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from cnnlint.graph.values import UNKNOWN

DATA_FORMATS: Final = {
    "channels_last": "channels_last",
    "channels_first": "channels_first",
    "tf": "channels_last",
    "th": "channels_first",
    "default": None,
    "NWC": "channels_last",
    "NHWC": "channels_last",
    "NDHWC": "channels_last",
    "NCW": "channels_first",
    "NCHW": "channels_first",
    "NCDHW": "channels_first",
}


class MissingType(Enum):
    """The type of `MISSING`."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = MissingType.MISSING
"""There is no value: the call does not pass the parameter, or it has no default."""


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def lower(value: Any) -> Any:
    """'SAME' to 'same'."""
    return value.lower() if isinstance(value, str) else (value if value is None else UNKNOWN)


def data_format(value: Any) -> Any:
    """'NHWC', 'th', ... to 'channels_last' or 'channels_first'; None stays None (the configured default)."""
    if value is None:
        return None
    return DATA_FORMATS.get(value, UNKNOWN) if isinstance(value, str) else UNKNOWN


def complement(value: Any) -> Any:
    """A keep probability to a rate."""
    # 1 - 0.9 is 0.09999999999999998: nobody wants to read that
    return round(1 - value, 12) if _number(value) else UNKNOWN


def spatial(value: Any) -> Any:
    """[1, 2, 2, 1] to (2, 2): a list with an entry for batch and channels, without them.

    Whole numbers and lists that name spatial dimensions alone stay as they are. Channels-first lists
    ([1, 1, 2, 2]) cannot be told from channels-last ones here: bind `spatial_of` with the data format.
    """
    if isinstance(value, int):
        return value
    if not isinstance(value, (tuple, list)):
        return None if value is None else UNKNOWN
    items = tuple(value)
    if len(items) < 3:
        return items[0] if len(items) == 1 else items
    if len(items) == 3:
        # [batch, width, channels] of a 1-D operation; three spatial dimensions are never given without the others
        return items[1] if items[0] == 1 == items[2] else UNKNOWN
    return items[1:-1] if items[0] == 1 == items[-1] else UNKNOWN


def spatial_of(values: Any) -> Any:
    """(list, data format) to the list's spatial entries."""
    if not isinstance(values, tuple) or len(values) != 2:
        return UNKNOWN
    value, layout = values
    if value is MISSING:
        return UNKNOWN
    if layout is MISSING or data_format(layout) != "channels_first":
        return UNKNOWN if layout is UNKNOWN else spatial(value)
    items = tuple(value) if isinstance(value, (tuple, list)) else None
    if items is None or len(items) < 4:
        return spatial(value)
    return items[2:] if items[0] == 1 == items[1] else UNKNOWN


def as_tuple(values: Any) -> Any:
    """(nb_row, nb_col) to a kernel size, once all are known."""
    if not isinstance(values, tuple) or any(item is MISSING or item is UNKNOWN for item in values):
        return UNKNOWN
    return values


def without_batch(value: Any) -> Any:
    """[-1, 28, 28, 1] to (28, 28, 1): a whole shape to that of one sample."""
    if isinstance(value, (tuple, list)) and len(value) >= 1:
        return tuple(value[1:])
    return UNKNOWN


def slim_bias(values: Any) -> Any:
    """(normalizer_fn, biases_initializer) to use_bias: slim's layers have no bias beside a normalizer."""
    normalizer, biases = values if isinstance(values, tuple) and len(values) == 2 else (UNKNOWN, UNKNOWN)
    if biases is None:
        return False
    if normalizer is UNKNOWN:
        return UNKNOWN
    if normalizer is not MISSING and normalizer is not None:
        return False
    return UNKNOWN if biases is UNKNOWN else True


def given(value: Any) -> Any:
    """Whether something other than None is passed (tflearn's and slim's optional parts)."""
    return UNKNOWN if value is UNKNOWN else value is not None


def negate(value: Any) -> Any:
    """True to False."""
    return not value if isinstance(value, bool) else UNKNOWN


def forget_bias(value: Any) -> Any:
    """Keras 1's forget_bias_init ('one') to unit_forget_bias."""
    return value in ("one", "ones") if isinstance(value, str) else UNKNOWN


def uniform_or_normal(value: Any) -> Any:
    """contrib's `uniform` to the distribution of VarianceScaling."""
    return ("uniform" if value else "truncated_normal") if isinstance(value, bool) else UNKNOWN


def channels_axis(value: Any) -> Any:
    """'NCHW' to the axis that the channels are."""
    order = data_format(value)
    return UNKNOWN if order is UNKNOWN else 1 if order == "channels_first" else -1


CONVERSIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "lower": lower,
    "data_format": data_format,
    "channels_axis": channels_axis,
    "complement": complement,
    "spatial": spatial,
    "spatial_of": spatial_of,
    "tuple": as_tuple,
    "without_batch": without_batch,
    "slim_bias": slim_bias,
    "given": given,
    "negate": negate,
    "forget_bias": forget_bias,
    "uniform_or_normal": uniform_or_normal,
}


def convert(by: str, value: Any) -> Any:
    """The canonical value, or UNKNOWN. `by` is a key of CONVERSIONS."""
    if value is UNKNOWN:
        return UNKNOWN
    return CONVERSIONS[by](value)
