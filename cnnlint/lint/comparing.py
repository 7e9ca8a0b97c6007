"""Whether two files hold the same model, layer by layer: a source and its export, two exports, an archive and a source.

Only what is known on both sides is compared. What exports leave out or fold in is no difference: dropout, reshaping,
identities, and batch normalisation behind the layer that takes it in.
"""

from __future__ import annotations

import hashlib
import importlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from msgspec import Struct

from cnnlint.graph import OPAQUE, Learned, Model, Node, Program, Shape
from cnnlint.graph.axes import features
from cnnlint.graph.kinds import DROPOUT, GLOBAL_POOLING, MERGES, RECURRENT, RESHAPING, WEIGHTED
from cnnlint.graph.walks import describe, is_linear, spell
from cnnlint.lint import discovery as files
from cnnlint.lint.composed import COMPOSED, MISSING, Laid, Layer, laid, parts
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

UNKNOWN_PIECES = frozenset({"Application", OPAQUE})
"""Kinds that stand for it is not known what: they are comparable to their like alone."""

DETAILS = (
    "filters",
    "units",
    "kernel_size",
    "pool_size",
    "strides",
    "depth_multiplier",
    "negative_slope",
    "output_dim",
    "dilation_rate",
    "groups",
    "num_heads",
    "key_dim",
    "go_backwards",
)

STATED = ("padding", "use_bias", "target_shape", "dims")
"""Arguments that an export writes in other places, if at all: compared where neither side is one."""

REDUCED = {"ReduceMean": "GlobalAveragePooling", "ReduceMax": "GlobalMaxPooling"}
"""What exports may write for pooling over all places."""

FUNCTIONS = ("activation", "recurrent_activation")
"""The functions within a recurrent layer."""

SIZES = "other sizes"


class Unreadable(Exception):
    """A file that holds no model to compare; the message names it."""


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
    if reading.program is not None:
        _leave_open(reading.program)
    return [model for model in models if not model.is_part] or models


def _leave_open(program: Program) -> None:
    """Layers of a graph that hold the same numbers under two names may be one or two: exporters write both."""
    alike: dict[object, list[Node]] = {}
    for event in program.events_of(Learned):
        kernel = event.variables[0]() if event.variables else None
        if kernel is not None:
            digest = hashlib.sha256(kernel.tobytes()).digest()
            alike.setdefault((event.node.kind, kernel.shape, digest), []).append(event.node)
    for nodes in alike.values():
        if len({node.layer_id for node in nodes}) > 1:
            for node in nodes:
                node.layer_id = 0


def _compared(one: tuple[str, Model], other: tuple[str, Model]) -> Comparison:
    stated = "onnx" not in (one[1].kind, other[1].kind)
    first, second = (list(_layers(model, stated=stated)) for _, model in (one, other))
    obstacles = [f"{path}: {part.what}" for path, model in (one, other) for part in model.gaps]
    here, there = (Counter(layer.kind for layer in layers) for layers in (first, second))
    inputs = list(_inputs(one[1], other[1]))
    pairs = laid(first, second, _reasons(first, second)) if any(here[k] != there[k] for k in COMPOSED) else None
    if pairs is not None:
        differences, unknown = _told(pairs)
        whole = {layer.kind for layer in unknown}
    else:
        differences = list(_differences(first, second))
        whole = here.keys() ^ there.keys()
    pieces = sorted(kind for kind in whole if kind in UNKNOWN_PIECES or (pairs is None and kind in COMPOSED))
    if pieces:  # one side has them in one piece, the other taken apart: nothing can be said of it
        obstacles.append(f"{', '.join(pieces)} cannot be compared with the operators that it is made of")
        differences = differences if pairs is not None else []
    names = tuple(f"{path} `{model.name}`" for path, model in (one, other))
    found = (*inputs, *differences) if not pieces or pairs is not None else ()
    return Comparison((names[0], names[1]), len(first), found, tuple(dict.fromkeys(obstacles)))


