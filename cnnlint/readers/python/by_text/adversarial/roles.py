"""Which of two opponents a name speaks of: what makes samples, or what judges them."""

from __future__ import annotations

import ast
from typing import Literal, TypeAlias

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.written import written

Role: TypeAlias = Literal["maker", "judge"]

#: pieces of names: `genLoss`, `d_loss_real`, `loss_G`
PIECES = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
MAKERS = frozenset({"g", "gen", "generator", "geng", "netg"})
JUDGES = frozenset({"d", "dis", "disc", "discriminator", "discrim", "critic", "netd"})
FORGED = frozenset({"fake", "fakes", "generated", "gen", "synthetic", "forged"})
TRUE = frozenset({"real", "reals", "true"})


def pieces(name: str) -> set[str]:
    """The words of a name in lower case; of an attribute's, those of its last part."""
    return {one.lower() for one in PIECES.findall(name.rpartition(".")[2])}


def role(name: str) -> Role | None:
    """Whose name it is; None for neither's, or both's."""
    words = pieces(name)
    maker, judge = bool(words & MAKERS), bool(words & JUDGES)
    return None if maker == judge else "maker" if maker else "judge"


def role_of(value: ast.AST) -> Role | None:
    """The same of an expression that is a name or an attribute."""
    return role(written(value)) if isinstance(value, (ast.Name, ast.Attribute)) else None
