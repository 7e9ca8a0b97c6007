"""What code that was not read says, and nothing that the program is given: neither a parameter nor the size of data."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from cnnlint.graph import Argument, Node
from cnnlint.graph.values import Batch, Sizes
from cnnlint.readers.python.libraries.names import PACKAGES
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import ArrayValue, ObjectValue, Symbol, Unknown, Value, is_given, plain

#: the last word of the token of what a call of such code returns; where it is passed something that the program is
#: given, that decides it as well
UNREAD, OF_GIVEN, OF_NUMBERS = "unread", "unread, of what is given", "of numbers"
#: functions that make a number of a number
EACH = frozenset({"Abs", "Cast", "Elementwise", "Exp", "Log", "Negative", "Rsqrt", "Sign", "Sqrt", "Square"})
ARITHMETIC = frozenset({"Add", "Subtract", "Multiply", "Divide", "Minus", "Power"})

#: what is taken out of a value, by the first word of its token
_PARTS = ("attribute", "item", "part", "len")
#: attributes that only arrays have: whatever code makes them, they are data
_SIZES = ("shape", "size", "ndim", "dtype")


def says(value: Value, *, parts: bool = False) -> bool:
    """Whether a value is what code out of reach says: a name that is imported from it, what a call of it returns.

    `parts` are what such a call hands out as an attribute or an item: beside a tensor they are as unknown, as sizes
    they are mostly those of data.
    """
    if isinstance(value, Symbol):
        return foreign(value.name)
    if isinstance(value, ObjectValue):
        return parts and foreign(value.name)
    return isinstance(value, Unknown) and _says(value.token, parts)


def mark(passed: Iterable[Value]) -> str:
    """The last word of the token of what a call of such code returns that is passed these values."""
    given = (isinstance(one, ArrayValue) or (isinstance(one, Unknown) and _is_given(one.token)) for one in passed)
    return OF_GIVEN if any(given) else UNREAD


def _is_given(token: object) -> bool:
    return is_given(token) and not _says(token, True)


def unknown_operand(value: Value) -> bool:
    """Whether a value that is laid beside a tensor is opaque: it may be of any shape, and hold weights."""
    return says(value, parts=True) or (isinstance(value, Unknown) and not is_given(value.token))


def laid_under(node: Node, other: Value) -> Sizes | None:
    """The sizes of a tensor that a value is laid over; None where it is made of numbers alone, and the value may have
    the samples."""
    samples = any(isinstance(size, Batch) for size in node.followed or ())
    alone = isinstance(other, Unknown) and node.opaque and not node.inputs and not samples
    return None if alone and not _is_number(getattr(other, "token", None)) else node.followed


def _is_number(token: object) -> bool:
    """Whether a token stands for a single number, made of others or of sizes: `ops.cos(0.5) - tf.shape(x)[1]`."""
    if not isinstance(token, tuple) or not token:  # a constant, as it is written
        return str(token).lstrip("-").replace(".", "", 1).isdigit()
    if token[0] == "item" and isinstance(token[1], tuple) and token[1][:1] == ("shape",):
        return all(map(_is_number, token[2]))
    if token[0] == "size":
        return True
    if token[0] == "call":
        return token[-1] == OF_NUMBERS or (str(token[1]).endswith(".cast") and _is_number(token[-1]))
    return token[0] in ARITHMETIC and all(_is_number(one) for one in token[1:])


def argument(run: Run, value: Value, node: cst.CSTNode | None) -> Argument:
    """What a tensor is computed with that is no tensor of the graph, as an argument of the node."""
    held = value.facts if isinstance(value, ArrayValue) else plain(value)
    opaque = unknown_operand(value)
    return Argument(held, origin=run.origin(node or run.statement) if opaque else None, opaque=opaque)


def foreign(name: str) -> bool:
    """Whether a name is one of code that is not read: of no library that is known."""
    root = name.partition(".")[0]
    return root not in PACKAGES and root not in sys.stdlib_module_names


def _says(token: object, parts: bool) -> bool:
    if not isinstance(token, tuple) or not token:
        return False
    head = token[0]
    if head == "import":
        return True
    if head == "module":
        return foreign(str(token[1]))
    if head == "call":
        return token[-1] == UNREAD or (parts and token[-1] == OF_GIVEN)
    if head in _PARTS:
        sized = head == "len" or (head == "attribute" and token[2] in _SIZES)
        return _says(token[1], parts) and ((parts and not sized) or not _called(token[1]))
    return any(_says(one, parts) for one in token)


def _called(token: object) -> bool:
    """Whether a token stands for what a call returns, or a part of it."""
    while isinstance(token, tuple) and token[0] in _PARTS:
        token = token[1]
    return isinstance(token, tuple) and token[:1] == ("call",)