def _inputs(one: Model, other: Model) -> Iterator[str]:
    for first, second in zip(one.inputs, other.inputs, strict=False):
        if _unlike(first.shape, second.shape):
            yield f"the input is {spell((first.shape or ())[1:])} here and {spell((second.shape or ())[1:])} there"


def _layers(model: Model, *, stated: bool) -> Iterator[Layer]:
    """The layers in an order that does not depend on how they are listed: each behind all that it reads; `stated` where
    both models say how they are reshaped."""
    order = _ordered(model)
    looked_up, ends, whole = _looked_up(order), _ends(order), not any(node.opaque for node in order)
    applied = {id(node.fused_into): frozenset({node.activation or ""}) for node in order if node.fused_into is not None}
    for node in order:
        kept = stated and node.kind in ("Reshape", "Permute")
        if (node.kind in PASSED_OVER and not kept) or is_linear(node) or id(node) in looked_up:
            continue
        if node.kind.startswith("SeparableConv"):
            yield from _separated(node)
            continue
        kind = node.activation or node.kind
        if node.kind == "ReLU" and node.value("max_value") == 6:
            kind = "relu6"
        if node.kind in GLOBAL_POOLING or kind in REDUCED:  # which is which depends on where the axes are
            kind = REDUCED.get(kind, kind[:-2])
        if node.fused_into is not None and node.fused_into.kind == "TimeDistributed":
            continue  # among its functions
        names = (*DETAILS, *(FUNCTIONS if node.kind in RECURRENT else ()), *(STATED if stated else ()))
        details = {name: node.value(name) for name in names if node.value(name) is not None}
        details |= {name: value for name, value in _derived(node, kind, whole=whole).items() if value is not None}
        flag = node.value("use_bias")
        biases = 0 if flag is False else features(node) if flag is True else None
        functions = _functions(node, kind)
        if node.kind in COMPOSED:
            biases, within = parts(node)
            functions = (
                None if within is None or functions is None else within | functions | applied.get(id(node), frozenset())
            )
        weights = node.parameters if node.kind in WEIGHTED | COMPOSED | {"PReLU"} else None
        yield Layer(
            kind,
            describe(node),
            node.shape,
            weights,
            biases,
            details,
            node.parameters,
            node.layer_id or None,
            functions,
            ends.get(id(node), node.shape),
            node.opaque and node.note == "ReverseSequence",
        )


def _derived(node: Node, kind: str, *, whole: bool) -> dict[str, Any]:
    """What files say in several ways: the slope of an elu, which is no argument where it is 1 (or a part of what is not
    read `whole`), and how far a convolution looks back."""
    if kind == "elu":
        return {"alpha": node.value("alpha") if node.kind == "ELU" else 1.0 if whole else None}
    return {"places before the first:": _places_before(node)} if node.kind == "Conv1D" else {}


