"""CNN539."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "alike": (
        "{} is the label of the real samples as well: there is nothing to tell apart",
        "give made samples another label: np.zeros(…)",
    ),
    "both labels": (
        "{} is given by both labels, as real and as made",
        "give what the generator makes by the label of made samples",
    ),
    "gives itself away": (
        "{} is the label of what is made: the generator is trained to be found out",
        "train it by the label of real samples: np.ones(…)",
    ),
}


class OpponentLabels(Rule):
    """Opponents that are trained by the wrong labels.

    ## What it does
    Finds a discriminator that is given real and made samples by one and the same label, and a generator that is trained
    by the label of what is made. Likewise one and the same samples that are given by both labels.

    ## Why is this bad
    By one label there is nothing to tell apart. The generator is to be taken for real: trained by the other label, it
    learns to be found out.

    ## Example
    ```python
    import numpy as np
    from keras import Input, Model, Sequential, layers

    judge = Sequential([Input((2,)), layers.Dense(25, activation="relu"), layers.Dense(1, activation="sigmoid")])
    judge.compile(loss="binary_crossentropy", optimizer="adam")
    maker = Sequential([Input((5,)), layers.Dense(15, activation="relu"), layers.Dense(2)])
    judge.trainable = False
    noise = Input((5,))
    both = Model(noise, judge(maker(noise)))
    both.compile(loss="binary_crossentropy", optimizer="adam")
    for step in range(1000):
        judge.train_on_batch(points(64), np.ones((64, 1)))
        judge.train_on_batch(maker.predict(np.random.randn(64, 5)), np.zeros((64, 1)))
        both.train_on_batch(np.random.randn(64, 5), np.zeros((64, 1)))
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Input, Model, Sequential, layers

    judge = Sequential([Input((2,)), layers.Dense(25, activation="relu"), layers.Dense(1, activation="sigmoid")])
    judge.compile(loss="binary_crossentropy", optimizer="adam")
    maker = Sequential([Input((5,)), layers.Dense(15, activation="relu"), layers.Dense(2)])
    judge.trainable = False
    noise = Input((5,))
    both = Model(noise, judge(maker(noise)))
    both.compile(loss="binary_crossentropy", optimizer="adam")
    for step in range(1000):
        judge.train_on_batch(points(64), np.ones((64, 1)))
        judge.train_on_batch(maker.predict(np.random.randn(64, 5)), np.zeros((64, 1)))
        both.train_on_batch(np.random.randn(64, 5), np.ones((64, 1)))
    ```

    ## Exceptions
    Either label may stand for what is real, as long as it is the generator's as well. Where the models of a file are
    compiled with several losses, the generator's may want the other label: silent, as for labels that are anything but
    ones or zeros. Losses of opponents that a program writes out are told by names alone: notes.

    ## References
    - Goodfellow and others: Generative adversarial nets (2014), algorithm 1
    - [Keras 3: DCGAN](https://keras.io/examples/generative/dcgan_overriding_train_step/)
    """

    code = "CNN539"
    name = "opponent-labels"
    severity = Severity.WARNING
    summary = "A generator or its judge is trained by the wrong label"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("two models that are trained in turns are no single training run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY)
