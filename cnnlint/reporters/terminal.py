"""Colour, and text from files made fit for a terminal."""

from __future__ import annotations

import unicodedata

from msgspec import Struct

from cnnlint.diagnostics import Severity

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
SEVERITY_COLOR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Painter(Struct, frozen=True):
    """Puts text in ANSI colours, or leaves it as it is."""

    on: bool

    def __call__(self, text: str, *styles: str) -> str:
        """The text in styles: "bold", "dim" or a colour."""
        if not self.on or not styles or not text:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def clean(text: str) -> str:
    """Text from a file without what a terminal would obey: control characters, and marks that turn its direction."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character == "\t":
        return " "
    # Cc controls, Cf directional and other invisible marks, Cs lone surrogates, Zl and Zp further line breaks
    return "�" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character


def columns(text: str) -> int:
    """How many columns of a terminal a text fills."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text
    )
