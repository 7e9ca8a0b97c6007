"""What Keras refuses of data: names that no input has, lists of numbers, weights of samples that are not theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cnnlint.graph import CallRefused, NotThere
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    DatasetValue,
    DictValue,
    FunctionValue,
    IteratorValue,
    ListValue,
    ModelValue,
    Passed,
    Value,
    elements,
    is_number,
)

#: how Keras 3 calls an input that has no name of its own
MADE_UP = re.compile(r"input_layer(_\d+)?")


def check(run: Run, model: ModelValue, passed: Mapping[str, Passed], kind: str) -> None:
    """Tell the rules of data that a call of `fit` or its kin does not take."""
    _named(run, model, passed.get("x"))
    modern = run.versions.keras == 3 and not run.trying and model.kind in ("functional", "sequential")
    for name in ("x", "y", "sample_weight") if modern and kind in ("fit", "evaluate", "predict") else ():
        data = passed.get(name)
        if data is not None and _of_numbers(data.value):
            problem = f"{name} is a list of numbers: Keras 3 takes arrays and tensors, and lists of these"
            run.event(CallRefused(origin=run.origin(data.node), problem=problem, advice="np.array(…)"))
            return
    known = model.kind in ("functional", "sequential") and not run.trying
    for look in (_no_data, _streamed, _weights, _weighed_twice, _for_several) if known and kind in TRAINING else ():
        values = {name: one.value for name, one in passed.items()}
        at, problem, advice = look(run, model, values) or ("", "", "")
        if at:
            run.event(CallRefused(origin=run.origin(passed[at].node), problem=problem, advice=advice))
            return


#: what is told of an argument, by its name, and what to write instead
Told = tuple[str, str, str]
TRAINING = frozenset({"fit", "evaluate", "predict", "train_on_batch", "test_on_batch"})


def _streamed(run: Run, model: ModelValue, given: Mapping[str, Value]) -> Told | None:
    """What goes with arrays alone, beside a generator (keras 3.15: src/trainers/data_adapters/__init__.py)."""
    if not isinstance(given.get("x"), IteratorValue) or run.versions.keras != 3:
        return None
    share = given.get("validation_split")
    if isinstance(share, float) and share > 0:
        return "validation_split", "x is a generator, which cannot be parted", "validation_data=…"
    weights = isinstance(given.get("sample_weight"), ArrayValue)
    return ("sample_weight", "x is a generator, which brings its weights along", "yield (x, y, w)") if weights else None


def _no_data(run: Run, model: ModelValue, given: Mapping[str, Value]) -> Told | None:
    """A function, a number or a word (keras 3.15: src/trainers/data_adapters: get_data_adapter)."""
    x = given.get("x")
    if isinstance(x, FunctionValue) and run.versions.keras == 3:
        return "x", "x is a function, and Keras takes what it makes", "call it: …()"
    if isinstance(x, IteratorValue) and isinstance(given.get("y"), ArrayValue):
        return "y", "y stands beside a generator, which brings its targets along", "yield (x, y)"
    # a parameter's default may only stand for what a caller gives
    plain = isinstance(x, (int, float, str)) and not isinstance(x, bool) and len(run.frames) == 1
    return ("x", f"{x!r} are no data: Keras takes arrays, tensors and streams", "") if plain else None


def _weights(run: Run, model: ModelValue, given: Mapping[str, Value]) -> Told | None:
    """Weights of samples beside a stream, which brings them along, or of another number of samples."""
    x, weights = given.get("x"), given.get("sample_weight")
    if not isinstance(weights, ArrayValue):
        return None
    if isinstance(x, DatasetValue):
        return (
            "sample_weight",
            "sample_weight stands beside a stream, which brings its weights along",
            "(x, y, weights)",
        )
    counts = [_samples(one) for one in (x, weights)]
    if None in counts or counts[0] == counts[1]:
        return None
    return "sample_weight", f"sample_weight has {counts[1]} numbers, and there are {counts[0]} samples", "one for each"


def _samples(value: Value) -> int | None:
    """How many samples an array holds, where it has them along its first axis."""
    shape = value.facts.shape if isinstance(value, ArrayValue) and value.frame is None else None
    return shape[0] if shape and isinstance(shape[0], int) else None


def _weighed_twice(run: Run, model: ModelValue, given: Mapping[str, Value]) -> Told | None:
    """Weights of classes and of samples, which Keras 3 does not multiply (data_adapters/array_data_adapter.py)."""
    classes, samples = given.get("class_weight"), given.get("sample_weight")
    both = isinstance(classes, DictValue) and bool(classes.items) and isinstance(samples, ArrayValue)
    if not both or run.versions.keras != 3:
        return None
    return "class_weight", "Keras 3 takes class_weight or sample_weight, not both", "multiply them into sample_weight"


def _for_several(run: Run, model: ModelValue, given: Mapping[str, Value]) -> Told | None:
    """Weights for a model of several outputs."""
    count, y = len(model.outputs), given.get("y")
    if run.versions.keras != 3 or model.kind != "functional" or model.gaps or count < 2 or elements(y) is None:
        return None
    samples = given.get("sample_weight")
    listed = samples.items if isinstance(samples, ListValue) and samples.whole else ()
    if not listed or len(listed) == count or not all(isinstance(one, ArrayValue) for one in listed):
        return None
    return "sample_weight", f"sample_weight is a list of {len(listed)}, and there are {count} outputs", "one for each"


def _of_numbers(data: Value) -> bool:
    """Whether data are numbers in lists, and no array (keras 3.15: src/trainers/data_adapters: can_convert_arrays)."""
    if isinstance(data, ArrayValue) and data.facts.shape is not None and data.frame is None:
        return 0 < len(data.facts.shape) <= data.listed  # `x.tolist()`
    items = elements(data) if isinstance(data, (ListValue, tuple)) else None
    if not items or (isinstance(data, ListValue) and not data.whole):
        return False
    return all(is_number(item) for item in items) or all(_of_numbers(item) for item in items)


def _named(run: Run, model: ModelValue, passed: Passed | None) -> None:
    """Tell the rules of an input that a dict of data does not have: its key in the model's own dict of inputs, or the
    name of its layer (keras 3.15: src/models/functional.py: _flatten_to_reference_inputs; Keras 2 took the rest)."""
    data = passed.value if passed is not None else None
    if not isinstance(data, DictValue) or data.open or run.trying or passed is None:
        return
    if model.kind != "functional" or model.gaps or not model.inputs or run.versions.keras != 3:
        return
    given = set(data.items)
    names = model.input_keys or tuple(tensor.node.name for tensor in model.inputs)
    if not all(isinstance(name, str) for name in (*given, *names)):
        return
    made_up = any(MADE_UP.fullmatch(str(name)) for name in given)
    missing = next((name for name in names if name not in given and (name or not made_up)), None)
    if missing is not None:
        what = f"called {missing!r}" if missing else "without a name of its own"
        advice = f"its inputs are {', '.join(map(repr, names))}" if all(names) else "name the input: Input(…, name=…)"
        problem = f"the data of the model's input {what} are not in the dict that it is given"
        run.event(NotThere(origin=run.origin(passed.node), problem=problem, advice=advice))


__all__ = ["check"]
