"""Whole pieces of program that classes, closures, generators and the standard library need; each leaves variables behind."""

# ruff: noqa: E501
from __future__ import annotations

import re

from oracles.python.grammar import Grammar
from oracles.python.pieces import PIECES
from oracles.python.statements import filled

RESULT = re.compile(r"^#> (\w+): (\w+)$", re.M)


def feature(g: Grammar) -> list[str]:
    """One piece, with its results as variables."""
    return lines_of(g, filled_in(g, g.rng.choice(PIECES)))


def filled_in(g: Grammar, text: str) -> str:
    """A piece with choices `⟨a¦b⟩` made, and names of its own."""
    while "⟨" in text:
        head, _, tail = text.partition("⟨")
        inner, _, after = tail.partition("⟩")
        text = head + g.rng.choice(inner.split("¦")) + after
    suffix = f"_{g.fresh('z')}"
    names = set(re.findall(r"\b([A-Za-z]\w*)@", text))
    for name in names:
        text = re.sub(rf"\b{name}@", f"{name}{suffix}", text)
    return text


def lines_of(g: Grammar, text: str) -> list[str]:
    """The lines of a piece, with its slots filled; what it leaves behind is a variable from now on."""
    results = [(name, kind) for name, kind in RESULT.findall(text)]
    text = "\n".join(line for line in text.strip("\n").split("\n") if not line.startswith("#>"))
    lines = filled(g, text, "")
    g.names.update(results)
    return lines
