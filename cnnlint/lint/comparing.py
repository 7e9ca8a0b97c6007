"""Whether two files hold the same model, layer by layer: a source and its export, two exports, an archive and a source.

Only what is known on both sides is compared. What exports leave out or fold in is no difference: dropout, reshaping,
identities, and batch normalisation behind the layer that takes it in.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from msgspec import Struct

from cnnlint.graph import OPAQUE, Model, Node, Shape
from cnnlint.graph.axes import features
from cnnlint.graph.kinds import DROPOUT, MERGES, RECURRENT, RESHAPING, WEIGHTED
from cnnlint.graph.walks import describe, is_linear, spell
from cnnlint.lint import discovery as files
from cnnlint.readers import formats
from cnnlint.readers.reading import Problem, Reading

PASSED_OVER = (
    RESHAPING
    | DROPOUT
    | {
        "Input",
        "GaussianNoise",
        "ActivityRegularization",
        "Masking",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
    }
)
"""Kinds that exports may leave out, or write in another place; what they do to sizes shows in the next layer."""

COMPOSED = frozenset(
    {
        "Application",
        "MultiHeadAttention",
        "GroupQueryAttention",
        "Attention",
        "AdditiveAttention",
        "Bidirectional",
        "TimeDistributed",
        "RNN",
        OPAQUE,
    }
)
"""Kinds that stand for several operators, or for it is not known what: they are comparable to their like alone."""

DETAILS = (
    "filters",
    "units",
    "kernel_size",
    "pool_size",
    "strides",
    "depth_multiplier",
    "negative_slope",
    "output_dim",
)


SIZES = "other sizes"


class Unreadable(Exception):
    """A file that holds no model to compare; the message names it."""


class Layer(Struct, frozen=True):
    """A layer as it is compared."""

    kind: str
    name: str
    shape: Shape | None
    parameters: int | None
    #: how many of them are biases, None where that is not known
    biases: int | None
    details: dict[str, Any]

    def __str__(self) -> str:
        size = f" → {spell(self.shape[1:])}" if self.shape else ""
        weights = f", {self.parameters:,} parameters" if self.parameters else ""
        return f"{self.kind} {self.name}{size}{weights}"


class Comparison(Struct, frozen=True):
    """What came of it: where the models part, and what kept them from being compared."""

    names: tuple[str, str]
    layers: int
    differences: tuple[str, ...]
    obstacles: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether they were shown to be the same."""
        return not self.differences and not self.obstacles

    def text(self) -> str:
        """For people."""
        one, other = self.names
        if self.differences:
            count = len(self.differences)
            head = f"{one} and {other} part at {count} layer{'s' if count > 1 else ''}:"
        elif self.obstacles:
            head = f"{one} and {other} were not shown to be the same:"
        else:
            return f"{one} and {other} are the same, layer by layer ({self.layers} layers)\n"
        return "\n".join([head, *(f"  {line}" for line in (*self.differences, *self.obstacles)), ""])


def compare(one: str, other: str) -> Comparison:
    """Compare the models of two files; of several in a file, the pair that agrees best.

    Raises:
        Unreadable: a file cannot be read, or holds no model.
    """
    pairs = [_compared((one, a), (other, b)) for a in _models(one) for b in _models(other)]
    return min(pairs, key=lambda pair: (len(pair.differences), len(pair.obstacles), -pair.layers))


def _models(path: str) -> list[Model]:
    data = files.read(path)
    if isinstance(data, Problem):
        raise Unreadable(f"{path}: {data.message}")
    reading: Reading = importlib.import_module(formats.reader(path, data)).read(path, data)
    models = reading.program.models if reading.program is not None else []
    if not models:
        reason = reading.problems[0].message if reading.problems else "it defines no model"
        raise Unreadable(f"{path}: {reason}")
    return [model for model in models if not model.is_part] or models


def _compared(one: tuple[str, Model], other: tuple[str, Model]) -> Comparison:
    first, second = list(_layers(one[1])), list(_layers(other[1]))
    differences = [*_inputs(one[1], other[1]), *_differences(first, second)]
    obstacles = [f"{path}: {part.what}" for path, model in (one, other) for part in model.gaps]
    whole = {layer.kind for layer in first} ^ {layer.kind for layer in second}
    composed = sorted(kind for kind in whole & COMPOSED)
    if composed:  # one side has them in one piece, the other taken apart: nothing can be said of it
        obstacles.append(f"{', '.join(composed)} cannot be compared with the operators that it is made of")
        differences = []
    names = tuple(f"{path} `{model.name}`" for path, model in (one, other))
    return Comparison((names[0], names[1]), len(first), tuple(differences), tuple(dict.fromkeys(obstacles)))


def _inputs(one: Model, other: Model) -> Iterator[str]:
    for first, second in zip(one.inputs, other.inputs, strict=False):
        if _unlike(first.shape, second.shape):
            yield f"the input is {spell((first.shape or ())[1:])} here and {spell((second.shape or ())[1:])} there"


