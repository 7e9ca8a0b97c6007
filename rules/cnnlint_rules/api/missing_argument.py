"""CNN716."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Argument, DataMisused, Dropped, Model, Program, SessionMisused
from cnnlint.graph.library_calls import Call
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: what of a call does not end without each argument
READ = {
    "steps_per_epoch": "the stream that it is given never ends, and neither does the first epoch",
    "validation_steps": "the stream that it validates on never ends, and neither does the validation",
    "steps": "the stream that it is given never ends",
}


class MissingArgument(Rule):
    """An argument without another that it needs.

    ## What it does
    Finds `fit`, `evaluate` and `predict` on streams that repeat without end (`repeat()`, a generator of `while
    True`) that are not told how many batches to take, and pictures or texts of a folder that are split into two
    parts with no word about which part is wanted, or without the seed that keeps the two apart. Likewise the part
    of an ImageDataGenerator that validates, where that is not split; and, in TensorFlow 1, a `feed_dict` without a
    placeholder that what is run is computed from. `value_and_grad` of a function that returns a pair, without
    `has_aux`, folds of scikit-learn that have a seed and are not shuffled, and a training operation of a model
    function without the step that its Estimator counts; and a tensor that an optimizer of Keras's is to minimise
    without the tape that recorded it. In Keras 3 an `Input()` without a shape.

    ## Why is this bad
    TensorFlow's Keras refuses an endless stream, Keras 3 begins an epoch that never ends. A folder that is shuffled
    anew for each part would have the same files in both: Keras refuses. TensorFlow 1 cannot compute with a placeholder
    that has no value.

    ## Example
    ```python
    import keras
    from keras import layers

    train = keras.utils.image_dataset_from_directory("flowers", validation_split=0.2, subset="training")
    held_out = keras.utils.image_dataset_from_directory("flowers", validation_split=0.2, subset="validation")
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    train = keras.utils.image_dataset_from_directory("flowers", validation_split=0.2, subset="training", seed=1)
    held_out = keras.utils.image_dataset_from_directory("flowers", validation_split=0.2, subset="validation", seed=1)
    ```

    ## Exceptions
    A stream that was not followed to its end may have one: silent. A folder that is not shuffled needs no seed. Of
    placeholders the rule is silent where a name is bound more than once, where the dict is not written out, and
    where a function of the program, or the shape alone, is what a placeholder goes into.

    ## References
    - [Keras 3: fit](https://keras.io/api/models/model_training_apis/#fit-method)
    - [Keras 3: image_dataset_from_directory](https://keras.io/api/data_loading/image/)
    """

    code = "CNN716"
    name = "missing-argument"
    severity = Severity.ERROR
    summary = "An argument without another that it needs"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the call is refused, or never ends")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        yield from super().check(program)
        for call in program.calls:
            needed = lacking(call) or (shapeless(call) if program.frameworks.keras == 3 else None)
            if needed is not None:
                problem, advice = needed
                yield Finding(problem, call.origin, help=advice)
        for run in program.events_of(SessionMisused):
            if run.why == "unfed":
                problem = f"what is run here is computed from the placeholder {run.what}, and that is not fed"
                yield Finding(problem, run.origin, run.model, help=f"feed_dict={{…, {run.what}: …}}")
        for lost in program.events_of(Dropped):
            if lost.why == "auxiliary":
                problem = f"{lost.what} returns a pair, and jax differentiates a number"
                yield Finding(problem, lost.origin, lost.model, help="has_aux=True")
            elif lost.why == "uncounted":
                problem = "an Estimator counts its steps by this operation, which is not told the counter"
                advice = "minimize(loss, global_step=tf.train.get_global_step())"
                yield Finding(problem, lost.origin, lost.model, help=advice)
            elif lost.why == "no tape":
                problem = f"{lost.what} is a tensor: minimize differentiates a function, or what a tape recorded"
                yield Finding(problem, lost.origin, lost.model, help="minimize(lambda: …, weights), or tape=tape")
            elif lost.why == "two classes":
                problem = f"{lost.what} tells two classes apart unless it is told their number, and the data has ten"
                yield Finding(problem, lost.origin, lost.model, help="n_classes=10")
            elif lost.why == "endless":
                problem = f"{lost.what} repeats for ever, and evaluate is not told how many steps to take"
                yield Finding(problem, lost.origin, lost.model, help="leave out repeat(), or pass steps")
        for event in program.events_of(DataMisused):
            if event.why == "ordered folds":
                problem = f"{event.what} is given a seed, and draws nothing: scikit-learn refuses it since 0.24"
                yield Finding(problem, event.origin, event.model, help="shuffle=True", severity=Severity.WARNING)
            if event.why == "unsplit":
                problem = "the part that validates is asked for, and the generator is not split: it finds no pictures"
                yield Finding(problem, event.origin, event.model, help="ImageDataGenerator(validation_split=0.2, …)")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call that does not come to an end."""
        for feed in model.training.feeds:
            for name in feed.unbounded:
                problem = f"{feed.kind} is not told {name}: {READ[name]}"
                yield Finding(problem, feed.origin, model, help=f"pass {name}: the samples divided by the batch size")


def lacking(call: Call) -> tuple[str, str] | None:
    """What the parts of a folder cannot be told apart without (keras/src/utils/dataset_utils.py:
    check_validation_split_arg), and what to pass; None where nothing is."""
    folder = call.api.endswith("_dataset_from_directory") and call.api.startswith("keras.")
    if not folder or call.hidden or len(call.positional) > 2:
        return None
    split, subset = call.keywords.get("validation_split"), call.keywords.get("subset")
    if given(split) and subset is None:
        return "this folder is split, and neither part of it is asked for", 'pass subset="training" or "validation"'
    if given(subset) and split is None:
        return "a part of this folder is asked for, and it is not split", "pass validation_split"
    shuffle, seed = call.keywords.get("shuffle"), call.keywords.get("seed")
    if given(split) and shuffle is None and seed is None:
        return "without a seed this folder is shuffled anew for each of its parts", "pass the same seed for both parts"
    return None


def shapeless(call: Call) -> tuple[str, str] | None:
    """An `Input()` that is told neither its shape nor what it stands for (keras/src/layers/core/input_layer.py)."""
    alone = not (call.hidden or call.positional or call.keywords.keys() - {"name", "dtype", "batch_size"})
    made = call.api in ("keras.Input", "keras.layers.Input")
    return ("an input is made of a shape, and this one is given none", "pass shape=(…)") if alone and made else None


def given(argument: Argument | None) -> bool:
    """Whether a call passes a number or word that is not nothing."""
    return argument is not None and isinstance(argument.value, (int, float, str)) and bool(argument.value)
