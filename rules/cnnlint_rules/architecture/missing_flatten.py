"""CNN207."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node, Shape
from cnnlint.graph.contracts import fit
from cnnlint.graph.kinds import CHAIN, POOLING
from cnnlint.graph.outputs import BINARY, CROSSENTROPY, SPARSE, Head, heads
from cnnlint.graph.targets import has_place_each
from cnnlint.graph.walks import describe, producer, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import InsertAfter, Remedy


class MissingFlatten(Rule):
    """Dense layers on a feature map, where one answer for each sample is wanted.

    ## What it does
    Finds a classifier whose Dense head still carries the spatial (or time) axes of the map it reads, because neither
    Flatten nor global pooling stands before it. Where the labels are known to have fewer axes, it finds such an output
    of any layer (a convolution that is not pooled, a recurrent layer with return_sequences=True).

    ## Why is this bad
    Dense works on the last axis alone: on a 7×7×64 map it gives an answer for each of the 49 places. The labels hold
    one for each picture, and Keras refuses to compare the two, or broadcasts where it should not.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    ```

    ## Exceptions
    An answer for each step of a sequence, or for each pixel, is wanted where the labels have as many axes as the
    output, and possible where their shape is not known and the output has all the steps or pixels of the input: silent.
    One yes or no for each patch of a picture, with labels that are not known, may be a GAN's judge: a warning.

    ## References
    - [Keras 3: Dense](https://keras.io/api/layers/core_layers/dense/), on inputs of rank above 2
    - [Keras 3: Flatten](https://keras.io/api/layers/reshaping_layers/flatten/)
    - Chollet: Deep Learning with Python, 2nd edition (2021), section 8.1
    """

    code = "CNN207"
    name = "missing-flatten"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Dense head on a feature map that was not flattened"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    every_way = True
    experiment = Proof("framework-refuses", "the output has more axes than the labels")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head that is still a map."""
        for head in heads(model):
            shape, layer = head.output.shape, head.layer
            if shape is None or len(shape) < 3 or layer is None or head.loss.name not in CROSSENTROPY:
                continue
            if not wants_one_answer(model, head) or not has_places(head.output):
                continue
            if layer.kind != "Dense":
                if labels_shape(head) is not None:
                    yield Finding(
                        f"{describe(layer)} answers {spell(shape[1:])} for each sample, and {head.loss.name} compares "
                        "that with labels of fewer axes",
                        layer.origin,
                        model,
                        layer,
                        help="let the model give one answer for each sample: pool or flatten its last map, or leave "
                        "out return_sequences=True",
                    )
                continue
            first = first_dense(layer)
            source = first.inputs[0]
            yield Finding(
                f"{describe(first)} reads the {spell((source.shape or ())[1:])} map of {describe(source)} unflattened, "
                f"so the model answers {spell(shape[1:])} for each sample",
                first.origin,
                model,
                first,
                remedy=Remedy(f"flatten the map before {describe(first)}", (InsertAfter(source, "Flatten"),)),
                severity=Severity.WARNING if may_judge_patches(head) else None,
            )


def may_judge_patches(head: Head) -> bool:
    """Whether labels that are not known may be one yes or no for each patch, as those of a GAN's judge are."""
    return head.units == 1 and head.loss.name in BINARY and labels_shape(head) is None


def has_places(output: Node) -> bool:
    """Whether the places to answer for are known: an open axis has several, an unknown one may have one."""
    sizes = (output.followed or (None,) * 3)[1:-1]
    return None not in sizes or any(size not in (None, 1) for size in sizes)


def wants_one_answer(model: Model, head: Head) -> bool:
    """Whether the labels have fewer axes than the output, or too few places are left for one label each."""
    shape, labels = head.output.shape or (), labels_shape(head)
    if labels is not None:
        each = head.labels is not None and has_place_each(head, head.labels)  # if not as the loss takes it
        fewer = not each and len(labels) < len(shape) - (head.loss.name in SPARSE)
        return fewer and head.contract is not None and fit(head.contract, labels, shape) == "refused"
    before = model.inputs[0].shape if len(model.inputs) == 1 else None
    if before is None or len(before) != len(shape):
        return False
    return any(a is not None and b is not None and a < b for a, b in zip(shape[1:-1], before[1:-1], strict=True))


def labels_shape(head: Head) -> Shape | None:
    """The shape of the labels, if it is known."""
    return head.labels.shape if head.labels is not None else None


def first_dense(layer: Node) -> Node:
    """The first dense layer on the chain that ends in `layer`."""
    found, before = layer, producer(layer, through=CHAIN - POOLING)
    while before is not None and before.kind == "Dense":
        found, before = before, producer(before, through=CHAIN - POOLING)
    return found
