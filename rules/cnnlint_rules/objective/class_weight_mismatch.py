"""CNN326."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Feed, Model, Program
from cnnlint.graph.axes import units
from cnnlint.graph.walks import output_layer
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

WHY = {
    "weighed by share": (
        "{} is the share of the samples of its own class: the rarer a class, the less it counts",
        "total / (2 * count) for each class",
    ),
    "weighed by count": (
        "{} are the numbers of samples of the classes: the rarer a class, the less it counts",
        "total / (classes * count) for each class",
    ),
}


class ClassWeightMismatch(Rule):
    """Class weights for classes that there are none of.

    ## What it does
    Finds `class_weight` dicts with keys that are no number of a class: words, or numbers as large as the count of the
    model's outputs or larger, as when classes are counted from 1; weights that are the shares or counts of the classes
    that they weigh, which makes the rare ones rarer; and those that a model of several outputs is given, in Keras 3 and
    in TensorFlow 2.

    ## Why is this bad
    Keras looks the weight of a sample up by the number of its class, and takes 1 where there is none: the weights of
    the other keys are never used, and those of shifted keys go to the wrong classes. Keras 2 refuses some of them.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([layers.Input((9,)), layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, class_weight={1: 1.0, 2: 2.0, 3: 4.0})
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([layers.Input((9,)), layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, class_weight={0: 1.0, 1: 2.0, 2: 4.0})
    ```

    ## Exceptions
    A dict of some of the classes weighs the others 1. In Keras 1 and 2 models of several outputs take a dict by output:
    silent, as for weights and outputs whose number is not known.

    ## References
    - [Keras 3: fit](https://keras.io/api/models/model_training_apis/#fit-method), on `class_weight`
    """

    code = "CNN326"
    name = "class-weight-mismatch"
    severity = Severity.WARNING
    summary = "Class weights for classes that there are none of"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the probe data is balanced, and weighs nothing")

    def check(self, program: Program) -> Iterator[Finding]:
        """The findings of each model, and those of models of several outputs, for which no class has a weight."""
        yield from super().check(program)
        yield from told(program.events_of(DataMisused), WHY)
        known = program.frameworks
        recent = known.keras == 3 or (known.tf_keras and known.tensorflow != 1)
        for model in program.models if recent and not known.compat_v1 else ():
            for feed in model.training.fits() if len(model.outputs) > 1 and not model.unread else ():
                if weighted(feed):
                    problem = "fit takes class_weight for models of one output, and this one has {}"
                    yield Finding(
                        problem.format(len(model.outputs)),
                        feed.arguments["class_weight"].origin or feed.origin,
                        model,
                        help="pass a sample_weight for each output",
                        severity=Severity.ERROR if known.keras == 3 else None,
                    )

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call that weighs such classes."""
        if len(model.outputs) != 1 or model.unread:
            return
        count = units(output_layer(model.outputs[0]))
        for feed in model.training.fits():
            keys = weighted(feed)
            wrong = [key for key in keys if is_none(key, count)]
            if wrong:
                classes = f"0 to {max(count, 2) - 1}" if count is not None else "whole numbers from 0 on"
                argument = feed.arguments["class_weight"]
                yield Finding(
                    f"class_weight names {wrong[0]!r}, and the classes are {classes}",
                    argument.origin or feed.origin,
                    model,
                    help="give each class the weight of its number, counted from 0",
                )


def weighted(feed: Feed) -> list[object]:
    """The keys of the dict of class weights that a call is given."""
    argument = feed.arguments.get("class_weight")
    value = argument.value if argument is not None else None
    return list(value) if isinstance(value, dict) else []


def is_none(key: object, count: int | None) -> bool:
    """Whether a key is the number of no class of a model with so many outputs; one output tells two apart."""
    if isinstance(key, str):
        return True
    number = isinstance(key, (int, float)) and not isinstance(key, bool)
    return number and isinstance(key, (int, float)) and count is not None and not 0 <= key < max(count, 2)
