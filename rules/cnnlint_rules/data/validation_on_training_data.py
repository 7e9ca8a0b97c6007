"""CNN512."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Feed, Model, Program
from cnnlint.graph.library_calls import Call
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: the first array of validation_data=(a, b), as it is written, and what it is cut by
FIRST = re.compile(r"^[\(\[]\s*([\w.]+)\s*(\[[^\]]*\])?\s*,")
#: how samples come to be on both sides, and what is to be done
PARTED = {
    "of all folds": (
        "{} goes on from fold to fold, and has been trained on what the next fold tests with",
        "make the model anew in each pass of the loop",
    ),
    "taken twice": (
        "{} validates on samples that are trained on: it is a part of the same stream",
        "leave out what is trained on: train = data.take(n), validation = data.skip(n)",
    ),
    "reshuffled": (
        "the stream is shuffled anew each time, so that {} is a part of what was trained on before",
        "shuffle(…, reshuffle_each_iteration=False) before take and skip",
    ),
    "resampled before": (
        "{} are oversampled before they are split: copies of what is trained on are tested with",
        "split first, and oversample the training part alone",
    ),
    "same part": (
        "{} validates on the part of the folder that is trained on",
        'part the folder (validation_split=0.2), and read the other part here: subset="validation"',
    ),
    "same call": ("{} is made of the arrays that are trained on", "hold a part of them back, and make it of that"),
    "test trained": ("{} is what the model is tested on, and it is trained on here", "train on the other part"),
    "of no fold": (
        "each fold is judged by the rows that it was trained on: {} is never read",
        "evaluate on the rows that the fold keeps out",
    ),
    "whole fold": ("every fold trains on all of {}, and on what judges it", "train on the rows of the fold: x[train]"),
    "split unused": ("all is trained on here that was parted, and {} is a part of it", "train on the part that trains"),
    "judged on training": ("{} is measured on what the model was trained on", "evaluate what was kept out of it"),
}


class ValidationOnTrainingData(Rule):
    """Validation on samples that the model is trained on.

    ## What it does
    Finds `fit` calls whose `validation_data` is the training array or stream itself, or a slice of the array under any
    name, while all of it is trained on; parts of one stream or folder that overlap, or that are cut from another
    order each time; samples of a rare class that are doubled (SMOTE) before they are split; cross-validation that
    trains one model on in every fold, or judges it by the rows that it was trained on; a test set that is trained on,
    or a split that is not; and what is called a loss or accuracy of the test, of the training arrays.

    ## Why is this bad
    Validation is there to see what the model makes of pictures it has not learned by heart. On pictures it trains on,
    the validation loss follows the training loss whatever happens: overfitting cannot be seen, early stopping never
    stops, and the best checkpoint is the most overfitted one.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    x_train, x_test = x_train / 255, x_test / 255
    model = Sequential([
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train, validation_data=(x_train[:100], y_train[:100]))
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    x_train, x_test = x_train / 255, x_test / 255
    model = Sequential([
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train, validation_data=(x_test, y_test))
    ```

    ## Exceptions
    Two slices of one array are told apart by nobody but their author: where the training array is itself a slice, the
    rule is silent. `validation_split` takes its share away from training.

    ## References
    - [Keras 3: fit](https://keras.io/api/models/model_training_apis/#fit-method): "the model will not be trained on
      this data"
    - Chollet: Deep Learning with Python, 2nd edition (2021), section 5.2.1, training, validation, and test sets
    """

    code = "CNN512"
    name = "validation-on-training-data"
    severity = Severity.WARNING
    summary = "Validation data are samples that the model is trained on"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the model learns the same either way: what suffers is what is known about it")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        yield from super().check(program)
        for call in cut_by_other_seed(program.calls):
            yield Finding("another seed cuts this folder: this part was trained on", call.origin, help="pass one seed")
        yield from told(program.events_of(DataMisused), PARTED)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such call."""
        for feed in model.training.feeds:
            shared = streamed(feed) or trained_on(feed) or cut_from_training(feed) if feed.kind == "fit" else None
            if shared is not None:
                yield Finding(
                    f"{shared} is trained on, and validates as well",
                    feed.arguments["validation_data"].origin or feed.origin,
                    model,
                    help="validate on samples that are kept out: other data, or validation_split=0.2",
                )


def cut_by_other_seed(calls: Iterable[Call]) -> Iterator[Call]:
    """The parts of a folder that validate, where the part of it that trains is cut from another order."""
    trained: dict[object, set[object]] = {}
    for call in calls:
        folders = call.api.startswith("keras.") and call.api.endswith("_dataset_from_directory")
        given = {name: one.value for name, one in call.keywords.items()}
        folder = call.positional[0].value if call.positional else given.get("directory")
        seed, share, part = (given.get(name) for name in ("seed", "validation_split", "subset"))
        known = isinstance(folder, str) and isinstance(seed, int) and given.get("shuffle", True) is True
        if folders and known and part == "training":
            trained.setdefault((folder, share), set()).add(seed)
        elif folders and known and part == "validation" and seed not in trained.get((folder, share), {seed}):
            yield call


def streamed(feed: Feed) -> str | None:
    """The stream that is both trained on and validated on, as it is written."""
    validation = feed.arguments.get("validation_data")
    return validation.origin.text if feed.one_stream and validation and validation.origin else None


def trained_on(feed: Feed) -> str | None:
    """The array that a call trains on and validates on, as it is written: in one call one name is one array."""
    x, validation = feed.arguments.get("x"), feed.arguments.get("validation_data")
    if x is None or x.origin is None or validation is None or validation.origin is None:
        return None
    first = FIRST.match(validation.origin.text)
    trained = x.origin.text.strip()
    return trained if first is not None and trained in (first[1], f"{first[1]}{first[2] or ''}") else None


def cut_from_training(feed: Feed) -> str | None:
    """The array that validates if it was cut, under whatever name, from one that is trained on as a whole."""
    if "validation_data" not in feed.arguments:
        return None
    for whole, part in ((feed.x, feed.validation_x), (feed.y, feed.validation_y)):
        if whole is not None and part is not None and part.is_cut_from(whole):
            return part.name or "the validation set"
    return None
