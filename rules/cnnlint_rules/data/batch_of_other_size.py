"""CNN543."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Feed, Model
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})


class BatchOfOtherSize(Rule):
    """Batches of another size than a stateful layer keeps states for.

    ## What it does
    Finds `fit`, `evaluate` and `predict` calls that cut arrays into batches of another size than the one that a model
    with a `stateful=True` layer was built for, or into batches of which the last is smaller.

    ## Why is this bad
    The layer keeps a state for each place in the batch. Keras refuses a batch with more or fewer: "the batch size of
    the input sequences must be the same as the batch size of the initial state". Where nothing is said batches hold 32.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    series = np.sin(np.arange(640.0)).reshape(640, 1, 1)
    model = Sequential([layers.Input(batch_shape=(32, 1, 1)), layers.LSTM(8, stateful=True), layers.Dense(1)])
    model.compile("adam", "mean_squared_error")
    model.fit(series, np.roll(series, -1), batch_size=64, shuffle=False)
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
    Generators and streams bring batches of their own, and what `validation_split` leaves is not counted: silent.

    ## References
    - [Keras 3: working with RNNs](https://keras.io/guides/working_with_rnns/#cross-batch-statefulness)
    """

    code = "CNN543"
    name = "batch-of-other-size"
    severity = Severity.ERROR
    summary = "A stateful layer is given batches of another size"
    applies_to = "Keras 2-3, tf.keras"
    every_way = True
    experiment = NotTestable("the batches are refused before anything is learned")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such call."""
        kept = next((node for node in model if node.kind in RECURRENT and node.value("stateful") is True), None)
        shape = model.inputs[0].shape if len(model.inputs) == 1 and kept is not None else None
        places = shape[0] if shape else None
        if places is None or kept is None or model.is_part:
            return
        for feed in model.training.feeds:
            size, samples = feed.batch_size, feed.x.samples if feed.x is not None else None
            if size is None or not is_array(feed):
                continue
            last = samples % size if samples is not None and "validation_split" not in feed.arguments else 0
            given = size if samples is None else min(size, samples)
            if given == places and last in (0, places):
                continue
            others = f"of {given}" if given != places else f"of {size}, and a last one of {last}"
            yield Finding(
                f"{feed.kind} makes batches {others}, and {describe(kept)} keeps states for {places}",
                feed.origin,
                model,
                kept,
                help=f"batch_size={places}" + ("" if given != places else f", and a multiple of {places} samples"),
            )


def is_array(feed: Feed) -> bool:
    """Whether a call cuts arrays into batches itself."""
    told = {"fit": "y", "evaluate": "y", "predict": "batch_size"}.get(feed.kind)
    counted = not feed.arguments.keys().isdisjoint({"steps_per_epoch", "steps"})  # the last may never be reached
    return told in feed.arguments and not (feed.open or feed.labelled_twice or counted)
