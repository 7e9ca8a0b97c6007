"""Small models that stand in for one that is too large to train here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.graph import Argument, ArrayFacts, Feed, Loss, Model, Node, Optimizer, Placement, Training
from cnnlint.rule.remedies import Twin


def conv_batchnorm_relu(momentum: float, classes: int, optimizer: Optimizer | None = None) -> Model:
    """Three blocks of convolution, batch normalisation and relu on 24×24 pictures, and a softmax over `classes`."""
    source = Node("Input", "input", shape=(None, 24, 24, 1))
    nodes = [source]

    def add(kind: str, **values: Any) -> Node:
        arguments = {name: Argument(value, given=True) for name, value in values.items()}
        node = Node(kind, f"{kind.lower()}_{len(nodes)}", [nodes[-1]], arguments)
        nodes.append(node)
        return node

    for filters in (16, 32, 64):
        add("Conv2D", filters=filters, kernel_size=(3, 3), strides=(2, 2), padding="same")
        add("BatchNormalization", momentum=momentum)
        add("Activation", activation="relu")
    add("Flatten")
    add("Dense", units=classes)
    output = add("Activation", activation="softmax")
    training = Training(
        losses=[Loss("categorical_crossentropy", from_logits=False, output=output)],
        optimizer=optimizer or Optimizer("adam"),
        feeds=[Feed("fit", x=ArrayFacts(low=0.0, high=1.0))],
    )
    return Model("conv-batchnorm-relu", "stand-in", nodes, [source], [output], training)


def swapped_scores() -> tuple[Model, Twin]:
    """Ten scores in the place of the labels of `tf.nn.softmax_cross_entropy_with_logits`, and where they belong."""

    def made(*, swapped: bool) -> Model:
        source = Node("Input", "input", shape=(None, 16))
        output = Node("Dense", "scores", [source], {"units": Argument(10, given=True)}, shape=(None, 10))
        placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
        loss = Loss("categorical_crossentropy", from_logits=True, output=output, swapped=swapped, placement=placement)
        return Model("scores", "stand-in", [source, output], [source], [output], Training(losses=[loss]))

    written, repaired = made(swapped=True), made(swapped=False)
    return written, Twin(repaired, {id(a): b for a, b in zip(written.nodes, repaired.nodes, strict=True)})


def single_answer() -> tuple[Model, Twin | None]:
    """One number for each sample, in the place of what an `argmax` is given."""
    source = Node("Input", "input", shape=(None, 16))
    output = Node("Dense", "answers", [source], {"units": Argument(1, given=True)}, shape=(None, 1))
    return Model("answers", "stand-in", [source, output], [source], [output], Training()), None


def softened_twice() -> tuple[Model, Twin]:
    """Ten probabilities that are given to a cross-entropy of scores, and the scores themselves."""

    def made(*, softened: bool) -> Model:
        source = Node("Input", "input", shape=(None, 16))
        scores = Node("Dense", "scores", [source], {"units": Argument(10, given=True)}, shape=(None, 10))
        soft = Node("Activation", "softmax", [scores], {"activation": Argument("softmax", given=True)}, (None, 10))
        nodes = [source, scores, soft] if softened else [source, scores]
        placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
        loss = Loss("categorical_crossentropy", from_logits=True, output=nodes[-1], placement=placement)
        return Model("scores", "stand-in", nodes, [source], [nodes[-1]], Training(losses=[loss]))

    written, repaired = made(softened=True), made(softened=False)
    return written, Twin(repaired, {id(a): b for a, b in zip(written.nodes, repaired.nodes, strict=False)})


def nothing() -> tuple[Model, Twin | None]:
    """No model at all."""
    return Model("nothing", "stand-in", [], [], [], Training()), None


BY_ITSELF: dict[str, Callable[[], tuple[Model, Twin | None]]] = {
    "swapped-operands": swapped_scores,
    "constant-output": single_answer,
    "softmax-floor": softened_twice,
    "one-hot-rows": nothing,
    "name-refused": nothing,
    "argument-refused": nothing,
    "by-definition": nothing,
}
"""What stands in for a model that is not in the file: what a call does to any scores, it does to those."""

STAND_INS = {"conv-batchnorm-relu": conv_batchnorm_relu}
