"""Texts of which the beginning is known: names that are made up, and may end in a number."""

from __future__ import annotations

import re

from cnnlint.readers.python.values.base import Unknown, Value


class Numbered(Unknown):
    """A stem, and behind it perhaps an underscore and a number: `dense`, `dense_7`."""

    __slots__ = ("stem",)

    def __init__(self, why: str, token: object, stem: str) -> None:
        super().__init__(why, token)
        self.stem = stem

    def truth(self) -> bool | None:
        """It is not empty."""
        return True

    def equals(self, other: Value) -> bool | None:
        """What `value == other` is: never true of another stem."""
        return None if not isinstance(other, str) or self._may_be(other) else False

    def holds(self, part: str) -> bool | None:
        """What `part in value` is."""
        if part in self.stem:
            return True
        # what reaches into the number ends with the stem's last letters before it
        head = part.rstrip("0123456789").removesuffix("_")
        return None if head != part and self.stem.endswith(head) else False

    def begins(self, part: str) -> bool | None:
        """What `value.startswith(part)` is."""
        if self.stem.startswith(part):
            return True
        head = re.sub(r"_\d*$", "", part)
        return None if head == self.stem else False

    def _may_be(self, other: str) -> bool:
        return re.fullmatch(re.escape(self.stem) + r"(_\d+)?", other) is not None
