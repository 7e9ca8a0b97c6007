"""CNN544."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cnnlint.diagnostics import Severity
from cnnlint.graph import Feed, Miswritten, Model, Program
from cnnlint.graph.library_calls import Call
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong with a function of the epoch, and what to write
WHY = {
    "runs away": ("this makes the learning rate {}", "let it fall: rate * 0.9 ** epoch"),
    "dies away": ("this makes the learning rate {}: nothing is learned from then on", "let it fall more slowly"),
}
#: schedules that are at their end after so many batches (Keras 3: keras/src/optimizers/schedules), and those that grow
#: with a share of more than 1; the place of that number: those of TensorFlow 1 are given the step first
ENDING = {"CosineDecay": 1, "PolynomialDecay": 1, "cosine_decay": 2, "polynomial_decay": 2}
GROWING = {"ExponentialDecay": 2, "exponential_decay": 3}
#: a number of steps that is one of epochs, by its name and by what it is multiplied by
EPOCHS = re.compile(r"epochs?$|^n_?epoch", re.IGNORECASE)
WHOLE = "decay_steps counts batches: epochs * batches of an epoch"


class StraySchedule(Rule):
    """A schedule that takes the learning rate where nothing is learned.

    ## What it does
    Finds schedules that count batches and are given the number of epochs (`CosineDecay(0.001, decay_steps=EPOCHS)`),
    exponential ones whose share is more than 1, and functions of the epoch that make the rate larger than 100, or
    nothing, before `fit` is done.

    ## Why is this bad
    A schedule of Keras is asked in every batch. One that ends after 40 batches is at its end before the first of 40
    epochs is: from then on the rate is 0. A rate that grows from epoch to epoch makes the weights infinite.

    ## Example
    ```python
    import keras

    rate = keras.optimizers.schedules.CosineDecay(0.001, decay_steps=40)
    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=40)
    ```

    ## Use instead
    ```python
    import keras

    rate = keras.optimizers.schedules.CosineDecay(0.001, decay_steps=40 * (len(x) // 32))
    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=40)
    ```

    ## Exceptions
    A program with a `LearningRateScheduler` may ask a schedule once an epoch; one that trains on all samples at once
    has one batch in each: silent, as for numbers that are not known. A search for the best rate begins next to nothing
    and stays below 100.

    ## References
    - [Keras 3: CosineDecay](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/), `decay_steps`
    - [Keras 3: LearningRateScheduler](https://keras.io/api/callbacks/learning_rate_scheduler/)
    """

    code = "CNN544"
    name = "stray-schedule"
    severity = Severity.WARNING
    summary = "A schedule takes the learning rate where nothing is learned"
    applies_to = "Keras 2-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("what a schedule does depends on how long the program trains")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each schedule."""
        yield from told(program.events_of(Miswritten), WHY)
        by_epoch = any(call.api.endswith(".LearningRateScheduler") for call in program.calls)
        fits = [feed for model in program.models for feed in model.training.fits()]
        for call in program.calls:
            name = call.api.rpartition(".")[2]
            share = call.number(GROWING[name], "decay_rate") or 0 if name in GROWING else 0
            if share > 1:
                problem = f"each step multiplies this rate by {share:g}: it grows without end"
                yield Finding(problem, call.origin, help=f"decay_rate={1 / share:.2g}")
            elif name in ENDING and not by_epoch and fits and is_asked_in_batches(call, program.models):
                yield from ended(call, ENDING[name], fits)


def is_asked_in_batches(call: Call, models: Sequence[Model]) -> bool:
    """Whether a schedule is handed to the optimizer of a model, which asks it in every batch, and not asked by hand."""
    name = call.statement.text.partition("=")[0].strip() if call.statement is not None else ""
    for model in models:
        optimizer = model.training.optimizer
        rate = optimizer.rate.origin if optimizer is not None else None
        if rate is None or rate.text == name or call.origin.text in rate.text:
            return True
    return False


def ended(call: Call, place: int, fits: list[Feed]) -> Iterator[Finding]:
    """A schedule that is given epochs for batches, as its argument at this place."""
    argument = call.argument(place, "decay_steps")
    steps = call.number(place, "decay_steps")
    if argument is None or argument.origin is None:
        return
    for feed in fits:
        if feed.epochs is not None and feed.epochs < 2:
            continue
        batches = feed.updates
        if batches is None and "batch_size" in feed.arguments and feed.batch_size is None:
            continue  # it may be all samples
        same = steps is not None and feed.epochs is not None and 1 < steps <= feed.epochs
        named = steps is None and EPOCHS.search(argument.origin.text) is not None
        if (same or named) and (batches is None or steps is None or batches >= 4 * steps):
            count = f"{steps:g}" if steps is not None else argument.origin.text
            problem = f"this rate is at its end after {count} batches, and the training is of {count} epochs"
            if same and steps != feed.epochs:
                problem = f"this rate is at its end after {count} batches, and the training is of {feed.epochs} epochs"
            yield Finding(problem, argument.origin, help=WHOLE)
            return
