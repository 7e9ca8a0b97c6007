"""CNN406."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.kinds import RESHAPING
from cnnlint.graph.walks import describe, is_decoder, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import InsertAfter, Remedy, RemoveNode


class DropoutBeforeBatchnorm(Rule):
    """Dropout directly in front of batch normalisation.

    ## What it does
    Finds Dropout whose output batch normalisation reads.

    ## Why is this bad
    Dropout raises the variance of what it passes on, in training alone. Batch norm keeps a running average of that
    variance and divides by it when dropout is off: at inference everything comes out too small. This variance shift
    makes validation worse than training would have it.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.4),
        layers.BatchNormalization(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.4),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Stochastic depth (`noise_shape`), SpatialDropout, generators such as pix2pix's, and dropout with a layer of weights
    between it and the batch norm.

    ## References
    - Li and others: [Understanding the disharmony between dropout and batch normalization by variance shift](
      https://arxiv.org/abs/1801.05134) (2018)
    - [Keras 3: BatchNormalization](https://keras.io/api/layers/normalization_layers/batch_normalization/)
    """

    code = "CNN406"
    name = "dropout-before-batchnorm"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Batch norm averages a variance that dropout raised"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, also=("validation loss",))

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such dropout."""
        if is_decoder(model):
            return
        for norm in model:
            dropout = producer(norm, through=RESHAPING) if norm.kind == "BatchNormalization" else None
            if dropout is None or dropout.kind != "Dropout" or dropout.value("rate") == 0:
                continue
            if dropout.given("noise_shape") or len(model.consumers(dropout)) != 1:
                continue
            rate = dropout.value("rate")
            number = f" (rate {rate:g})" if isinstance(rate, (int, float)) else ""
            moved = InsertAfter(norm, "Dropout", {} if rate is None else {"rate": rate}, moved=dropout)
            yield Finding(
                f"{describe(dropout)}{number} raises the variance that {describe(norm)} averages, in training alone",
                dropout.origin,
                model,
                dropout,
                remedy=Remedy(f"drop behind {describe(norm)}", (moved, RemoveNode(dropout))),
            )
