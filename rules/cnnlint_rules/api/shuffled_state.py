"""CNN719."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Feed, Model
from cnnlint.graph.kinds import RECURRENT
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class ShuffledState(Rule):
    """A stateful recurrent layer, and batches in an order of chance.

    ## What it does
    Finds `fit` calls of a model with a `stateful=True` layer that are given arrays of more than one batch and not
    `shuffle=False`.

    ## Why is this bad
    The layer goes on from the state in which the sample of the same place in the batch before left it. `fit` shuffles
    arrays unless it is told not to: that sample is another series, or another part of it, in each epoch, and the state
    is noise.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    series = np.sin(np.arange(640.0)).reshape(640, 1, 1)
    model = Sequential([layers.Input(batch_shape=(32, 1, 1)), layers.LSTM(8, stateful=True), layers.Dense(1)])
    model.compile("adam", "mean_squared_error")
    model.fit(series, np.roll(series, -1), batch_size=32)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    series = np.sin(np.arange(640.0)).reshape(640, 1, 1)
    model = Sequential([layers.Input(batch_shape=(32, 1, 1)), layers.LSTM(8, stateful=True), layers.Dense(1)])
    model.compile("adam", "mean_squared_error")
    model.fit(series, np.roll(series, -1), batch_size=32, shuffle=False)
    ```

    ## Exceptions
    Generators and streams come in an order of their own, and where the number of samples or the size of a batch is not
    known, there may be one batch: silent, unless the call asks for `shuffle=True` or for batches of one.

    ## References
    - [Keras 3: working with RNNs](https://keras.io/guides/working_with_rnns/#cross-batch-statefulness)
    """

    code = "CNN719"
    name = "shuffled-state"
    severity = Severity.WARNING
    summary = "A stateful layer is trained on shuffled batches"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the probe data has no samples that go on from each other")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first such call."""
        kept = next((node for node in model if node.kind in RECURRENT and node.value("stateful") is True), None)
        if kept is None:
            return
        for feed in model.training.fits():
            if is_shuffled(feed):
                problem = f"fit shuffles the samples, and {describe(kept)} goes on from the state of the batch before"
                yield Finding(problem, feed.origin, model, kept, help="shuffle=False")
                return


def is_shuffled(feed: Feed) -> bool:
    """Whether a call puts the samples of arrays of more than one batch in an order of chance."""
    shuffle = feed.arguments.get("shuffle")
    told = shuffle is not None and shuffle.value is not True
    samples = feed.x.samples if feed.x is not None else None
    arrays = feed.kind == "fit" and "y" in feed.arguments and not feed.open
    size = feed.batch_size
    if not arrays or told or size is None:
        return False
    # asked for where there is a state to keep, or batches of one: there are several
    return samples > size if samples is not None else shuffle is not None or size == 1
