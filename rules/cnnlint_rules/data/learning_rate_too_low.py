"""CNN506."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Optimizer, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Trial
from cnnlint.rule.remedies import Remedy, SetLearningRate

#: rates below which no training in reasonable time is to be expected, and the optimizer's usual rate
LIMITS = {
    **dict.fromkeys(("adam", "adamw", "nadam", "adamax", "rmsprop", "ftrl"), (1e-7, 0.001)),
    **dict.fromkeys(("sgd", "momentum"), (1e-7, 0.01)),
    "lion": (1e-8, 0.0001),
    "adagrad": (1e-6, 0.01),
    "adadelta": (1e-7, 1.0),
}
#: losses whose slopes by the scores are at most 1: plain steps are no longer than the rate
BOUNDED = frozenset({"categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"})
#: optimizers whose steps are as long as the slopes, times the rate
PLAIN = frozenset({"sgd", "momentum"})
ADADELTA = 0.001
"""The default of tf.keras and Keras 3; Keras before 2.4 started from 1.0."""
#: from here on a hundredth of the rate is left after 1000 steps, an epoch or two of MNIST in batches of 64
DECAY = 0.1
#: what is left of a rate that is as good as none
GONE = 1e-6
INSTEAD = "leave it out, or write 1e-6; momentum= is another argument"
DECAYING = NotTestable("Keras 3, which confirm trains with, has no such argument")


class LearningRateTooLow(Rule):
    """A learning rate of nothing, or less than nothing.

    ## What it does
    Finds learning rates of 0 and below, which are errors, and rates so small (below 1e-7 for Adam and SGD) that no
    number of epochs makes up for them; and rates of which all updates of the program together, where they are known,
    make less than a single one at the usual rate. Adadelta in tf.keras is one of these by default: 0.001, where its
    paper, Keras up to 2.3 and most examples that name it mean 1.0. So is a `decay` of 0.1 and more, a momentum by its
    looks, and a schedule that leaves nothing of the rate after 1000 batches.

    ## Why is this bad
    At 0 the weights do not change. Below 0 the optimizer climbs: it makes the loss larger at each step. Below 1e-7 Adam
    needs more than 100,000 steps to move a weight by 0.01. Adadelta's steps are small by themselves, and at 0.001 a
    program that learned MNIST in 12 epochs under `keras` hardly moves under `tensorflow.keras`.

    ## Example
    ```python
    from keras import Sequential, layers, optimizers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizers.Adam(learning_rate=1e-8))
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers, optimizers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizers.Adam(learning_rate=0.001))
    ```

    ## Exceptions
    Adam with 1e-4 or 1e-5 is fine; 1e-7 has been used to fine-tune a whole network. A schedule (which may well start
    at 0), a rate that a callback sets and one found at run time are unknown. Adadelta's default under a plain `import
    keras` depends on the version that is installed: silent. So are small rates of SGD for a loss that is not known:
    its steps are as long as the loss is steep.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 8.3.1, on choosing the learning rate
    - [Keras 3: optimizers](https://keras.io/api/optimizers/)
    - [Keras 3: Adadelta](https://keras.io/api/optimizers/adadelta/): "to match the exact form in the original paper,
      use 1.0"
    """

    code = "CNN506"
    name = "learning-rate-too-low"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "A learning rate of nothing, or less than nothing"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200)

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for the optimizer of each model."""
        frameworks = program.frameworks
        # tf.keras has had it since 1.13; a file that shows no version is taken to be of that age
        thousandth = frameworks.tensorflow == 2 or (frameworks.tf_keras and frameworks.tensorflow is None)
        for model in program.models:
            optimizer = model.training.optimizer if not model.training.rescheduled else None
            if optimizer is not None and optimizer.rate.given:
                yield from too_low(model, optimizer)
            elif optimizer is not None and optimizer.name == "adadelta" and thousandth:
                yield from slow_by_default(model, optimizer)
        yield from decaying(program)
        yield from vanishing(program)


def too_low(model: Model, optimizer: Optimizer) -> Iterator[Finding]:
    """A rate that is written down, and is next to nothing or less."""
    rate = optimizer.learning_rate
    limit, usual = LIMITS.get(optimizer.name or "", (0.0, 0.001))
    steps = all_updates(model, optimizer)
    idle = rate is not None and steps is not None and rate * steps < usual
    if rate is None or (rate > 0 and rate >= limit and not idle):
        return
    if rate > 0 and optimizer.name in PLAIN and not any(loss.name for loss in model.training.losses):
        return  # its steps are as long as the slopes of a loss that may be a sum over a picture
    called = optimizer.name or "the optimizer"
    effect = "climbs away from the minimum" if rate < 0 else "does not move" if rate == 0 else "hardly moves"
    if rate > 0 and idle:
        effect = f"moves less in all {steps} updates than in one at {usual:g}"
    yield Finding(
        f"{called} with a learning rate of {rate:g} {effect}",
        optimizer.rate.origin or optimizer.origin,
        model,
        remedy=Remedy(f"start from {usual:g}", (SetLearningRate(optimizer, usual),)),
    )


def all_updates(model: Model, optimizer: Optimizer) -> int | None:
    """How often the weights are updated from a random start, where that is all that happens to them."""
    training = model.training
    bounded = all(loss.name in BOUNDED for loss in training.losses) and bool(training.losses)
    if not training.from_chance or optimizer.name not in LIMITS or (optimizer.name in PLAIN and not bounded):
        return None
    counts = [feed.updates if not feed.repeated else None for feed in training.feeds if feed.trains]
    return counts[0] if len(counts) == 1 else None


def decaying(program: Program) -> Iterator[Finding]:
    """A `decay` that is taken for a momentum or a share: Keras 1 and 2 divide the rate by 1 + decay * steps."""
    for call in program.calls:
        argument = call.keywords.get("decay")
        if argument is None or not call.api.startswith("keras.optimizers."):
            continue
        value = argument.value
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= DECAY:
            problem = f"a decay of {value:g} divides the rate by {1 + 1000 * value:g} within 1000 steps"
            yield Finding(problem, argument.origin or call.origin, help=INSTEAD, experiment=DECAYING)


def vanishing(program: Program) -> Iterator[Finding]:
    """A schedule that counts batches where its author counts epochs: `ExponentialDecay(0.1, 1, 0.9)`."""
    for call in program.calls if program.models else ():
        steps, share = (call.number(at, name) or 0 for at, name in ((1, "decay_steps"), (2, "decay_rate")))
        decays = call.api.endswith(".ExponentialDecay") and steps >= 1 and 0 < share < 1
        if decays and math.log(share) * 1000 / steps < math.log(GONE):
            problem = f"this rate is multiplied by {share:g} every {steps:g} batches, and gone after 1000 of them"
            yield Finding(problem, call.origin, help="decay_steps counts batches: those of an epoch, or several")


def slow_by_default(model: Model, optimizer: Optimizer) -> Iterator[Finding]:
    """Adadelta at the default of tf.keras."""
    if optimizer.learning_rate == ADADELTA:
        yield Finding(
            f"adadelta starts at {ADADELTA:g} in tf.keras, a thousandth of what its paper and older Keras use: it "
            "hardly moves",
            optimizer.origin,
            model,
            remedy=Remedy("start from 1", (SetLearningRate(optimizer, 1.0),)),
        )
