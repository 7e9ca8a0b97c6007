"""One ONNX operator with its attributes, read with suspicion: whatever is not what it should be is malformed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from cnnlint.graph import Argument, Origin

SHOWN = 120
"""How many characters of an operator's rendering findings show."""


class Malformed(Exception):
    """The operator breaks ONNX's own rules; the message says how."""


class Operation(Struct, frozen=True):
    """An operator of the graph. `inputs` and `outputs` are names of values, empty for optional ones left out."""

    kind: str
    name: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    #: version of the operator set that it belongs to
    opset: int = 1
    origin: Origin = field(default_factory=Origin)
    #: the graphs within it, by the attribute that holds them
    bodies: Mapping[str, Body] = field(default_factory=dict)
    #: names of values that these take from outside
    captured: tuple[str, ...] = ()
    #: the place of the graph that it is in, empty for the model's own
    scope: str = ""

    @property
    def key(self) -> str:
        """Its name, told apart from those in other graphs of the model."""
        return f"{self.scope}{self.name}"

    def around(self, bodies: Mapping[str, Body]) -> Operation:
        """The operator with these graphs within it."""
        outside = dict.fromkeys(name for body in bodies.values() for name in body.captured())
        return replace(self, bodies=bodies, captured=tuple(outside))

    def input(self, index: int) -> str:
        """The name of an input, empty if it is left out."""
        return self.inputs[index] if index < len(self.inputs) else ""

    def integer(self, name: str, default: int) -> int:
        """An attribute that has to be an int."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int):
            raise Malformed(f"attribute {name} of {self.kind} is not an integer")
        return value

    def number(self, name: str, default: float) -> float:
        """An attribute that has to be a float, without the noise of single precision."""
        value = self.attributes.get(name, default)
        if not isinstance(value, (int, float)):
            raise Malformed(f"attribute {name} of {self.kind} is not a number")
        return plain(value)

    def text(self, name: str, default: str) -> str:
        """An attribute that has to be a string."""
        value = self.attributes.get(name, default)
        if not isinstance(value, str):
            raise Malformed(f"attribute {name} of {self.kind} is not a string")
        return value

    def integers(self, name: str, count: int | None = None) -> tuple[int, ...] | None:
        """An attribute that has to be a list of ints, of a given length; None if it is left out."""
        value = self.attributes.get(name)
        if value is None:
            return None
        if not isinstance(value, tuple) or not all(isinstance(item, int) for item in value):
            raise Malformed(f"attribute {name} of {self.kind} is not a list of integers")
        if count is not None and len(value) != count:
            raise Malformed(f"attribute {name} of {self.kind} has {len(value)} elements where {count} are needed")
        return value

    def argument(self, value: Any, attribute: str | None = None) -> Argument:
        """An argument that the ONNX graph states: by an attribute, or else by a weight's shape or an input."""
        if attribute is None:
            return Argument(value, given=True, origin=self.origin)
        given = attribute in self.attributes
        text = f"{attribute}={_shown(self.attributes[attribute])}" if given else ""
        origin = Origin(text=text, onnx_node=self.origin.onnx_node, onnx_op=self.origin.onnx_op) if given else None
        return Argument(value, given=given, keyword=attribute if given else None, origin=origin)


class Body(Struct, frozen=True):
    """A graph within an operator. No two graphs of a model use a name for different values."""

    #: names of what it is given, and numpy's names of the types of their elements
    inputs: tuple[tuple[str, str], ...]
    #: names of what it gives, which may be values from outside
    outputs: tuple[str, ...]
    operations: tuple[Operation, ...]
    #: names of the values that are defined in it
    defined: frozenset[str]

    def captured(self) -> Iterator[str]:
        """Names of what it reads from outside, more than once where it does so."""
        names = (name for inner in self.operations for name in (*inner.inputs, *inner.captured))
        return (name for name in (*names, *self.outputs) if name and name not in self.defined)


def every(operations: Iterable[Operation]) -> Iterator[Operation]:
    """The operators and, behind each, those in the graphs within it."""
    for operation in operations:
        yield operation
        for body in operation.bodies.values():
            yield from every(body.operations)


def plain(number: float) -> float:
    """A single-precision number as people write it: 0.01 rather than 0.009999999776482582."""
    return float(f"{number:.7g}") if isinstance(number, float) else number


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return f"{plain(value):g}" if isinstance(value, float) else str(value)


def rendering(kind: str, inputs: tuple[str, ...], attributes: Mapping[str, Any]) -> str:
    """The operator as ONNX's text form writes it, cut where it gets long."""
    listed = ", ".join(f"{name}={_shown(value)}" for name, value in attributes.items() if value is not None)
    text = f"{kind}{f' <{listed}>' if listed else ''} ({', '.join(inputs)})"
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
