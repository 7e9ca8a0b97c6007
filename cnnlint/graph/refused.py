"""What Keras and TensorFlow refuse of a call by the plain values that it passes: words for numbers, names of files.

Each was asked of Keras 3.15 and of tf.keras 2.21. Where both refuse it is said of every file, and where Keras 3 alone
does of those that are for it (`tests/rules/test_calls_agree_with_keras.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnnlint.graph.library_calls import Call, Reference
from cnnlint.graph.origins import Origin
from cnnlint.graph.program import Program
from cnnlint.graph.refused_settings import Verdict, refused_settings
from cnnlint.graph.versions import another, proven

MODEL = "keras.models.Model."
#: what is counted, by method of a model: its position, and whether None stands for something
COUNTED: dict[str, dict[str, tuple[int | None, bool]]] = {
    "fit": {
        "batch_size": (2, True),
        "epochs": (3, False),
        "initial_epoch": (None, False),
        "steps_per_epoch": (None, True),
        "validation_steps": (None, True),
        "validation_batch_size": (None, True),
    },
    "evaluate": {"batch_size": (2, True), "steps": (None, True)},
    "predict": {"batch_size": (1, True), "steps": (None, True)},
    "compile": {"steps_per_execution": (None, True)},
}
#: those of them that Keras 2 takes a real number for
ROUNDED = frozenset({"steps", "steps_per_epoch", "validation_steps"})
#: words of a type of numbers, or of a policy for them, have one of these in them
TYPES = re.compile(
    r"int|float|bool|string|complex|mixed|half|double|single|long|quint|policy|resource|variant|^[<>|=]?[fiubS]\d*$"
)
#: losses' `reduction` (keras/src/losses/loss.py: standardize_reduction), with that of tf.keras ("auto")
REDUCTIONS = frozenset({"sum", "none", "sum_over_batch_size", "mean", "mean_with_sample_weight", "auto"})
#: the modules whose objects are none, by argument of `compile`
OTHERS = {
    "optimizer": ("keras.losses.", "keras.metrics.", "keras.layers.", "keras.regularizers.", "keras.callbacks."),
    "loss": ("keras.optimizers.Adam", "keras.optimizers.SGD", "keras.optimizers.RMSprop", "keras.callbacks."),
}
METRICS = "keras.metrics."
AVERAGES = frozenset({"micro", "macro", "weighted"})
RESIZING = ("tf.image.resize", "keras.ops.image.resize")


def refused_calls(program: Program) -> Iterator[tuple[Origin, str, str, frozenset[str] | None]]:
    """Where the calls of a program are refused, what is wrong and of which generations of Keras that was proved, where
    not of all; but where the shapes tell the same."""
    told = {node.origin.span for model in program.models for node in model.nodes if node.shape_error}
    modern = program.frameworks.keras == 3
    for call in program.calls if program.frameworks.keras != 1 else ():
        if call.origin.span not in told:
            for given, problem, advice in refused(call, modern):
                yield (given.origin if given is not None else None) or call.origin, problem, advice, None
            for given, problem, advice in refused_settings(call, modern):
                if another(call, given, program.frameworks.generations):
                    continue
                origin = (given.origin if given is not None else None) or call.origin
                yield origin, problem, advice, proven(call.api, (given.keyword or "") if given is not None else None)


def refused(call: Call, modern: bool) -> Iterator[Verdict]:
    """What every Keras refuses of a call beside its settings, and what Keras 3 does where the file is for it."""
    module, _, name = call.api.rpartition(".")
    if call.api.startswith(MODEL):
        yield from _of_model(call, name, modern)
    elif module == "keras.layers":
        yield from _of_layer(call, name, modern)
    elif module == "keras.losses" and name[:1].isupper():
        yield from _choice(call, "reduction", REDUCTIONS)
    elif call.api == "keras.metrics.F1Score":
        yield from _choice(call, "average", AVERAGES)
    elif call.api == "keras.optimizers.PiecewiseConstantDecay":
        yield from _pieces(call)
    elif module == "keras.optimizers" and name[:1].isupper():
        rate = call.argument(0, "learning_rate")
        if rate is not None and isinstance(rate.value, str):
            yield rate, f"learning_rate is a number or a schedule, and {rate.value!r} is a word", "write the number"
    elif module == "keras.callbacks":
        yield from _of_callback(call, name, modern)
    elif call.api in RESIZING:
        size = call.argument(1, "size")
        if size is not None and type(size.value) in (int, float):
            yield size, f"size is a height and a width, and {size.value} is one number", f"({size.value}, {size.value})"


def _of_model(call: Call, name: str, modern: bool) -> Iterator[Verdict]:
    for parameter, (position, optional) in COUNTED.get(name, {}).items():
        given = call.argument(position, parameter)
        value = given.value if given is not None else 1
        real = isinstance(value, float) and (modern or parameter not in ROUNDED)
        if isinstance(value, (str, tuple)) or real or (value is None and not optional):
            yield given, f"{parameter} is a whole number, and is given {value!r}", "write how many"
    if name == "fit":
        yield from _fitted(call)
    elif name == "compile":
        yield from _compiled(call, modern)
    elif name in ("save_weights", "save") and modern:
        # into several files where it is told how large they may be
        sharded = call.hidden or call.argument(2, "max_shard_size") is not None
        ends = (".weights.h5",) if name == "save_weights" else (".keras", ".h5", ".hdf5")
        yield from _path(call, ends) if not sharded else ()


def _fitted(call: Call) -> Iterator[Verdict]:
    split, callbacks = call.argument(6, "validation_split"), call.argument(5, "callbacks")
    if split is not None and isinstance(split.value, (str, tuple)):
        yield split, f"validation_split is a share, and is given {split.value!r}", "write the number"
    if callbacks is not None and any(type(one) in (int, float, str) for one in _all(callbacks.value)):
        yield callbacks, "fit takes callbacks, and is given something else", "keras.callbacks.EarlyStopping(…)"
    often = call.argument(None, "validation_freq")
    validates = any(name in call.keywords for name in ("validation_data", "validation_split"))
    never = often is not None and type(often.value) is int and often.value == 0
    if often is not None and validates and (never or isinstance(often.value, (str, float))):
        yield often, f"validation_freq is a number of epochs, and is given {often.value!r}", "write a number from 1 on"
    held, weight = call.argument(7, "validation_data"), call.argument(10, "sample_weight")
    if held is not None and (type(held.value) in (int, float, str) or len(_items(held.value)) > 3):
        yield held, "validation_data is samples, targets and weights, and is given something else", "write (x, y)"
    if weight is not None and type(weight.value) in (int, float, str):
        yield weight, f"sample_weight is an array, and is given {weight.value!r}", "an array with a number for each"


def _compiled(call: Call, modern: bool) -> Iterator[Verdict]:
    for position, parameter in enumerate(("optimizer", "loss")):
        given = call.argument(position, parameter)
        if given is not None and type(given.value) in (int, float, bool):
            yield given, f"{given.value} is no {parameter}", "pass its name, or an object"
        elif given is not None and parameter == "optimizer" and isinstance(given.value, tuple):
            yield given, "compile takes one optimizer, not a list", "pass its name, or an object"
        elif (
            given is not None and isinstance(given.value, Reference) and given.value.name.startswith(OTHERS[parameter])
        ):
            yield given, f"{given.value.name.rpartition('.')[2]} is no {parameter}", "pass its name, or an object"
    third = call.argument(2, "")
    for parameter in ("metrics", "weighted_metrics"):
        metrics = call.argument(None, parameter)
        if metrics is not None and any(type(one) in (int, float) for one in _all(metrics.value)):
            yield metrics, "metrics are named or made, and one of these is a number", "pass their names"
        alone = metrics.value if metrics is not None and modern else None
        if isinstance(alone, str) or (isinstance(alone, Reference) and alone.made and alone.name.startswith(METRICS)):
            yield metrics, f"compile takes a list of {parameter}, not one of them", f"{parameter}=[…]"
    steps = call.argument(None, "steps_per_execution")
    if steps is not None and modern and type(steps.value) is int and steps.value == 0:
        yield steps, "no steps are executed at a time", "write a number above 0, or leave it out"
    if third is not None and modern and any(isinstance(one, (str, Reference)) for one in _items(third.value)):
        problem = "the third place of compile is that of loss_weights in Keras 3, and is given metrics"
        yield third, problem, "name it: metrics=[…]"
    weights = call.argument(None, "loss_weights") or third
    named = weights is not None and weights is not third and isinstance(weights.value, str)
    if weights is not None and (named or (modern and type(weights.value) in (int, str))):
        yield weights, f"loss_weights is a list, a dict or a float, and is given {weights.value!r}", "write a list"


def _of_layer(call: Call, name: str, modern: bool) -> Iterator[Verdict]:
    dtype = call.argument(None, "dtype")
    if dtype is not None and isinstance(dtype.value, str) and not TYPES.search(dtype.value):
        yield dtype, f"{dtype.value!r} is no type of numbers", 'dtype="float32"'
    elif dtype is not None and modern and type(dtype.value) in (int, float):
        yield dtype, f"{dtype.value} is no type of numbers", 'dtype="float32"'
    trainable = call.argument(None, "trainable")
    if trainable is not None and modern and isinstance(trainable.value, str):
        yield trainable, f"trainable is True or False, and {trainable.value!r} is a word", "trainable=True"
    shape = call.argument(None, "input_shape")
    if shape is not None and any(isinstance(one, str) for one in _items(shape.value)):
        yield shape, "input_shape is made of whole numbers, and holds a word", "write whole numbers"
    if name in ("IntegerLookup", "StringLookup", "TextVectorization"):
        words = call.argument(None, "vocabulary")
        held = _items(words.value) if words is not None else ()
        plain = all(isinstance(one, (str, int)) for one in held)
        if plain and len(set(held)) < len(held):
            yield words, "a vocabulary names each of its words once, and this one repeats some", "leave out the others"


def _of_callback(call: Call, name: str, modern: bool) -> Iterator[Verdict]:
    if name == "LearningRateScheduler":
        schedule = call.argument(0, "schedule")
        if schedule is not None and isinstance(schedule.value, (int, float, str)):
            yield (
                schedule,
                f"schedule is a function of the epoch, and is given {schedule.value!r}",
                "lambda epoch, rate: …",
            )
    elif name == "ModelCheckpoint" and modern:
        weights = call.argument(None, "save_weights_only")
        if weights is None or isinstance(weights.value, bool):
            alone = weights is not None and weights.value is True
            yield from _path(call, (".weights.h5",) if alone else (".keras", ".h5"))


def _path(call: Call, ends: tuple[str, ...]) -> Iterator[Verdict]:
    """A file whose name does not end as Keras 3 wants it."""
    path = call.argument(0, "filepath")
    if path is not None and isinstance(path.value, str) and not call.hidden and not path.value.endswith(ends):
        written = " or ".join(ends)
        yield (
            path,
            f"Keras 3 writes into a file whose name ends in {written}, and not into {path.value!r}",
            f"end it in {ends[0]}",
        )


def _choice(call: Call, parameter: str, choices: frozenset[str]) -> Iterator[Verdict]:
    given = call.argument(None, parameter)
    if given is not None and isinstance(given.value, str) and given.value not in choices:
        yield given, f"{given.value!r} is no {parameter}", f"write one of {', '.join(map(repr, sorted(choices)))}"


def _pieces(call: Call) -> Iterator[Verdict]:
    """One rate before, between and behind the boundaries."""
    boundaries, values = call.argument(0, "boundaries"), call.argument(1, "values")
    if boundaries is None or values is None:
        return
    if isinstance(boundaries.value, tuple) and isinstance(values.value, tuple):
        wanted = len(boundaries.value) + 1
        if len(values.value) != wanted:
            yield (
                values,
                f"{wanted - 1} boundaries want {wanted} values, not {len(values.value)}",
                "one more than boundaries",
            )


def _all(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _items(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()
