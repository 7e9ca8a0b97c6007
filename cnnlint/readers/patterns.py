"""Regular expressions that are compiled when they are first asked: a file asks some dozens of several hundred."""

from __future__ import annotations

import re
from typing import cast


class _Pattern:
    """Takes over the methods of the compiled expression when one of them is first asked for."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> object:
        compiled = re.compile(self._text, self._flags)
        for method in ("search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile` for what stands at the head of a module."""
    return cast("re.Pattern[str]", _Pattern(text, flags))
