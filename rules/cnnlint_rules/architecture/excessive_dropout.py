"""CNN212."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program
from cnnlint.graph.kinds import DROPOUT
from cnnlint.graph.walks import describe, kept_share
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetArgument

HIGHEST = 0.7


class ExcessiveDropout(Rule):
    """A dropout rate above 0.7.

    ## What it does
    Finds dropout layers whose rate is known and larger than 0.7.

    ## Why is this bad
    At a rate of 0.8 a layer hands on one value in five, multiplied by five: the signal is mostly noise, training slows
    down and the model underfits. Rates above 0.7 are often a keep probability that was passed as a rate: in TensorFlow
    1's `tf.nn.dropout` 0.8 meant to keep 80 %.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.8),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    GoogLeNet's auxiliary heads drop 0.7, which is allowed. Interfaces that take a keep probability (`keep_prob=0.9`)
    are read as what they are.

    ## References
    - Srivastava and others: [Dropout: a simple way to prevent neural networks from overfitting](
      https://jmlr.org/papers/v15/srivastava14a.html) (2014), section 7.3: 0.2 to 0.6 works, error rises above
    - [Keras 3: Dropout](https://keras.io/api/layers/regularization_layers/dropout/)
    """

    code = "CNN212"
    name = "excessive-dropout"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "A dropout rate above 0.7"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200)

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such layer; a rate whose name says that it is what is kept is another rule's."""
        for model in program.models:
            for layer in model:
                rate = layer.value("rate") if layer.kind in DROPOUT - {"GaussianDropout"} else None
                if not isinstance(rate, (int, float)) or isinstance(rate, bool) or not HIGHEST < rate <= 1:
                    continue
                if kept_share(layer, program.frameworks.tensorflow) is not None:
                    continue
                lower = 0.5 if rate < 0.75 else round(1 - rate, 6)
                yield Finding(
                    f"{describe(layer)} drops {rate:.0%} of its input and hands on {1 - rate:.0%}",
                    layer.origin,
                    model,
                    layer,
                    remedy=Remedy(
                        "a rate of 0.5 or less (or is this a keep probability?)", (SetArgument(layer, "rate", lower),)
                    ),
                )
