"""A piece of code as it is written, in one spelling: worked out once for each node, and never refused."""

from __future__ import annotations

import ast

from cnnlint.readers.python.text.listing import Listing, nodes_of

#: where a node keeps its text, beside whose it is: a copy of the node has it as well, and may hold something else
KEPT = "_written"
#: what stands before a dot or a bracket as it is
PLAIN = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)
#: the least number that Python may refuse to write out (4,300 digits)
TOO_LONG = 10**4300


def written(node: ast.AST) -> str:
    """What `ast.unparse` makes of a node that nothing changes any more."""
    kept: tuple[int, str] | None = vars(node).get(KEPT)
    if kept is None or kept[0] != id(node):
        kept = id(node), _put_together(node)
        setattr(node, KEPT, kept)
    return kept[1]


def _put_together(node: ast.AST) -> str:
    """The text of a node from those of its parts, which are kept as well, where they need no brackets or spaces."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, PLAIN):
        return f"{written(node.value)}.{node.attr}"
    if isinstance(node, ast.Call) and isinstance(node.func, PLAIN):
        return f"{written(node.func)}({', '.join(map(written, (*node.args, *node.keywords)))})"
    if isinstance(node, ast.keyword):
        return f"{node.arg}={written(node.value)}" if node.arg is not None else f"**{written(node.value)}"
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, PLAIN)
        and isinstance(node.slice, (*PLAIN, ast.Constant))
    ):
        return f"{written(node.value)}[{written(node.slice)}]"
    if isinstance(node, ast.Constant) and type(node.value) in (int, str, bool) and node.kind is None:
        return repr(node.value)
    return ast.unparse(node)


def put(listing: Listing) -> None:
    """Put something alike in the place of what `ast` refuses to write out: numbers without end, and in the expressions
    of an f-string what it would write with a backslash, which they cannot have before Python 3.12."""
    for number in listing.of(ast.Constant):
        if type(number.value) is int and number.value >= TOO_LONG:
            number.value = TOO_LONG - 1
    for text in listing.of(ast.JoinedStr):
        if _is_refused(text):
            fields = [one for one in nodes_of(text) if isinstance(one, ast.FormattedValue)]
            for one in [part for field in fields for part in nodes_of(field.value)]:
                if isinstance(one, ast.Constant) and isinstance(one.value, (str, bytes)):
                    one.value = _plain(one.value)


def _is_refused(text: ast.JoinedStr) -> bool:
    try:
        ast.unparse(text)
    except ValueError:
        return True
    except RecursionError:  # whoever asks for it is told so
        return False
    return False


def _plain(value: str | bytes) -> str | bytes:
    """A text without what has to be escaped."""
    if isinstance(value, bytes):
        return bytes(one if 32 <= one < 127 and one not in b"\\'\"" else 32 for one in value)
    return "".join(one if one.isprintable() and one not in "\\'\"" else " " for one in value)
