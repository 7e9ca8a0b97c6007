"""Walks over the model graph that rules share: what feeds a node, what reads it, what lies between two layers.

A walk never crosses a node whose effect is unknown: an opaque node breaks the chain.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from itertools import islice

from cnnlint.graph.axes import channels_axis, data_format, declared_size, kernel
from cnnlint.graph.kinds import (
    AFFINE,
    CONVOLUTIONS,
    DROPOUT,
    FLAT,
    LAYER_KINDS,
    LINEAR,
    MERGES,
    ORDERED,
    RECURRENT,
    SAME_ORDER,
    TRANSPARENT,
    UPSAMPLING,
    WEIGHTED,
)
from cnnlint.graph.model import Model
from cnnlint.graph.node import Node
from cnnlint.graph.program import Program

#: the channels of a picture: grey, colour, colour with transparency
COLOURS = (1, 3, 4)
#: a bare name, attribute or item whose last part says what is kept: keep_prob, self.keep_probability, cfg["keep_rate"]
KEPT = re.compile(r"""^[\w.\[\]"']*keep[_-]?(p|prob|probs|probability|rate|ratio)?\w*["'\]]*$""", re.IGNORECASE)
TRAINED = WEIGHTED | {"Application"}
"""Kinds with a kernel that is trained, and published networks that stand in one node."""
CLAMPING = frozenset({"relu", "relu6"})
"""Activations that are 0 for every negative input."""
SOFTMAXES = frozenset({"softmax", "log_softmax"})
"""Activations that make a distribution of scores, or its logarithm."""
USUAL = frozenset({"relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "tanh"})
"""Activations that hidden layers usually have and that can be named in an argument."""


def is_linear(node: Node) -> bool:
    """Whether the node is an activation known to do nothing."""
    return node.activation == "linear"


def producer(node: Node, *, through: frozenset[str] = TRANSPARENT) -> Node | None:
    """The node whose output this one reads, seen through `through` kinds and linear activations.

    None where the node has no or several inputs, or a node in between has.
    """
    current = node
    while len(current.inputs) == 1:
        current = current.inputs[0]
        if current.kind in through or is_linear(current):
            continue
        return current
    return None


def consumers(model: Model, node: Node, *, through: frozenset[str] = TRANSPARENT) -> list[Node]:
    """Every node that reads this node's output, seen through `through` kinds and linear activations."""
    found: list[Node] = []
    pending = [node]
    seen: set[int] = set()
    while pending:
        for consumer in model.consumers(pending.pop()):
            if id(consumer) in seen:
                continue
            seen.add(id(consumer))
            if consumer.kind in through or is_linear(consumer):
                pending.append(consumer)
            else:
                found.append(consumer)
    return found


def sole_consumer(model: Model, node: Node, *, through: frozenset[str] = TRANSPARENT) -> Node | None:
    """The one node that reads this node's output, or None where there is none, several, or the output escapes."""
    current = node
    while not current.escapes and not (model.is_output(current) and model.consumers(current)):
        readers = model.consumers(current)
        if len(readers) != 1:
            return None
        current = readers[0]
        if current.kind in through or is_linear(current):
            continue
        return current
    return None


def ancestors(*nodes: Node, until: Callable[[Node], bool] | None = None) -> Iterator[Node]:
    """The nodes themselves and every node they depend on, nearest first, each once; none that lies behind `until`."""
    pending, seen = deque(nodes), {id(node) for node in nodes}
    while pending:
        current = pending.popleft()
        yield current
        for source in current.inputs if until is None or not until(current) else ():
            if id(source) not in seen:
                seen.add(id(source))
                pending.append(source)


def order(outputs: list[Node]) -> list[Node]:
    """The ancestors of the outputs, inputs first."""
    order: list[Node] = []
    done: set[int] = set()
    stack: list[tuple[Node, bool]] = [(node, False) for node in reversed(outputs)]
    while stack:
        node, expanded = stack.pop()
        if id(node) in done:
            continue
        if expanded:
            done.add(id(node))
            order.append(node)
        else:
            stack.append((node, True))
            stack += [(source, False) for source in reversed(node.inputs) if id(source) not in done]
    return order


def descendants(model: Model, node: Node) -> Iterator[Node]:
    """Every node that depends on this one (itself excluded), nearest first, each once."""
    pending, seen = deque([node]), {id(node)}
    while pending:
        for consumer in model.consumers(pending.popleft()):
            if id(consumer) not in seen:
                seen.add(id(consumer))
                pending.append(consumer)
                yield consumer


def host(node: Node) -> Node:
    """The layer that a fused activation belongs to; any other node itself."""
    return node.fused_into or node


def scope_of(node: Node) -> tuple[str, ...]:
    """The sub-models that a node stands in: two nodes of different scopes have a model's boundary between them."""
    return host(node).scope


def next_weights(model: Model, node: Node, *, through: frozenset[str] = LINEAR) -> list[Node]:
    """The weighted layers that read this node's output with only `through` kinds between, on every path.

    Empty unless that is so on all paths: one that meets an activation, a merge, an opaque node, the end of the
    model or another (sub-)model decides that nothing is known to be missing.
    """
    found: list[Node] = []
    pending, seen = [node], {id(node)}
    while pending:
        current = pending.pop()
        readers = model.consumers(current)
        if not readers or current.escapes or model.is_output(current):
            return []
        for reader in readers:
            if id(reader) in seen:
                continue
            seen.add(id(reader))
            if scope_of(reader) != scope_of(node):
                return []
            if reader.kind in WEIGHTED:
                found.append(reader)
            elif reader.kind in through or is_linear(reader):
                pending.append(reader)
            else:
                return []
    return found


def between(start: Node, end: Node) -> list[Node]:
    """The nodes of the plain chain from `start` to `end`, both excluded; empty where there is no plain chain."""
    chain: list[Node] = []
    current = end
    while len(current.inputs) == 1:
        current = current.inputs[0]
        if current is start:
            return chain[::-1]
        chain.append(current)
    return []


def in_head(model: Model, node: Node) -> bool:
    """Whether nothing but reshaping comes between this node and an output of the model that is meant as an answer."""
    current = node
    while True:
        readers = model.consumers(current)
        if not readers:
            return not any(current is tap for tap in model.taps)
        if len(readers) > 1 or not (readers[0].kind in TRANSPARENT or is_linear(readers[0])):
            return model.is_output(current)
        current = readers[0]


def is_plain_chain(model: Model, first: Node, last: Node) -> bool:
    """Whether data flows from `first` to `last` and nowhere else: each node read once, and no merge between."""
    chain = [first, *between(first, last)]
    return len(last.inputs) == 1 and last.inputs[0] is chain[-1] and all(len(model.consumers(n)) == 1 for n in chain)


def is_decoder(model: Model) -> bool:
    """Whether the model makes its feature maps larger somewhere (a decoder, a generator, super-resolution)."""
    return model.fact(_is_decoder)


def _is_decoder(model: Model) -> bool:
    return any(node.kind in UPSAMPLING for node in model)


def order_conflict(model: Model) -> tuple[Node, Node, str] | None:
    """The first layer whose axes are not in the order of what it reads: that layer, what it reads, and the order there.

    What it reads is a layer set to the other order, or an input whose shape shows where its channels are.
    """
    return model.fact(_order_conflict)


def _order_conflict(model: Model) -> tuple[Node, Node, str] | None:
    for layer in model:
        source = producer(layer, through=SAME_ORDER) if layer.kind in ORDERED else None
        order = data_format(layer)
        if source is None or order is None:
            continue
        if source.kind == "Input":
            shown = _order_shown(source, layer, order)
        else:
            shown = data_format(source) if source.kind in ORDERED else None
        if shown is not None and shown != order:
            return layer, source, shown
    return None


def _order_shown(source: Node, layer: Node, order: str) -> str | None:
    """The order that an input's shape shows, if it is not the one that the convolution is set to."""
    shape, window = source.shape, kernel(layer)
    if shape is None or len(shape) != 4 or None in shape[1:] or window is None or layer.kind not in CONVOLUTIONS:
        return None
    first, second, last = (size or 0 for size in shape[1:])
    # (1, time, features) under a 1×k kernel is a one-dimensional convolution in two
    if order == "channels_last" and first in COLOURS and min(second, last) > 8 and window[0] > 1:
        return "channels_first"
    if order == "channels_first" and last in COLOURS and min(first, second) > 8 and window[-1] > 1:
        return "channels_last"
    return None


def stops_gradient(node: Node) -> bool:
    """Whether no gradient passes an operation by its kind; a cast is one such where it makes whole numbers."""
    whole = str(node.value("dtype")).rpartition(".")[2].startswith(("int", "uint", "bool"))
    return node.kind in FLAT or (node.kind == "Cast" and whole)


def class_axis_size(node: Node) -> int | None:
    """The size of the axis that holds the features or channels of a node's output, if known."""
    layer = output_layer(node)
    if node.shape is None:
        return declared_size(node)
    if len(node.shape) < 2:
        return None
    return node.shape[1] if layer is not None and channels_axis(layer) == 1 else node.shape[-1]


def hidden_activation(model: Model) -> str:
    """The activation that most of the model's hidden layers have; relu where there is none."""
    return model.fact(_hidden_activation)


def _hidden_activation(model: Model) -> str:
    counts = Counter(node.activation for node in model if node.activation in USUAL and not in_head(model, node))
    return str(counts.most_common(1)[0][0]) if counts else "relu"


def is_affine(model: Model) -> bool:
    """Whether the model computes an affine function of its input, apart from the activation at its outputs."""
    return model.fact(_is_affine)


def _is_affine(model: Model) -> bool:
    return bool(model.nodes) and all(
        node.kind in AFFINE or is_linear(node) or (node.is_activation and in_head(model, node)) for node in model
    )


def kept_share(node: Node, tensorflow: int | None) -> str | None:
    """The expression of a dropout's rate if its name says that it is what is kept, not what is dropped.

    `tensorflow` is the major version that the program was written for: `tf.nn.dropout` took what is kept before 2.
    """
    argument = node.arguments.get("rate")
    if node.kind not in DROPOUT or argument is None or argument.origin is None or argument.keyword == "keep_prob":
        return None
    takes_kept = ("tf.contrib.", "slim.") if tensorflow == 2 else ("tf.nn.", "tf.contrib.", "slim.")
    if argument.keyword != "rate" and node.placement.api.startswith(takes_kept):
        return None
    text, rate = argument.origin.text.strip(), node.value("rate")
    if isinstance(rate, (int, float)) and rate <= 0.5:
        return None  # whatever it is called, it is a rate
    return text if KEPT.match(text) else None


def initializer(node: Node, name: str = "kernel_initializer") -> str | None:
    """The canonical name of a layer's initialiser ("glorot_uniform", "he_normal", ...), if known."""
    value = node.value(name)
    found = value.get("name") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def shares_layers(program: Program, model: Model) -> bool:
    """Whether layers of the model also stand in a larger model of the program, as a discriminator's in its GAN."""
    own = {node.layer_id for node in model if node.layer_id and node.kind in WEIGHTED}
    for other in {id(one): one for layer in own for one in program.holding(layer) if one is not model}.values():
        there = {node.layer_id for node in other if node.layer_id and node.kind in WEIGHTED}
        if own & there and there - own:
            return True
    return False


def dead_layers(program: Program, model: Model) -> list[Node]:
    """The last layer of each dead branch, where its place in the source never makes a layer that is used.

    Reshapes do not count, and operators only where they merge what weights of that branch alone have made; nor does
    what a helper or loop leaves over at one of several calls.
    """
    if not model.dead:
        return []
    alive = {node.origin.span for other in program.models for node in other.nodes if node.origin.span is not None}
    read = {id(source) for node in model.dead for source in node.inputs}
    fused = {id(node.fused_into) for node in model.dead if node.fused_into is not None}
    read -= fused
    found: dict[int, Node] = {}
    for node in model.dead:
        layer = host(node)
        if id(node) in read or layer.origin.span in alive or id(layer) in found:
            continue
        if layer.kind not in LAYER_KINDS and not (layer.kind in MERGES and _is_meant(model, layer)):
            continue
        if layer.activation in ("softmax", "sigmoid"):
            continue  # probabilities beside the scores that the loss reads
        found[id(layer)] = layer
    return list(found.values())


def _is_meant(model: Model, end: Node) -> bool:
    """Whether a dead branch that ends in a merge holds weights of its own, or lays together what the model goes on
    with: `merged = concatenate([up, skip])`, and the next layer reads `up`."""
    alive, weighted = model.fact(_branches)
    if any(id(node) in weighted for node in end.inputs):
        return True
    return end.kind == "Concatenate" and all(id(node) in alive for node in end.inputs)


def _branches(model: Model) -> tuple[frozenset[int], frozenset[int]]:
    """The ids of the model's own nodes, and of those in its dead branches that are, or depend on, dead layers with
    weights."""
    alive = frozenset(map(id, model.nodes))
    branches = [node for node in ancestors(*model.dead, until=lambda one: id(one) in alive) if id(node) not in alive]
    readers: dict[int, list[Node]] = {}
    for node in branches:
        for source in node.inputs:
            readers.setdefault(id(source), []).append(node)
    pending = [node for node in branches if node.kind in WEIGHTED]
    weighted = set(map(id, pending))
    while pending:
        for reader in readers.get(id(pending.pop()), ()):
            if id(reader) not in weighted:
                weighted.add(id(reader))
                pending.append(reader)
    return alive, frozenset(weighted)


def bypasses(model: Model, node: Node) -> Node | None:
    """The one layer of the model that reads a dead layer's input in its stead, if there is one."""
    if len(node.inputs) != 1 or node.kind in WEIGHTED:
        return None
    dead = model.fact(_dead)
    readers = list(islice((reader for reader in model.consumers(node.inputs[0]) if id(reader) not in dead), 2))
    return readers[0] if len(readers) == 1 else None


def _dead(model: Model) -> frozenset[int]:
    return frozenset(map(id, model.dead))


def is_weighted(node: Node) -> bool:
    """Whether a layer multiplies by weights, if only what it is given of each step."""
    inner = node.value("layer") if node.kind == "TimeDistributed" else None
    return node.kind in WEIGHTED or (isinstance(inner, tuple) and inner[0] in WEIGHTED - RECURRENT)


def output_layer(output: Node) -> Node | None:
    """The weighted layer that computes an output, seen through its activations and reshaping."""
    current: Node | None = output
    while current is not None:
        if is_weighted(current):
            return current
        if not (current.is_activation or current.kind in TRANSPARENT) or len(current.inputs) != 1:
            return None
        current = current.inputs[0]
    return None


def output_activation(output: Node) -> tuple[Node | None, str | None]:
    """The activation node at an output and its function: (None, "linear") where a weighted layer is read bare.

    (None, None) or (node, None) where it is not known.
    """
    current = output
    while True:
        if current.is_activation and not is_linear(current):
            return current, current.activation
        if is_weighted(current):
            return None, "linear"
        if not (current.kind in TRANSPARENT or is_linear(current)) or len(current.inputs) != 1:
            return None, None
        current = current.inputs[0]


def describe(node: Node) -> str:
    """How messages call a node: by the attribute that holds it, else its name; a fused activation by its layer's."""
    return f"`{host(node).label or host(node).name}`"


def spell(sizes: tuple[int | str | None, ...]) -> str:
    """Sizes as people write them: 3×3, ?×28×28×1."""
    return "×".join("?" if size is None else str(size) for size in sizes)