def _layers(model: Model) -> Iterator[Layer]:
    """The layers in an order that does not depend on how they are listed: each behind all that it reads."""
    order = _ordered(model)
    looked_up = _looked_up(order)
    for node in order:
        if node.kind in PASSED_OVER or is_linear(node) or id(node) in looked_up:
            continue
        if node.kind.startswith("SeparableConv"):
            yield from _separated(node)
            continue
        kind = node.activation or node.kind
        if node.kind == "ReLU" and node.value("max_value") == 6:
            kind = "relu6"
        details = {name: node.value(name) for name in DETAILS if node.value(name) is not None}
        weights = node.parameters if node.kind in WEIGHTED else None
        flag = node.value("use_bias")
        biases = 0 if flag is False else features(node) if flag is True else None
        yield Layer(kind, describe(node), node.shape, weights, biases, details)


def _looked_up(order: Sequence[Node]) -> set[int]:
    """Ids of the nodes before an embedding that only prepare its indices, such as Keras's wrapping of negative ones."""
    found: set[int] = set()
    for node in reversed(order):
        if node.kind == "Embedding" or id(node) in found:
            found.update(id(source) for source in node.inputs if source.kind not in WEIGHTED)
    return found


def _separated(node: Node) -> Iterator[Layer]:
    """A separable convolution as the two that it is exported as."""
    rank = node.kind.removeprefix("SeparableConv")
    inner = {name: node.value(name) for name in ("kernel_size", "strides") if node.value(name) is not None}
    yield Layer(f"DepthwiseConv{rank}", describe(node), None, None, None, inner)
    yield Layer(f"Conv{rank}", describe(node), node.shape, None, None, {})


def _ordered(model: Model) -> list[Node]:
    order: list[Node] = []
    seen: set[int] = set()
    pending = [(node, False) for node in reversed(model.outputs or model.nodes[-1:])]
    while pending:
        node, done = pending.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            pending.append((node, True))
            pending.extend((source, False) for source in reversed(node.inputs))
    return order


def _differences(first: Sequence[Layer], second: Sequence[Layer]) -> Iterator[str]:
    matcher = SequenceMatcher(None, [x.kind for x in first], [x.kind for x in second], autojunk=False)
    folded: set[int] = set()  # layers that the other side has taken a batch normalisation into
    opcodes, parted = matcher.get_opcodes(), False
    for tag, i, i_end, j, j_end in opcodes:
        for layers, start, end in ((first, i, i_end), (second, j, j_end)):
            if tag != "equal" and _only_norms(layers[start:end]):
                folded.update(id(layer) for layer in layers[max(start - 1, 0) : start])
    for tag, i, i_end, j, j_end in opcodes:
        if tag == "equal":
            for one, other in zip(first[i:i_end], second[j:j_end], strict=True):
                reason = _reason(one, other, folded={id(one), id(other)} & folded)
                if reason is not None and not (parted and reason == SIZES):  # which follow from what was told before
                    yield f"{one} here, {other} there: {reason}"
                    parted = True
            continue
        here, there = first[i:i_end], second[j:j_end]
        if _only_norms(here) and _only_norms(there):
            continue
        yield f"{_listed(here)} here, {_listed(there)} there"
        parted = True


def _only_norms(layers: Sequence[Layer]) -> bool:
    return all(layer.kind == "BatchNormalization" for layer in layers)


def _listed(layers: Sequence[Layer]) -> str:
    more = f" and {len(layers) - 3} more" if len(layers) > 3 else ""
    return ("; ".join(map(str, layers[:3])) + more) or "nothing"


def _reason(one: Layer, other: Layer, *, folded: object) -> str | None:
    """What two layers of the same kind differ in; None where nothing is known to be different."""
    for name in one.details.keys() & other.details.keys():
        if _plain(one.details[name]) != _plain(other.details[name]):
            return f"{name} {one.details[name]} and {other.details[name]}"
    if _unlike(one.shape, other.shape) and one.kind not in MERGES:
        return SIZES
    if one.parameters is None or other.parameters is None or folded or one.kind in RECURRENT:
        return None
    without = one.parameters - (one.biases or 0) == other.parameters - (other.biases or 0)
    if one.parameters != other.parameters and not (without and 0 in (one.biases, other.biases)):
        return f"{one.parameters:,} and {other.parameters:,} parameters"
    return None  # biases that are 0 vanish from an export


def _plain(value: Any) -> Any:
    """A window of equal sizes by its one size, a slope without the noise of single precision."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _unlike(one: Shape | None, other: Shape | None) -> bool:
    """Whether two shapes are known to differ, apart from the samples and from axes of size 1."""
    if one is None or other is None:
        return False
    first, second = ([size for size in shape[1:] if size != 1] for shape in (one, other))
    if len(first) != len(second):
        return None not in first and None not in second
    return any(a is not None and b is not None and a != b for a, b in zip(first, second, strict=True))
