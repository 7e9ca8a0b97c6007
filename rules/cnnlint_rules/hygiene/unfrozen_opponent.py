"""CNN610."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Model, Node, Program
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UnfrozenOpponent(Rule):
    """A discriminator that its generator's training trains as well.

    ## What it does
    Finds a model that is trained batch by batch, and is the last part of another one that is trained batch by batch
    and in which it was never frozen, or only after that was compiled.

    ## Why is this bad
    The generator is to deceive the discriminator. Where both are trained on that goal, the discriminator unlearns what
    it was just taught: to call made-up samples real is easier for it to learn than for the generator to make good ones.

    ## Example
    ```python
    import numpy as np
    from keras import Input, Model, Sequential, layers

    judge = Sequential([Input((2,)), layers.Dense(25, activation="relu"), layers.Dense(1, activation="sigmoid")])
    judge.compile(loss="binary_crossentropy", optimizer="adam")
    maker = Sequential([Input((5,)), layers.Dense(15, activation="relu"), layers.Dense(2)])
    noise = Input((5,))
    both = Model(noise, judge(maker(noise)))
    both.compile(loss="binary_crossentropy", optimizer="adam")
    for step in range(1000):
        judge.train_on_batch(points(64), np.ones((64, 1)))
        judge.train_on_batch(maker.predict(np.random.randn(64, 5)), np.zeros((64, 1)))
        both.train_on_batch(np.random.randn(64, 5), np.ones((64, 1)))
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
    A model whose `trainable` is set anywhere, to whatever, is left to its author, as are models that `fit` trains and
    those of which a part was not read.

    ## References
    - Goodfellow and others: Generative adversarial nets (2014), algorithm 1
    - [Keras 3: transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/), on `trainable`
    """

    code = "CNN610"
    name = "unfrozen-opponent"
    severity = Severity.WARNING
    summary = "A discriminator is trained together with its generator"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("two models that are trained in turns are no single training run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such pair of models."""
        for flaw in program.events_of(Miswritten):
            if flaw.why == "frozen late":
                part, rest = flaw.what.split(", ")
                problem = f"{rest} was compiled before {part} was frozen: its training trains {part} as well"
                advice = f"{part}.trainable = False before {rest} is compiled"
                yield Finding(problem, flaw.origin, flaw.model, help=advice)
        played = [model for model in program.models if is_played(model)]
        for whole in played:
            for judge in played:
                if judge is not whole and is_end(judge, whole):
                    yield Finding(
                        f"training {whole.name} trains {judge.name} as well, against what it is trained for by itself",
                        whole.training.compiled or whole.origin,
                        whole,
                        help=f"{judge.name}.trainable = False before {whole.name} is compiled",
                    )


def is_played(model: Model) -> bool:
    """Whether a model was read whole, and is trained batch by batch on a loss of one output."""
    turns = any(feed.kind == "train_on_batch" for feed in model.training.feeds)
    return turns and not model.unread and model.training.compiled is not None and len(model.outputs) == 1


def weighted(model: Model) -> list[Node]:
    """The layers with weights of a model."""
    return [node for node in model if node.kind in WEIGHTED]


def is_end(judge: Model, whole: Model) -> bool:
    """Whether a model is the last part of another, behind layers of its own, and none of it was ever frozen."""
    own = {node.layer_id for node in weighted(judge)}
    inner = [node for node in weighted(whole) if node.layer_id in own]
    outer = [node for node in weighted(whole) if node.layer_id not in own]
    last = weighted(whole)[-1:]
    untouched = all(node.trainable is True and not node.set_later for node in (*inner, *weighted(judge)))
    return bool(own) and bool(outer) and {n.layer_id for n in inner} == own and last == inner[-1:] and untouched
