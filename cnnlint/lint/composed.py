"""Layers that one file has in one piece and the other as operators: attention, recurrent layers, wrappers.

Such a layer is laid beside every stretch of the other file's operators. It fits one that holds as many weights, applies
the same functions and gives as many features. What costs least is taken of all ways to lay two lists of layers beside
each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cnnlint.graph import Node, Shape
from cnnlint.graph.kinds import RECURRENT
from cnnlint.graph.walks import spell

COMPOSED = frozenset(
    {
        "MultiHeadAttention",
        "GroupQueryAttention",
        "Attention",
        "AdditiveAttention",
        "TimeDistributed",
        "RNN",
        *RECURRENT,
    }
)
"""Kinds that stand for several operators."""

MOST = 1_000_000
"""Pairs of layers that are looked at: a thousand beside a thousand take some seconds."""

ATTENTION = {
    "MultiHeadAttention": ("softmax",),
    "GroupQueryAttention": ("softmax",),
    "Attention": ("softmax",),
    "AdditiveAttention": ("tanh", "softmax"),
}
"""The functions within attention."""

BIASES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}
"""How many biases recurrent layers have for each of their units."""


class Layer(Struct, frozen=True):
    """A layer as it is compared."""

    kind: str
    name: str
    shape: Shape | None
    parameters: int | None
    #: how many of them are biases, None where that is not known
    biases: int | None
    details: dict[str, Any]
    #: what it reads of weights, whatever its kind; layers of one number have the same ones
    weights: int | None = None
    number: int | None = None
    #: the functions applied in it, None where these are not known
    functions: frozenset[str] | None = frozenset()
    #: its shape behind the last of what only reshapes it
    end: Shape | None = None
    #: whether it turns what it reads round
    turns: bool = False

    def __str__(self) -> str:
        size = f" → {spell(self.shape[1:])}" if self.shape else ""
        weights = f", {self.parameters:,} parameters" if self.parameters else ""
        return f"{self.kind} {self.name}{size}{weights}"


Laid = tuple[Sequence[Layer], Sequence[Layer], str | None]
"""Layers of the one file, those of the other that they are laid beside, and what they differ in."""

Reason = Callable[[int, int], "str | None"]
"""What the layer at a place here and the one of the same kind at a place there differ in."""


def parts(node: Node) -> tuple[int | None, frozenset[str] | None]:
    """How many biases a layer that is one piece has, and the functions applied in it; None for what is not known."""
    kind, values = node.kind, {name: argument.value for name, argument in node.arguments.items()}
    if kind in ATTENTION:
        return _attention_biases(node), frozenset(ATTENTION[kind])
    times = 2 if kind == "Bidirectional" else 1
    if kind in ("Bidirectional", "TimeDistributed"):
        inner = values.get("layer")
        if not (isinstance(inner, tuple) and len(inner) == 2 and isinstance(inner[1], Mapping)):
            return None, None
        kind, values = inner
    if node.kind == "TimeDistributed":
        return _whole(values.get("units", values.get("filters"))) if values.get("use_bias") else 0, frozenset()
    names = [values.get(name) for name in ("activation", "recurrent_activation") if name in values]
    if kind not in BIASES or not all(isinstance(name, str) for name in names):
        return None, None
    units, both = _whole(values.get("units")), kind == "GRU" and values.get("reset_after") is True
    biases = 0 if units is None or not values.get("use_bias") else times * BIASES[kind] * units * (2 if both else 1)
    return biases, frozenset(map(str, names)) - {"linear"}


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _attention_biases(node: Node) -> int | None:
    heads, width = _whole(node.value("num_heads")), _whole(node.value("key_dim"))
    value = _whole(node.value("value_dim")) or width
    if heads is None or width is None or value is None or not node.shape or node.shape[-1] is None:
        return None
    return heads * (2 * width + value) + node.shape[-1] if node.value("use_bias") else 0


def laid(first: Sequence[Layer], second: Sequence[Layer], reason: Reason) -> list[Laid] | None:
    """Both lists beside each other at the least cost: 1 for each layer that has no counterpart, or another one.

    None where they are too long.
    """
    if len(first) * len(second) > MOST:
        return None
    costs: list[list[float]] = [[0.0] * (len(second) + 1) for _ in range(len(first) + 1)]
    steps: dict[tuple[int, int], tuple[int, int, str | None]] = {}
    for i in range(len(first) + 1):
        for j in range(len(second) + 1):
            ways = [(costs[a][b] + cost, (a, b, why)) for a, b, cost, why in _ways(first, second, i, j, reason)]
            if ways:
                costs[i][j], steps[i, j] = min(ways, key=lambda way: way[0])
    found: list[Laid] = []
    i, j = len(first), len(second)
    while (i, j) in steps:
        a, b, why = steps[i, j]
        found.append((first[a:i], second[b:j], why))
        i, j = a, b
    return found[::-1]


Way = tuple[int, int, float, "str | None"]
"""From where in both lists, at what cost, and why it costs that."""


def _ways(first: Sequence[Layer], second: Sequence[Layer], i: int, j: int, reason: Reason) -> Iterator[Way]:
    """The ways to come to the first i layers here and the first j there."""
    if i and j and first[i - 1].kind == second[j - 1].kind:
        why = reason(i - 1, j - 1)
        yield i - 1, j - 1, 0.0 if why is None else 1.0, why
    if i and first[i - 1].kind in COMPOSED:
        yield from ((i - 1, start, 0.0, None) for start in _starts(first[i - 1], second, j))
    if j and second[j - 1].kind in COMPOSED:
        yield from ((start, j - 1, 0.0, None) for start in _starts(second[j - 1], first, i))
    if i:
        yield i - 1, j, _alone(first[i - 1]), MISSING
    if j:
        yield i, j - 1, _alone(second[j - 1]), MISSING


MISSING = "nothing beside it"


def _alone(layer: Layer) -> float:
    """What a layer costs that nothing stands beside; batch normalisation may have been folded into another."""
    return 0.0 if layer.kind == "BatchNormalization" else 1.0


def _starts(layer: Layer, operators: Sequence[Layer], end: int) -> Iterator[int]:
    """Where stretches of operators begin that end there and may be the layer."""
    most = None if layer.parameters is None or layer.biases is None else layer.parameters + layer.biases
    total: int | None = 0
    functions: frozenset[str] | None = frozenset()
    seen: set[int | None] = set()
    backwards, turned = layer.details.get("go_backwards"), False
    if end and not _gives(layer, operators[end - 1]):
        return
    for start in range(end - 1, -1, -1):
        one = operators[start]
        if one.number is None or one.number not in seen:
            total = None if total is None or one.weights is None else total + one.weights
        seen.add(one.number)
        functions = None if functions is None or one.functions is None else functions | one.functions
        beyond = functions is not None and layer.functions is not None and not functions <= layer.functions
        if beyond or not _heads(layer, one) or (total is not None and most is not None and total > most):
            return
        turned = turned or one.turns
        if turned and backwards is False:
            return
        known = functions is not None and layer.functions is not None
        if backwards is True and not turned:
            continue
        if _holds(layer, total) and (functions == layer.functions or not known):
            yield start


def _gives(layer: Layer, last: Layer) -> bool:
    """Whether the last operator, or what only reshapes it, gives as many features as the layer."""
    asked, *given = (
        [size for size in shape[1:] if size != 1][-1:] if shape else [] for shape in (layer.shape, last.shape, last.end)
    )
    return not asked or None in asked or any(one == asked or one in ([], [None]) for one in given)


def _heads(layer: Layer, operator: Layer) -> bool:
    """Whether an operator may be attention with as many heads as the layer's."""
    heads, shape = layer.details.get("num_heads"), operator.shape
    several = heads is not None and operator.kind == "softmax" and shape is not None and len(shape) == 4
    return not several or shape is None or shape[1] in (None, heads)


def _holds(layer: Layer, total: int | None) -> bool:
    """Whether a stretch holds a layer's weights: biases of 0 vanish, and ONNX's recurrent operators have two."""
    if total is None or layer.parameters is None:
        return True
    biases = layer.biases or 0
    return total in (layer.parameters, layer.parameters - biases, layer.parameters + biases)
