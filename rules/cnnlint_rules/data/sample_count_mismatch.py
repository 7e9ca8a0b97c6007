"""CNN514."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, DataMisused, Feed, Model, Node, Program
from cnnlint.graph.values import Batch
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class SampleCountMismatch(Rule):
    """Features and labels that are not equally many.

    ## What it does
    Compares how many samples the features and the labels of `fit` and `evaluate` have, and those of the validation
    data. Weights of all samples beside a part of them, and labels that a loop appends once for each folder while their
    pictures are appended for each file, are told by the text alone: a warning.

    ## Why is this bad
    Keras refuses them. Where the results of a split are unpacked in the wrong order, some of the pairs may even have
    equal lengths, and then features are trained on other samples' labels.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, x_test), (y_train, y_test) = mnist.load_data()

    model = Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train / 255, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), (x_test, y_test) = mnist.load_data()

    model = Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train / 255, y_train)
    ```

    ## Exceptions
    Numbers that are not known, after a mask or a sampler, are compared with nothing; so are streams, whose batches hold
    both. One batch that a model is given (`train_on_batch`) is compared where the model is known to answer each sample.
    Where a reshape has cut samples into more of them, scrambling-reshape says so.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/)
    - [scikit-learn 1.5: train_test_split](
      https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html)
    """

    code = "CNN514"
    name = "sample-count-mismatch"
    severity = Severity.ERROR
    summary = "Features and labels are not equally many"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("Keras compares the lengths of the arrays before it asks the model")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each call, and for what the text alone shows to be fewer."""
        yield from super().check(program)
        for event in program.events_of(DataMisused):
            if event.why == "weights apart":
                problem = f"these weights are of all samples of {event.what}, and this trains on a part of them"
                advice = "make them of the labels that are trained on"
                yield Finding(problem, event.origin, event.model, help=advice, severity=Severity.WARNING)
            elif event.why == "once a folder":
                problem = f"{event.what} grows once for each folder, and what it stands beside once for each file in it"
                advice = "append the label inside the inner loop, beside its sample"
                yield Finding(problem, event.origin, event.model, help=advice, severity=Severity.WARNING)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call whose arrays differ in length."""
        for feed in model.training.feeds:
            if feed.on_batch and not _answers_each(model):
                continue
            for purpose, first, second, noun in pairs(feed, model.inputs):
                if first.samples != second.samples and not (recut(first) or recut(second)):
                    yield Finding(
                        f"{feed.kind} is given {count(first, 'samples')} and {count(second, noun)}{purpose}",
                        feed.origin,
                        model,
                        help="give the inputs as many samples"
                        if noun == "samples"
                        else "pass the labels of these samples: look at the order in which they were unpacked or split",
                    )
                    break


def _answers_each(model: Model) -> bool:
    """Whether a model is known to answer each sample: what it is given as one batch, Keras 3 and TensorFlow 2.2 compare
    with its answers alone, and it may cut some off."""
    first = [(node.followed or (None,))[0] for node in model.outputs]
    return bool(first) and not model.unread and all(isinstance(one, Batch) and one.times == 1 for one in first)


def pairs(feed: Feed, entries: Sequence[Node]) -> Iterator[tuple[str, ArrayFacts, ArrayFacts, str]]:
    """The pairs of whole arrays that a call is given: what the pair is for, and what the second one holds."""
    whole = {"x", "y"} <= feed.arguments.keys()
    inputs, outputs = feed.inputs or (feed.x,), feed.outputs or (feed.y,)
    # where an axis is missing, that of the samples is: predict-missing-batch-dim
    known = [x.shape for x in inputs if x is not None and x.shape is not None]
    asked = feed.kind == "predict" and [len(one) for one in known] == [len(one.shape or ()) for one in entries]
    for purpose, first, second, noun in (
        *(("", inputs[0], other, "samples") for other in inputs[1:] if whole or asked),
        *(("", inputs[0], labels, "labels") for labels in outputs if whole),
        (" to validate with", feed.validation_x, feed.validation_y, "labels"),
    ):
        if first is not None and second is not None and first.samples and second.samples:
            yield purpose, first, second, noun


def recut(facts: ArrayFacts) -> bool:
    """Whether a reshape has changed how many samples there are."""
    return any(step.before and step.after and step.before[0] != step.after[0] for step in facts.steps)


def count(facts: ArrayFacts, noun: str) -> str:
    """How many there are, and what the array is called."""
    return f"{facts.samples:,} {noun}" + (f" ({facts.name})" if facts.name else "")
