"""Signatures of what is imported, as the tables write them."""

from __future__ import annotations

import inspect
from typing import Any


def jsonable(value: Any) -> Any:
    """A default as JSON: tuples become lists; a callable or object becomes its name."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    name = getattr(value, "__name__", None) or getattr(value, "name", None)
    if isinstance(name, str):
        return name
    raise TypeError(f"a default that JSON cannot hold: {value!r}")


def signature(function: Any) -> dict[str, Any]:
    """The parameters of a constructor or function: names in order, defaults, which are keyword only."""
    names, defaults, keyword_only, is_open = [], {}, [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            is_open = True
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            continue
        names.append(parameter.name)
        if parameter.kind is parameter.KEYWORD_ONLY:
            keyword_only.append(parameter.name)
        if parameter.default is not parameter.empty:
            defaults[parameter.name] = jsonable(parameter.default)
    entry: dict[str, Any] = {"parameters": names, "defaults": defaults}
    if keyword_only:
        entry["keyword_only"] = keyword_only
    if not is_open:
        entry["closed"] = True
    return entry
