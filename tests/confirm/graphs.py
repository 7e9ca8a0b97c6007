"""Hand-built model graphs: `chain` puts layers one behind the other with Keras 3's canonical arguments."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnlint.graph import Argument, ArrayFacts, Feed, Loss, Model, Node, Optimizer, Training
from cnnlint.rule.remedies import Twin

CONV = {"strides": (1, 1), "padding": "valid", "use_bias": True}


def node(kind: str, inputs: list[Node], name: str | None = None, /, **values: Any) -> Node:
    """A node with known, given arguments; convolutions get plain defaults."""
    if kind == "Conv2D":
        values = {**CONV, **values}
    arguments = {key: Argument(value, given=True) for key, value in values.items()}
    return Node(kind, name or kind.lower(), list(inputs), arguments)


def source(*shape: int | None) -> Node:
    """An Input of this shape without the batch."""
    return Node("Input", "input", shape=(None, *shape))


def chain(
    shape: tuple[int | None, ...], *layers: tuple[str, dict[str, Any]], training: Training | None = None
) -> Model:
    """A chain of (kind, arguments) over one input, its shapes as Keras infers them."""
    nodes = [source(*shape)]
    for index, (kind, values) in enumerate(layers):
        nodes.append(node(kind, [nodes[-1]], f"{kind.lower()}_{index + 1}", **values))
    model = Model("model", "sequential", nodes, [nodes[0]], [nodes[-1]], training or Training())
    for loss in model.training.losses:
        loss.output = nodes[-1]
    infer(model)
    return model


def infer(model: Model) -> Model:
    """Fill in the shapes that Keras infers, as a reader would; those that cannot be inferred stay unknown."""
    from cnnlint.confirm.models.build import build
    from cnnlint.confirm.models.built import NotBuildable

    try:
        whole = build(model)
    except NotBuildable:
        whole = None
    for item in model.nodes:
        if whole is not None and id(item) in whole.tensors and item.kind != "Input":
            item.shape = tuple(whole.tensors[id(item)].shape)
        elif item.kind != "Input":
            try:
                built = build(model, output=item)
            except NotBuildable:
                continue
            item.shape = tuple(built.tensors[id(item)].shape)
    return model


def conv(filters: int, size: int = 3, **values: Any) -> tuple[str, dict[str, Any]]:
    """A convolution, padding "same" unless told."""
    return "Conv2D", {"filters": filters, "kernel_size": (size, size), "padding": "same", **values}


def pool(size: int = 2, strides: int | None = None, **values: Any) -> tuple[str, dict[str, Any]]:
    """Max pooling."""
    return "MaxPooling2D", {"pool_size": (size, size), "strides": (strides or size,) * 2, "padding": "same", **values}


def act(name: str) -> tuple[str, dict[str, Any]]:
    """An activation."""
    return "Activation", {"activation": name}


def dense(units: int, **values: Any) -> tuple[str, dict[str, Any]]:
    """A dense layer."""
    return "Dense", {"units": units, **values}


FLATTEN: tuple[str, dict[str, Any]] = ("Flatten", {})


def training(
    loss: str = "categorical_crossentropy",
    *,
    from_logits: bool | None = False,
    optimizer: str = "adam",
    rate: float | None = None,
    low: float = 0.0,
    high: float = 1.0,
    batch: int | None = None,
    classes: int | None = 10,
    **facts: Any,
) -> Training:
    """A training set-up that feeds features in low..high."""
    x = ArrayFacts(low=low, high=high)
    feed = Feed("fit", x=x, y=ArrayFacts(classes=classes), batch_size=batch, **facts)
    return Training([Loss(loss, from_logits)], Optimizer(optimizer, rate), feeds=[feed])


def copy(model: Model) -> Twin:
    """An exact copy: a twin to edit by hand."""
    twins: dict[int, Node] = {}
    nodes = []
    for item in model.nodes:
        twin = replace(item, inputs=[twins[id(one)] for one in item.inputs], arguments=dict(item.arguments))
        twins[id(item)] = twin
        nodes.append(twin)
    losses = [replace(loss, output=twins.get(id(loss.output))) for loss in model.training.losses]
    setup = replace(model.training, losses=losses, feeds=[replace(feed) for feed in model.training.feeds])
    if setup.optimizer is not None:
        setup.optimizer = replace(setup.optimizer)
    pick = [[twins[id(one)] for one in group] for group in (model.inputs, model.outputs)]
    return Twin(Model(model.name, model.kind, nodes, *pick, setup), twins)


def without(model: Model, *indices: int) -> Twin:
    """A copy without the nodes at these places of the chain."""
    twin = copy(model)
    gone = [twin.model.nodes[index] for index in indices]
    for removed in gone:
        (before,) = removed.inputs
        for item in twin.model.nodes:
            item.inputs = [before if one is removed else one for one in item.inputs]
        twin.model.outputs = [before if one is removed else one for one in twin.model.outputs]
        twin.model.nodes.remove(removed)
    for loss in twin.model.training.losses:
        if any(loss.output is one for one in gone):
            loss.output = twin.model.outputs[0]
    kept = {key: value for key, value in twin.counterparts.items() if all(value is not one for one in gone)}
    return Twin(twin.model, kept)


def behind(model: Model, index: int, kind: str, **values: Any) -> Twin:
    """A copy with a new layer behind the node at this place of the chain."""
    twin = copy(model)
    host = twin.model.nodes[index]
    new = node(kind, [host], f"{kind.lower()}_new{index}", **values)
    for item in twin.model.nodes:
        item.inputs = [new if one is host else one for one in item.inputs]
    twin.model.nodes.insert(index + 1, new)
    infer(twin.model)
    return twin


def coloured_mnist(**setup: Any) -> Model:
    """The CNN whose last dense layer has a relu before its softmax, and whose convolutions have no activation."""
    return chain(
        (28, 28, 3),
        conv(64),
        pool(),
        conv(64),
        pool(),
        FLATTEN,
        dense(10),
        act("relu"),
        act("softmax"),
        training=training(optimizer="rmsprop", rate=0.001, batch=12, **setup),
    )


def small(*head: Any, **setup: Any) -> Model:
    """A network small enough for a thousand comparisons: 12×12 pictures of 4 classes."""
    return chain(
        (12, 12, 1),
        conv(8),
        act("relu"),
        pool(),
        conv(8),
        act("relu"),
        pool(),
        FLATTEN,
        dense(4),
        *head,
        training=training(classes=4, rate=0.01, **setup),
    )
