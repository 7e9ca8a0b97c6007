"""What a file gives a name of its own to when it imports it: `from numpy import load as read`."""

from __future__ import annotations

import ast

from cnnlint.readers.python.text.constants import bindings
from cnnlint.readers.python.text.listing import Listing

#: what modules are mostly called; such a name says what it stands for, whatever it was imported from
USUAL = {
    "tensorflow": "tf",
    "tensorflow.compat.v1": "tf",
    "tensorflow.compat.v2": "tf",
    "tensorflow_datasets": "tfds",
    "tensorflow_probability": "tfp",
    "numpy": "np",
    "pandas": "pd",
}


def put(listing: Listing) -> None:
    """Put the names that such things have in their modules, or mostly have, in the place of those that the file gives
    them, unless something else in the file has that name."""
    attributes = {id(one) for body in listing.of(ast.ClassDef) for one in _imported(body)}
    own = {
        one.asname: usual
        for one in listing.of(ast.alias)
        if id(one) not in attributes
        and one.asname not in (None, one.name, *USUAL.values())
        and (usual := USUAL.get(one.name, one.name)).isidentifier()
    }
    if not own:
        return
    bound = bindings(listing)
    for name in [name for name, usual in own.items() if bound[usual]]:
        del own[name]
    for node in listing.of(ast.Name):
        node.id = own.get(node.id, node.id)
    for one in listing.of(ast.alias):
        if id(one) not in attributes:
            one.asname = own.get(one.asname or "", one.asname)


def _imported(owner: ast.ClassDef) -> list[ast.alias]:
    """What is imported in a class itself: its attributes."""
    return [one for inner in owner.body if isinstance(inner, (ast.Import, ast.ImportFrom)) for one in inner.names]
