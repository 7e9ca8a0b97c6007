"""CNN102."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import features, input_features, kernel, strides
from cnnlint.graph.kinds import CONVOLUTIONS, GLOBAL_POOLING, MAX_POOLING, SEPARABLE, TRANSPOSED, UPSAMPLING
from cnnlint.graph.walks import between, describe, hidden_activation, is_affine, next_weights
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import AFFINE_NETWORK, AFFINE_PAIR, Experiment, Trial
from cnnlint.rule.remedies import InsertAfter, Remedy

READERS = CONVOLUTIONS | TRANSPOSED | SEPARABLE | {"Dense"}

TRIAL = Trial("accuracy", "higher", margin=0.1, steps=100, capacity=True, straight=True, proof=AFFINE_PAIR)


class MissingConvActivation(Rule):
    """A convolution whose output reaches the next weights without an activation.

    ## What it does
    Finds convolutions that are followed, on every path and with nothing but batch norm, pooling, dropout or reshaping
    between, by another layer with weights.

    ## Why is this bad
    Two linear maps in a row are one linear map: with strides or average pooling the second layer adds no power, and a
    network without any activation is a linear classifier. Where max pooling lies between, that is the only thing
    that bends the signal; such a network can learn, but does so worse than one with activations.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, padding="same"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Linear on purpose, and left alone: 1×1 bottlenecks and projections, pairs of one-dimensional kernels such as (1,
    3) and (3, 1), depthwise and grouped convolutions and what feeds them, patch embedding and its reverse (kernel
    equal to stride), code layers (narrower than both neighbours, or flattened and made a map again), frozen layers,
    convolutions into a merge or a gate, maps that several heads read and levels that are smoothed (feature pyramids),
    pre-activation blocks (one path with an activation is enough), outputs.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 9.3 (detector stage) and 6.1 (why linear layers
      stacked stay linear)
    - [Keras 3: Conv2D](https://keras.io/api/layers/convolution_layers/convolution2d/), `activation=None` by default
    """

    code = "CNN102"
    name = "missing-conv-activation"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Convolution without an activation before the next weights"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = TRIAL

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each linear convolution."""
        for conv in model:
            if conv.kind not in CONVOLUTIONS | TRANSPOSED or linear_on_purpose(conv):
                continue
            readers = next_weights(model, conv)
            if len(readers) != 1 or any(r.kind not in READERS or narrows(conv, r) or codes(conv, r) for r in readers):
                continue
            pooled = any(takes_largest(node) for reader in readers for node in between(conv, reader))
            effect = "max pooling is all that bends the signal between them" if pooled else "the two are one linear map"
            function = hidden_activation(model)
            yield Finding(
                f"{describe(conv)} has no activation before {describe(readers[0])}: {effect}",
                conv.origin,
                model,
                conv,
                remedy=Remedy(
                    f'give {describe(conv)} an activation, such as activation="{function}"',
                    (InsertAfter(conv, "Activation", {"activation": function}),),
                ),
                experiment=evidence(model),
            )


def takes_largest(node: Node) -> bool:
    """Whether a pooling bends the signal: one that takes the largest of a window, or of the whole map."""
    return node.kind in MAX_POOLING or (node.kind in GLOBAL_POOLING and "Max" in node.kind)


def linear_on_purpose(conv: Node) -> bool:
    """Projections, factorised kernels, grouped convolutions, patch embeddings, frozen and unknown ones."""
    window, step = kernel(conv), strides(conv)
    return (
        window is None
        or min(window) == 1
        or conv.trainable is not True
        or conv.value("groups") not in (None, 1)
        or window == step
        or smooths_pyramid(conv)
    )


def smooths_pyramid(conv: Node) -> bool:
    """Whether the convolution smooths a level of a feature pyramid: the sum of a side branch and what is enlarged."""
    sums = [node for node in conv.inputs if node.kind == "Add"]
    return any(source.kind in UPSAMPLING for node in sums for source in node.inputs)


def narrows(conv: Node, reader: Node) -> bool:
    """Whether the convolution is a code layer: fewer channels than both of its neighbours."""
    own, before, after = features(conv), input_features(conv), features(reader)
    return own is not None and before is not None and after is not None and own < before and own < after


def codes(conv: Node, reader: Node) -> bool:
    """Whether the convolution's map is made a vector, and a map of that again: the code of an autoencoder."""
    kinds = {node.kind for node in between(conv, reader)}
    return reader.kind in CONVOLUTIONS | TRANSPOSED and {"Flatten", "Reshape"} <= kinds


def evidence(model: Model) -> Experiment | None:
    """Where the network as a whole is affine, that is what is shown of it; else the rule's trial."""
    return replace(TRIAL, proof=AFFINE_NETWORK) if is_affine(model) else None
