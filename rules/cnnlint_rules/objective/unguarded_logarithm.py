"""CNN330."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Model, Program
from cnnlint.graph.walks import TRAINED, ancestors
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UnguardedLogarithm(Rule):
    """A loss that becomes nan as soon as the model is sure.

    ## What it does
    Finds losses written out with the logarithm of a softmax or sigmoid, or of 1 less it, where nothing keeps what the
    logarithm reads from 0.

    ## Why is this bad
    In 32 bits a softmax is exactly 0 for a class whose score is 104 below the largest, and 1 less a sigmoid is exactly
    0 from a score of 17 on. The logarithm is minus infinity then, times a label of 0 nan, and so is every weight after
    the next update. A loss that takes the scores computes both steps at once and stays finite.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras import backend as K


    def cross_entropy(y_true, y_pred):
        return -K.sum(y_true * K.log(y_pred), axis=-1)


    model = Sequential([
        layers.Input((784,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", loss=cross_entropy)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras import backend as K


    def cross_entropy(y_true, y_pred):
        return -K.sum(y_true * K.log(K.clip(y_pred, 1e-7, 1)), axis=-1)


    model = Sequential([
        layers.Input((784,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", loss=cross_entropy)
    ```

    ## Exceptions
    A clip, a number that is added, a `maximum`, the losses of the libraries and `log_softmax` keep it silent, and so
    do a regression of one layer, whose scores hardly lie so far apart, and logarithms that no label is multiplied by (a
    GAN's).

    ## References
    - Zhang and others: [Detecting numerical bugs in neural network architectures](https://doi.org/10.1145/3368089.3409720)
      (2020)
    - [TensorFlow 2: softmax_cross_entropy_with_logits](https://www.tensorflow.org/api_docs/python/tf/nn/softmax_cross_entropy_with_logits)
    """

    code = "CNN330"
    name = "unguarded-logarithm"
    severity = Severity.WARNING
    summary = "A hand-written loss takes the logarithm of what may be 0"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("it takes a model that is sure of an answer, which a short run on probe data rarely makes")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each logarithm of a spectrum, beside those of each loss."""
        yield from super().check(program)
        for event in program.events_of(Miswritten):
            if event.why == "silence":
                problem = f"{event.what} is minus infinity where a sound is silent"
                yield Finding(problem, event.origin, event.model, help="add a small number first: log(x + 1e-6)")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such loss of a model that is trained."""
        for loss in model.training.losses if model.training.optimizer is not None else ():
            if loss.unguarded and loss.output is not None:
                what = loss.output.activation
                if sum(node.kind in TRAINED for node in ancestors(loss.output)) < 2:
                    continue
                yield Finding(
                    f"where the {what} is rounded to {'0' if what == 'softmax' else '0 or 1'}, "
                    "its logarithm makes this loss infinite or nan",
                    loss.origin,
                    model,
                    loss.output,
                    help="clip it to 1e-7 and more, or give the scores to a loss that takes logits",
                )
