"""CNN529."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Model, Program
from cnnlint.graph.facts import VALUE_STEPS
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

UNLIKE = {
    "unshuffled split": (
        "{} stand class after class and are parted as they stand: the classes that are tested are not trained",
        "leave out shuffle=False, or pass stratify=y",
    ),
    "in class order": (
        "{} were gathered class after class, and validation_split takes the last of them: classes that are not trained",
        "shuffle before: order = np.random.permutation(len(x)), x[order] and y[order]; or train_test_split(…, "
        "stratify=y)",
    ),
    "unmapped": (
        "what trains goes through a function first, and {} comes as it is read",
        "map the same function over both",
    ),
    "distorted": (
        "this {} distorts pictures by chance, those that are validated on too",
        "validate on pictures of an ImageDataGenerator of its own, with the rescaling and preprocessing alone",
    ),
}


#: data sets of scikit-learn whose samples stand class after class, with how many they are
IN_ORDER = {"sklearn.datasets.load_iris": 150, "sklearn.datasets.load_wine": 178}
#: what leaves samples in their order
KEEPING = VALUE_STEPS - {"opaque"} | {"one_hot", "binarize", "encode", "cast", "reshape", "expand_dims"}


class UnlikeValidation(Rule):
    """Validation on what is not like what the model will be asked.

    ## What it does
    Finds `validation_split` on samples that a loop gathered class after class with nothing that mixes them, a split
    without shuffling of a data set that stands so (iris), and
    generators that turn, shift or mirror pictures by chance (`rotation_range`, `horizontal_flip`, …) given as
    `validation_data` or to `evaluate`; and what is read from a folder and validated on as it comes, where that which
    trains goes through a function first (`train.map(prepare)`).

    ## Why is this bad
    Keras takes the last samples for validation before it shuffles: of sorted samples these are the last classes, which
    the training then never sees, and the validation accuracy stays at 0. Distorted pictures are others each time, and
    harder than those that come: the figures say neither how good the model is nor which epoch was best.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.preprocessing.image import ImageDataGenerator

    moving = ImageDataGenerator(rescale=1 / 255, rotation_range=30, horizontal_flip=True)
    train = moving.flow_from_directory("train", (64, 64), class_mode="binary")
    held_out = moving.flow_from_directory("held_out", (64, 64), class_mode="binary")
    model = Sequential([layers.Input((64, 64, 3)), layers.Flatten(), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(train, validation_data=held_out)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.preprocessing.image import ImageDataGenerator

    moving = ImageDataGenerator(rescale=1 / 255, rotation_range=30, horizontal_flip=True)
    still = ImageDataGenerator(rescale=1 / 255)
    train = moving.flow_from_directory("train", (64, 64), class_mode="binary")
    held_out = still.flow_from_directory("held_out", (64, 64), class_mode="binary")
    model = Sequential([layers.Input((64, 64, 3)), layers.Flatten(), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(train, validation_data=held_out)
    ```

    ## Exceptions
    One generator that hands out both parts of a folder (`subset="validation"`) cannot do otherwise, and `predict` may
    be asked several times on purpose: silent. So are samples whose order anything in the function changes.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/), on `validation_split`
    - [Keras 2: image data preprocessing](https://keras.io/2.18/api/data_loading/image/)
    """

    code = "CNN529"
    name = "unlike-validation"
    severity = Severity.WARNING
    summary = "Validation on the last classes alone, or on pictures distorted by chance"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the samples and their order are the program's own")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call that holds out the end of a data set whose classes stand one after the other."""
        for feed in model.training.fits():
            share, labels = feed.arguments.get("validation_split"), feed.y
            if share is None or not isinstance(share.value, float) or share.value <= 0 or labels is None:
                continue
            moved = [step.kind for facts in (feed.x, labels) if facts is not None for step in facts.steps]
            if labels.source in IN_ORDER and labels.samples == IN_ORDER[labels.source] and KEEPING.issuperset(moved):
                problem, remedy = UNLIKE["in class order"]
                samples = f"the samples of {labels.source.rpartition('.')[2]}"
                yield Finding(problem.format(samples), share.origin or feed.origin, model, help=remedy)

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        yield from super().check(program)
        yield from told(program.events_of(DataMisused), UNLIKE)
