"""CNN217."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.graph.walks import ancestors, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: merges of two that are worth nothing where both are the same: twice the same channels, and zero
IDLE = {"Concatenate": "holds the same channels twice", "Subtract": "is zero for whatever it is given"}


class RepeatedMergeInput(Rule):
    """A tensor that is merged with itself.

    ## What it does
    Finds concatenations and differences of two tensors that are one and the same, computed by a layer with weights.

    ## Why is this bad
    Two copies of a map say nothing that one does not, and a difference of equals is zero. Mostly the other one was
    meant: the skip connection of a U-Net, the second tower of a siamese network.

    ## Example
    ```python
    from keras import Input, Model, layers

    picture = Input((64, 64, 1))
    first = layers.Conv2D(16, 3, padding="same", activation="relu")(picture)
    second = layers.Conv2D(32, 3, padding="same", activation="relu")(layers.MaxPooling2D()(first))
    up = layers.Conv2DTranspose(16, 2, strides=2)(second)
    joined = layers.Concatenate()([up, up])
    model = Model(picture, layers.Conv2D(1, 1, activation="sigmoid")(joined))
    ```

    ## Use instead
    ```python
    from keras import Input, Model, layers

    picture = Input((64, 64, 1))
    first = layers.Conv2D(16, 3, padding="same", activation="relu")(picture)
    second = layers.Conv2D(32, 3, padding="same", activation="relu")(layers.MaxPooling2D()(first))
    up = layers.Conv2DTranspose(16, 2, strides=2)(second)
    joined = layers.Concatenate()([up, first])
    model = Model(picture, layers.Conv2D(1, 1, activation="sigmoid")(joined))
    ```

    ## Exceptions
    Three copies make three channels of one, as published networks want them, and inputs may be repeated as they are:
    silent. So are sums and products of a tensor with itself, which double and square it.

    ## References
    - [Keras 3: merging layers](https://keras.io/api/layers/merging_layers/)
    - Ronneberger, Fischer, Brox: U-Net (2015), figure 1
    """

    code = "CNN217"
    name = "repeated-merge-input"
    severity = Severity.WARNING
    summary = "A tensor is concatenated with itself, or subtracted from itself"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("which other tensor was meant is for the author to say")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such merge."""
        for node in model:
            if node.kind not in IDLE or len(node.inputs) != 2 or node.inputs[0] is not node.inputs[1]:
                continue
            source = node.inputs[0]
            if not source.opaque and any(one.kind in WEIGHTED for one in ancestors(source)):
                problem = f"{describe(node)} merges {describe(source)} with itself: it {IDLE[node.kind]}"
                yield Finding(problem, node.origin, model, node, help="pass the other tensor, or leave the merge out")
