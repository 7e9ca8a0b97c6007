"""CNN517."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Dropped, Feed, Model, Program, SessionMisused
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UntrainedModel(Rule):
    """A model that is asked before it has learnt anything.

    ## What it does
    Finds `evaluate` of a model that nothing in the file trains or gives weights, and `predict` of one that was
    built anew by the code whose earlier model was trained. In TensorFlow 1, an initialiser of all variables that
    runs behind a `restore` in the same session, which is an error. A file that is loaded behind a training, and was
    written before it; answers that are scored, and were asked for above the training.

    ## Why is this bad
    Every call of a function that builds a model draws new initial weights. What such a model answers is chance: its
    accuracy is that of guessing.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), (x_test, y_test) = mnist.load_data()


    def build():
        model = Sequential([
            layers.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model


    build().fit(x_train, y_train, epochs=5)
    model = build()
    model.evaluate(x_test, y_test)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), (x_test, y_test) = mnist.load_data()


    def build():
        model = Sequential([
            layers.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model


    model = build()
    model.fit(x_train, y_train, epochs=5)
    model.evaluate(x_test, y_test)
    ```

    ## Exceptions
    A file that loads or sets weights in any way, trains by an optimizer's own methods, or gives the model to code
    that was not read keeps the rule silent. So do a `restore` further down, a published network, layers that
    another model trains, and a model that is evaluated before its training as well as after. Data drawn by chance
    are a demonstration of the call.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/)
    - [TensorFlow 1.15: tf.train.Saver](
      https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/train/Saver), `restore`
    """

    code = "CNN517"
    name = "untrained-model"
    severity = Severity.WARNING
    summary = "A model is evaluated that was never trained"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the model is trained nowhere, so there is no training to compare")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for the first such call of each model."""
        for event in program.events_of(SessionMisused):
            if event.why == "wiped":
                problem = "all variables go back to their initial values, those that were restored before it as well"
                advice = "initialise first, and restore then"
                yield Finding(problem, event.origin, event.model, help=advice, severity=Severity.ERROR)
        for early in program.events_of(Dropped):
            if early.why == "saved early":
                problem = f"what is loaded from {early.what} later was saved before the training"
                yield Finding(problem, early.origin, early.model, help="save it behind fit")
        for data in program.events_of(DataMisused):
            if data.why == "asked early":
                problem = f"{data.what} is asked here and trained further down: these are the answers of new weights"
                yield Finding(problem, data.origin, data.model, help="ask behind fit")
            elif data.why == "never learnt":
                problem = f"all that trains stands in {data.what}, which nothing calls"
                yield Finding(problem, data.origin, data.model, help=f"call {data.what} in the loop")
        trained = {model.origin for model in program.models if model.training.fits()}
        for model in program.models:
            training = model.training
            if not training.untrained or training.handed or model.is_part or model.kind == "application":
                continue
            again = model.origin in trained
            feed = next((feed for feed in training.feeds if is_asked(feed, again)), None)
            if feed is not None and (again or not (feed.kind == "evaluate" and is_noise(feed))):
                yield Finding(
                    f"{feed.kind} asks a model that {whose(model, again)}",
                    feed.origin,
                    model,
                    help="use the model that was trained" if again else "train it with fit, or load its weights, first",
                )


def is_asked(feed: Feed, again: bool) -> bool:
    """Whether a call makes something of the answers: it compares them, or they come from a model made anew."""
    return feed.kind == "evaluate" or (feed.kind == "predict" and again)


def is_noise(feed: Feed) -> bool:
    """Whether the data are drawn by chance, as in the demonstration of how something is called."""
    return any(
        "random" in facts.origin.text.replace("random_state", "")
        for facts in (feed.x, feed.y)
        if facts is not None and facts.origin
    )


def whose(model: Model, again: bool) -> str:
    """What is wrong with it."""
    return "was built anew after its training, with new weights" if again else "was never trained"
