"""CNN715."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Argument, CallRefused, Program, WrongKind, domains
from cnnlint.graph.library_calls import Call, Reference
from cnnlint.graph.refused import refused_calls
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

Verdict = tuple[str, str]
FITS = frozenset({"keras.models.Model.fit", "keras.models.Model.fit_generator"})  # they take `class_weight`
#: what takes layers, and by which name
STACKS = {"keras.models.Sequential": "layers", "keras.models.Model.add": "layer"}
#: Keras 3 takes no number for their shape (keras/src/backend/common/variables.py: standardize_shape), Keras 2 did
INPUTS = frozenset({"keras.Input", "keras.layers.Input"})
#: a dict is what every version asks for (class_weight_to_sample_weights of Keras 3); strings were heeded by none
DICT = "a dict of the weight of each class: {0: 1.0, 1: 5.0}"
BY_TEXT = {
    "call": ("fit calls the model with training=True, which this `__call__` does not take", "call the method `call`"),
    "weights": ("fit takes a dict for class_weight, not the array of compute_class_weight", "dict(enumerate(weights))"),
    "text": ("the tokenizer takes a list of texts, and goes through this one letter by letter", "[text]"),
    "whole": ("whole numbers cannot hold this result, and numpy refuses", 'make them real: x = x.astype("float32")'),
    "length": ("`__len__` returns a float, and Python refuses it for a length", "int(np.ceil(…))"),
    "hook": ("Keras gives this method other arguments by position", "epochs and batches: (self, number, logs=None)"),
    "grid": ("the function that builds the model takes no such argument: the search refuses it", "one of its own"),
    "rate": ("this is the rate of one epoch, and the callback takes the function", "leave out the parentheses"),
    "model": ("build_fn is a function that builds a model, and is given what it built", "leave out the parentheses"),
}


class ArgumentOfWrongKind(Rule):
    """A value of a kind that the argument does not take.

    ## What it does
    Finds the class of an optimizer, callback or layer where an object belongs, labels beside a stream that brings its
    own, class weights that are no dict, weights that are not a layer's, `input_shape` that is a number, one text where
    the tokenizer takes a list of texts, a model in the place of the function that builds it, whole numbers that are
    divided in place (`x /= 255` of `uint8`), sizes of an `Input` below 0, and, in files for Keras 3, an `Input` of a
    number or word, and metrics that are a word, or in the third place of `compile`. So it does words for numbers of
    `fit`, `compile` and layers, files whose names do not end as Keras 3 wants it, layers that are called on nothing,
    or made with other arguments than their own `__init__` takes, arrays that a loss, `reshape` or `tf.matmul` cannot
    take, tables of other columns than a scaler was fitted on, and whatever else Keras's classes and searches refuse.

    ## Why is this bad
    Keras refuses. Class weights that are no dict were not heeded by those versions that took them. `input_shape=(784)`
    is the number 784: a tuple of one has a comma. The third place of `compile` was that of the metrics, and is that of
    the losses' weights since Keras 3. A tokenizer takes one text, and each letter for a text: a warning.

    ## Example
    ```python
    from keras import Sequential, layers, optimizers

    model = Sequential([layers.Input((20,)), layers.Dense(3, activation="softmax")])
    model.compile(optimizer=optimizers.Adam, loss="sparse_categorical_crossentropy")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers, optimizers

    model = Sequential([layers.Input((20,)), layers.Dense(3, activation="softmax")])
    model.compile(optimizer=optimizers.Adam(), loss="sparse_categorical_crossentropy")
    ```

    ## Exceptions
    Keras makes objects of the classes of losses and metrics: silent. Of files that may be for Keras 2 the third place
    of `compile` is right. A tokenizer of letters (`char_level`) may take one text, scikeras a model.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/)
    - [Keras 3: Optimizers](https://keras.io/api/optimizers/)
    """

    code = "CNN715"
    name = "argument-of-wrong-kind"
    severity = Severity.ERROR
    summary = "A value of a kind that the argument does not take"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the call is refused before there is a model to train")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        modern = program.frameworks.keras == 3
        for call in program.calls:
            for argument, (problem, advice) in verdicts(call, modern):
                yield Finding(problem, argument.origin or call.origin, help=advice)
        for origin, problem, advice, proved in refused_calls(program):
            yield Finding(problem, origin, help=advice, proved=proved)
        for _, value in domains.refused(program):
            if not value.number:
                yield Finding(value.problem, value.origin, help=value.advice, proved=value.proved)
        for feed in (feed for model in program.models for feed in model.training.feeds if feed.labelled_twice):
            problem = f"{feed.kind} is given labels beside a stream of samples, which brings its own"
            yield Finding(problem, feed.arguments["y"].origin or feed.origin, help="leave out y")
        for event in program.events_of(CallRefused):
            doubt = Severity.INFO if event.since == "some" and not modern else Severity.WARNING
            said = doubt if event.since else None
            yield Finding(event.problem, event.origin, help=event.advice or None, severity=said)
        for one in program.events_of(WrongKind):
            if one.why in BY_TEXT and not (modern and one.why == "call"):
                level = Severity.WARNING if one.why in ("text", "call") else None  # Keras takes them, in some version
                yield Finding(BY_TEXT[one.why][0], one.origin, help=BY_TEXT[one.why][1], severity=level)


def verdicts(call: Call, modern: bool) -> Iterator[tuple[Argument, Verdict]]:
    """The arguments of a call that are of another kind than it takes, with what is wrong and what to write."""
    found = []
    if call.api == "keras.models.Model.compile":
        found = [(call.argument(0, "optimizer"), a_class("keras.optimizers.", "compile takes an optimizer"))]
    elif call.api in FITS:
        found = [
            (call.argument(None, "class_weight"), class_weight),
            (call.argument(None, "callbacks"), a_class("keras.callbacks.", "fit takes callbacks")),
        ]
    elif call.api in STACKS:
        found = [(call.argument(0, STACKS[call.api]), a_class("keras.layers.", "a model is made of layers"))]
    elif call.api in INPUTS:
        found = [(call.argument(0, "shape"), sizes_of_input if modern else sizes)]
    elif call.api.startswith("keras.layers."):
        found = [(call.argument(None, "input_shape"), input_shape)]
    for argument, judge in found:
        verdict = judge(argument.value) if argument is not None else None
        if argument is not None and verdict is not None:
            yield argument, verdict


def a_class(module: str, takes: str) -> Callable[[object], Verdict | None]:
    """Judges what may be a class itself where an object belongs: `optimizer=Adam`, `model.add(Flatten)`."""

    def judge(value: object) -> Verdict | None:
        name = class_in(module, value)
        return (f"{takes}, and is given the class {name}", f"call it: {name}()") if name else None

    return judge


def class_in(module: str, value: object) -> str | None:
    """The first class of a module that a value is, or has among its items, where an object belongs."""
    for one in value if isinstance(value, (tuple, list)) else (value,):
        if isinstance(one, Reference) and not one.made and one.name.startswith(module):
            name = one.name.rpartition(".")[2]
            if name[:1].isupper():
                return name
    return None


def class_weight(value: object) -> Verdict | None:
    """`class_weight="balanced"`, as scikit-learn has it, or a list of weights."""
    if isinstance(value, str):
        return f"fit takes a dict for class_weight, and knows no {value!r}", DICT
    given = "a list" if isinstance(value, (tuple, list)) else "a number" if type(value) in (int, float) else None
    return (f"fit takes a dict for class_weight, not {given}", DICT) if given else None


def input_shape(value: object) -> Verdict | None:
    """`input_shape=(784)`: the comma makes the tuple."""
    return (f"input_shape is a tuple, and ({value}) is a number", f"({value},)") if type(value) is int else None


def sizes_of_input(value: object) -> Verdict | None:
    """`Input(784)`, which Keras 2 took."""
    for one in value if isinstance(value, (tuple, list)) else (value,):
        if isinstance(one, (float, str, tuple)):
            return f"{one!r} is no size of an axis", "write whole numbers"
    return (f"shape is a tuple, and {value} is a number", f"({value},)") if type(value) is int else sizes(value)


def sizes(value: object) -> Verdict | None:
    """`Input((-1, 3))`: what is left open is None."""
    below = [one for one in value if isinstance(one, int) and one < 0] if isinstance(value, (tuple, list)) else []
    return (f"{below[0]} is no size of an axis", "write None for a size that is left open") if below else None
