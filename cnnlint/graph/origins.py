"""Where nodes and arguments come from: a place in source text, or a node and attribute of an ONNX graph."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from cnnlint.graph.spans import Span
from cnnlint.graph.values import UNKNOWN

Spelling = Literal["add", "element", "call", "function", "fused", "onnx", "archive", "other"]
"""How a layer stands in the source: `model.add(L())`, an element of a list of layers, `L()(x)`, a function
such as `tf.layers.dense(x)`, an `activation=` argument of another layer, an ONNX or archive node, anything else."""


class Origin(Struct, frozen=True):
    """A place that a finding can point at and a fix can edit."""

    span: Span | None = None
    #: the file, where it is not the program's own (a helper imported from the same package)
    filename: str | None = None
    #: the expression as written, possibly cut
    text: str = ""
    onnx_node: str | None = None
    onnx_op: str | None = None
    #: where the author of an exported graph wrote it, as far as the exporter tells: "net.py:31 self.features.3"
    written: str | None = None


class Argument(Struct, frozen=True):
    """An argument of a layer: its value and the expression that gives it.

    `value` is a plain Python value (int, float, str, bool, None, tuples of these, a dict for configured
    objects such as initialisers: {"name": ..., ...}) or UNKNOWN.
    """

    value: Any = UNKNOWN
    #: False for a default that the source does not spell out
    given: bool = False
    #: the keyword as written in the call ("nb_filter"), or None when positional or not given
    keyword: str | None = None
    #: index among the call's positional arguments, or None
    position: int | None = None
    #: the place of the value's expression (None for defaults)
    origin: Origin | None = None
    #: its value, or a part of it, could not be worked out, although nothing but the program decides it
    opaque: bool = False

    @property
    def known(self) -> bool:
        """Whether the value could be worked out."""
        return self.value is not UNKNOWN


class Placement(Struct, frozen=True):
    """How and where a node stands in the source, for whoever wants to write another beside it."""

    spelling: Spelling = "other"
    #: the constructor or function call: `Conv2D(8, 3)` or `tf.layers.conv2d(x, 8, 3)`
    call: Origin | None = None
    #: the application `Conv2D(8, 3)(x)`, `model.add(...)`, or the same as `call` for functions
    application: Origin | None = None
    #: the whole statement
    statement: Origin | None = None
    #: the callee as written ("layers.Conv2D", "tf.layers.conv2d")
    callee: str = ""
    #: the callee's canonical qualified name ("keras.layers.Conv2D", "tf.layers.conv2d")
    api: str = ""


def quoted(origin: Origin, most: int = 60) -> str:
    """The expression that stands at a place, as a sentence quotes it: on one line, cut to `most` characters."""
    text = " ".join(origin.text.split())
    return f"`{text if len(text) <= most else text[: most - 1] + '…'}`"
