"""CNN103."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import features, input_features, widens
from cnnlint.graph.kinds import LINEAR, POOLING
from cnnlint.graph.values import size
from cnnlint.graph.walks import describe, hidden_activation, in_head, is_affine, is_linear, next_weights
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import AFFINE_NETWORK, AFFINE_PAIR, Experiment, Trial
from cnnlint.rule.remedies import InsertAfter, Remedy

BETWEEN = LINEAR - POOLING - {"Reshape"}

TRIAL = Trial("accuracy", "higher", margin=0.1, steps=200, capacity=True, straight=True, proof=AFFINE_PAIR)


class MissingDenseActivation(Rule):
    """A hidden dense layer whose output reaches the next dense layer without an activation.

    ## What it does
    Finds a Dense layer that is followed on every path, but for dropout, batch norm or flattening, by another of the
    same model; of layers on the rows of sequences, one that widens these before the next narrows them.

    ## Why is this bad
    The two layers compute one matrix product: the first one costs parameters and time and cannot represent anything
    that the second alone could not. It is nearly always a forgotten `activation=`.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(128),
        layers.Dropout(0.3),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Decoder stems (a Reshape follows), linear autoencoders and code layers (narrower than both neighbours, or of a width
    that is not known), factors of a matrix (`use_bias=False`, read by the next layer as they are), what a gated linear
    unit reads, heads of a variational autoencoder, attention projections, model outputs, frozen layers, and the
    boundary between two models (a generator into its discriminator) stay linear on purpose. One dense layer alone is a
    linear regression: silent. From one number to one number, without any activation, a line is fitted: a note.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.1: layers need a nonlinear function between them
    - Lim and others: [Temporal fusion transformers](https://arxiv.org/abs/1912.09363) (2019), for gated linear units
    - [Keras 3: Dense](https://keras.io/api/layers/core_layers/dense/), `activation=None` by default
    """

    code = "CNN103"
    name = "missing-dense-activation"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Dense layer without an activation before the next dense layer"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = TRIAL

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each linear hidden layer."""
        for dense in model:
            if dense.kind != "Dense" or dense.trainable is not True:
                continue
            readers = next_weights(model, dense, through=BETWEEN)
            if not readers or any(reader.kind != "Dense" for reader in readers) or not in_a_row(dense, readers):
                continue
            if is_factor(model, dense) or is_gated(model, readers):
                continue
            if any(may_be_code(model, dense, reader) for reader in readers) and not (
                is_affine(model) and is_narrowing(model)
            ):
                continue
            function = hidden_activation(model)
            size = f" ({features(dense)} units)" if features(dense) else ""
            yield Finding(
                f"{describe(dense)}{size} has no activation before {describe(readers[0])}: "
                "the two compute a single matrix product",
                dense.origin,
                model,
                dense,
                remedy=Remedy(
                    f'give {describe(dense)} an activation, such as activation="{function}"',
                    (InsertAfter(dense, "Activation", {"activation": function}),),
                ),
                severity=Severity.INFO if is_straight_line(model) else None,
                experiment=evidence(model),
            )


def in_a_row(dense: Node, readers: list[Node]) -> bool:
    """Whether it reads one row for each sample, or makes the rows of sequences wider before they are made narrow."""
    return dense.shape is None or len(dense.shape) == 2 or (len(readers) == 1 and widens(dense, readers[0]))


def is_factor(model: Model, dense: Node) -> bool:
    """Whether the layer is one of two factors of a matrix: told to have no bias, and read by the next as it is."""
    unbiased = dense.given("use_bias") and dense.value("use_bias") is False
    return unbiased and all(reader.kind == "Dense" for reader in model.consumers(dense))


def is_gated(model: Model, readers: list[Node]) -> bool:
    """Whether two layers read it and one scales what the other gives, an activation between at most."""
    ends = [[two for one in model.consumers(each) for two in (one, *model.consumers(one))] for each in readers]
    return len(ends) > 1 and any(one.kind == "Multiply" and all(one in end for end in ends) for one in ends[0])


def may_be_code(model: Model, dense: Node, reader: Node) -> bool:
    """Whether the layer may be a bottleneck: fewer units than what it reads and than what reads it.

    A width of its own that is not known may be narrow, unless one number stands on either side of it; what reads it
    within the network may be wide where that is not known, as in a matrix of low rank.
    """
    own, before, after = features(dense), input_features(dense), features(reader)
    if own is None:
        return before != 1 and after != 1
    if after is None and before is None:
        return not in_head(model, reader)
    if after is None and answers_with_classes(model, reader):
        return False
    return (after is None or own < after) and (before is None or own < before)


def answers_with_classes(model: Model, reader: Node) -> bool:
    """Whether the layer gives probabilities: however many classes there are, they are no wider layer of a network."""
    return any(node.activation in ("softmax", "sigmoid") for node in model.consumers(reader))


def is_narrowing(model: Model) -> bool:
    """Whether the model is known to answer with fewer numbers than it reads: it does not give back what it reads.

    What answers with a map is a part of a decoder, however large the map.
    """
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return False
    read, answered = size(model.inputs[0].shape), size(model.outputs[0].shape)
    return read is not None and answered is not None and answered < read and len(model.outputs[0].shape or ()) == 2


def is_straight_line(model: Model) -> bool:
    """Whether the model answers with one number to one number, without any activation: a line fitted on purpose."""
    ends = [*model.inputs, *model.outputs]
    return (
        len(ends) == 2
        and all(size(end.shape) == 1 for end in ends)
        and is_affine(model)
        and not any(node.is_activation and not is_linear(node) for node in model)
    )


def evidence(model: Model) -> Experiment | None:
    """Where the network as a whole is affine, that is what is shown of it; else the rule's trial."""
    return replace(TRIAL, proof=AFFINE_NETWORK) if is_affine(model) else None