def _places_before(node: Node) -> int | None:
    """The places that are put before a series for a convolution of stride 1: causal ones and those of the same size
    differ in nothing else, and exports write them as an operator of their own."""
    names = ("kernel_size", "dilation_rate", "strides")
    window, dilation, stride = (_plain(node.value(name)) for name in names)
    source, padding = node, node.value("padding")
    while len(source.inputs) == 1 and (source is node or source.kind in DROPOUT):
        source = source.inputs[0]
    before = _plain(source.value("padding")) if source.kind == "ZeroPadding1D" else 0
    before = before[0] if isinstance(before, tuple) and len(before) == len(("left", "right")) else before
    if source.kind in RESHAPING or stride != 1 or not all(isinstance(one, int) for one in (window, dilation, before)):
        return None
    own = {"valid": 0, "same": (window - 1) * dilation // 2, "causal": (window - 1) * dilation}.get(padding)
    return None if own is None else own + before


def _ends(order: Sequence[Node]) -> dict[int, Shape | None]:
    """The shape of each layer behind the last of what only reshapes it, by its id."""
    layers: dict[int, Node] = {}
    found: dict[int, Shape | None] = {}
    for node in order:
        same = node.kind in RESHAPING and len(node.inputs) == 1
        layers[id(node)] = layers[id(node.inputs[0])] if same else node
        found[id(layers[id(node)])] = node.shape
    return found


def _functions(node: Node, kind: str) -> frozenset[str] | None:
    """The functions that an operator applies; None for one with weights of which that is not known."""
    if node.opaque and node.parameters:
        names = [node.value(name) for name in FUNCTIONS if name in node.arguments]
        return frozenset(map(str, names)) - {"linear"} if names and None not in names else None
    return frozenset({kind} if node.is_activation else ())


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


def _reasons(first: Sequence[Layer], second: Sequence[Layer]) -> Callable[[int, int], str | None]:
    """What two layers of the same kind differ in, by their places; one has taken in a batch normalisation where only
    the other has one behind it."""

    def reason(i: int, j: int) -> str | None:
        norms = [_only_norms(layers[place + 1 : place + 2]) for layers, place in ((first, i), (second, j))]
        return _reason(first[i], second[j], folded=norms[0] != norms[1])

    return reason


def _told(pairs: Sequence[Laid]) -> tuple[list[str], list[Layer]]:
    """Where two lists of layers part, and what of it cannot be compared with anything."""
    differences: list[str] = []
    unknown: list[Layer] = []
    alike = [(here[0], there[0]) for here, there, _ in pairs if len(here) == len(there) == 1]
    for missing, run in groupby(pairs, key=lambda pair: pair[2] == MISSING):
        if not missing:
            for one, other, why in run:
                if why is not None and not (differences and why == SIZES):  # which follow from what was told before
                    differences.append(f"{_listed(one)} here, {_listed(other)} there: {why}")
            continue
        alone = list(run)
        here = [layer for pair in alone for layer in pair[0]]
        there = [layer for pair in alone for layer in pair[1]]
        pieces = any(layer.kind in COMPOSED for layer in (*here, *there))
        if not pieces and any(layer.kind in UNKNOWN_PIECES for layer in (*here, *there)):
            unknown += [*here, *there]
        elif not _only_norms([*here, *there]):
            differences.append(f"{_listed(here)} here, {_listed(there)} there")
    return differences or list(_sharing(alike)), unknown


def _sharing(pairs: Sequence[tuple[Layer, Layer]]) -> Iterator[str]:
    """Where one model calls a layer again that the other has two of; of normalisation alone, whose equal
    numbers exporters write once, that is not known."""
    there: dict[int, Layer] = {}
    here: dict[int, Layer] = {}
    for one, other in pairs:
        if one.kind != other.kind or one.kind not in WEIGHTED or not one.number or not other.number:
            continue
        first, second = there.setdefault(one.number, other), here.setdefault(other.number, one)
        if first.number != other.number:
            yield f"{one} is called again here, {first.name} and {other.name} are two layers there"
        elif second.number != one.number:
            yield f"{second.name} and {one.name} are two layers here, {other} is called again there"


def _differences(first: Sequence[Layer], second: Sequence[Layer]) -> Iterator[str]:
    matcher = SequenceMatcher(None, [x.kind for x in first], [x.kind for x in second], autojunk=False)
    folded: set[int] = set()  # layers that the other side has taken a batch normalisation into
    opcodes, parted = matcher.get_opcodes(), False
    alike: list[tuple[Layer, Layer]] = []
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
                alike.append((one, other))
            continue
        here, there = first[i:i_end], second[j:j_end]
        if _only_norms(here) and _only_norms(there):
            continue
        yield f"{_listed(here)} here, {_listed(there)} there"
        parted = True
    if not parted:
        yield from _sharing(alike)


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
