"""CNN409."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.axes import channels_axis, data_format
from cnnlint.graph.kinds import CONVOLUTIONS, DEPTHWISE, PADDING, POOLING, SEPARABLE, TRANSPOSED
from cnnlint.graph.walks import describe, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, SetArgument

LAYERS = CONVOLUTIONS | DEPTHWISE | SEPARABLE | TRANSPOSED
BETWEEN = frozenset({"Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Dropout", "BiasAdd"}) | POOLING | PADDING


class BatchnormAxisMismatch(Rule):
    """Batch norm along another axis than the channels.

    ## What it does
    Finds batch normalisation of a convolution's map whose `axis` is written down and is not the axis of that
    convolution's channels.

    ## Why is this bad
    Batch norm keeps one mean and one deviation for each index of its axis. Along the rows of a picture that is one for
    each row: channels of different scale stay mixed, the number of parameters depends on the size of the picture,
    and the layer cannot be used on another size.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(16, 3, data_format="channels_last"),
        layers.BatchNormalization(axis=1),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(16, 3, data_format="channels_last"),
        layers.BatchNormalization(axis=-1),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    An axis that is chosen by the data format at run time is read both ways, and is right. Dense features have no
    channels but the last axis and are left alone, and so is an axis left to its default in a channels-first net that
    says so nowhere.

    ## References
    - Ioffe, Szegedy: [Batch normalization](https://arxiv.org/abs/1502.03167) (2015), section 3.2, convolutional
    networks
    - [Keras 3: BatchNormalization](https://keras.io/api/layers/normalization_layers/batch_normalization/), `axis=-1`
    """

    code = "CNN409"
    name = "batchnorm-axis-mismatch"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Batch norm along another axis than the channels"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("what it costs depends on how much the rows of the pictures differ")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        for norm in model:
            conv = producer(norm, through=BETWEEN) if norm.kind == "BatchNormalization" else None
            axis = norm.value("axis")
            if conv is None or conv.kind not in LAYERS or not isinstance(axis, int):
                continue
            rank, order = len(conv.shape or ()), data_format(conv)
            written = norm.given("axis") or conv.given("data_format")
            if rank < 3 or order is None or not written or not -rank <= axis < rank:
                continue
            if axis % rank == channels_axis(conv) % rank:
                continue
            yield Finding(
                f"{describe(norm)} normalises along axis {axis}; the channels of {describe(conv)} "
                f"({order}) are axis {channels_axis(conv)}",
                norm.origin,
                model,
                norm,
                remedy=Remedy(f"axis={channels_axis(conv)}", (SetArgument(norm, "axis", channels_axis(conv)),)),
            )
