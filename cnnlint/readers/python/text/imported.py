"""What names stand for that a file gives to what it imports: `from numpy import load as read`."""

from __future__ import annotations

import ast

from cnnlint.readers.python.text.listing import Listing

#: what modules are mostly called; such a name says what it stands for, whatever it was imported from
USUAL = {"tensorflow": "tf", "tensorflow.compat.v1": "tf", "tensorflow.compat.v2": "tf", "numpy": "np", "pandas": "pd"}
#: the attribute of a name in the tree that says what its module calls it
MEANT = "meant"


def mark(listing: Listing) -> None:
    """Note at each such name what is meant by it, for `meant` and `spelled`."""
    own = {
        one.asname: USUAL.get(one.name, one.name)
        for one in listing.of(ast.alias)
        if one.asname not in (None, one.name, *USUAL.values())
    }
    for node in listing.of(ast.Name) if own else ():
        if node.id in own:
            setattr(node, MEANT, own[node.id])


def meant(name: ast.Name) -> str:
    """A name, as the module that it was imported from has it."""
    found: str = getattr(name, MEANT, name.id)
    return found


def spelled(value: ast.expr) -> str:
    """An expression as text; names of modules, and of what was imported from them, as they mostly are."""
    if isinstance(value, ast.Attribute):
        return f"{spelled(value.value)}.{value.attr}"
    return meant(value) if isinstance(value, ast.Name) else ast.unparse(value)
