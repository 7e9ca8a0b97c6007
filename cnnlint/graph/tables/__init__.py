"""The tables of the vocabulary: JSON files, each parsed on first use. README.md explains their schema and sources."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

FOLDER = os.path.dirname(__file__)


@cache
def load(name: str) -> dict[str, Any]:
    """A table by its file name without suffix. The result is shared: do not change it.

    Raises:
        FileNotFoundError: there is no such table.
    """
    with open(os.path.join(FOLDER, f"{name}.json"), encoding="utf-8") as file:
        parsed: dict[str, Any] = json.load(file)
    return parsed


def freeze(value: Any) -> Any:
    """A value from a table with tuples for JSON's lists, throughout."""
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    if isinstance(value, dict):
        return {key: freeze(item) for key, item in value.items()}
    return value
