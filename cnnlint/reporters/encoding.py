"""Structs as JSON text, whatever strings and numbers the linted files held."""

from __future__ import annotations

import math
from typing import Any

import msgspec


def encode(value: Any, *, indent: int | None = None) -> str:
    """A struct or plain data as JSON. What JSON cannot hold (lone surrogates, huge numbers) is made fit for it."""
    try:
        text = msgspec.json.encode(value, enc_hook=str)
    except (UnicodeEncodeError, OverflowError, ValueError):
        text = msgspec.json.encode(_fit(msgspec.to_builtins(value, enc_hook=str)))
    if indent is not None:
        text = msgspec.json.format(text, indent=indent)
    return text.decode()


def _fit(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_fit(str(key)): _fit(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fit(item) for item in value]
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
