"""What `fit` hands to a model at a time, in the structure that the program gives it: an array, a pair, a dict."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlint.graph import Feed, WrongKind
from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    DatasetValue,
    DictValue,
    ListValue,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    over,
    tensors_in,
)


def batch(run: Run, features: Value, targets: Value) -> Value:
    """What a `train_step` is handed: the features, or a pair of features and targets; unknown where no data is seen."""
    x, y = structure(run, features), structure(run, targets)
    if x is None:
        return Unknown("a batch of data", ("batch", id(features)))
    return x if y is None else (x, y)


def structure(run: Run, value: Value) -> Value:
    """What is fed, each part of it an array as far as it is one; None where nothing of it is data."""
    if isinstance(value, DictValue):
        parts = {key: structure(run, part) for key, part in value.items.items()}
        known = any(part is not None for part in parts.values()) and not value.open
        return DictValue({key: _or_unknown(part, key) for key, part in parts.items()}) if known else None
    items = elements(value)
    if items is None or not any(isinstance(item, (ArrayValue, DictValue)) for item in items):
        return arrays.lifted(run, value)
    if isinstance(value, ListValue) and value.open:
        return None
    made = [_or_unknown(structure(run, item), place) for place, item in enumerate(items)]
    return tuple(made) if isinstance(value, tuple) else ListValue(made)


def _or_unknown(part: Value, place: Value) -> Value:
    return Unknown("a part of the data", ("batch", place)) if part is None else part


def tensors(run: Run, given: Value) -> Value:
    """What a call hands to a model or layer: the arrays of it, within lists and dictionaries too, as tensors."""
    if isinstance(given, (tuple, ListValue, DictValue)):
        made = over(
            given, lambda part: run.building.tensor(part) if isinstance(part, (ArrayValue, VariableValue)) else part
        )
        return made if tensors_in(made) else given
    return run.building.tensor(given) or given


def are_whole(given: Sequence[Value], inputs: Sequence[TensorValue]) -> bool:
    """Whether what a model's inputs are given has as many axes as they have with that of the batch."""
    shapes = [part.facts.shape if isinstance(part, ArrayValue) else None for part in given]
    pairs = [(shape, one.node.shape) for shape, one in zip(shapes, inputs, strict=False)]
    counts = {len(shape) - len(declared) for shape, declared in pairs if shape is not None and declared is not None}
    return len(given) == len(inputs) and counts == {0}


def again(run: Run, given: Value) -> Value:
    """Inputs like those of an earlier call, in the structure that it had."""

    def fresh(part: Value) -> Value:
        if not isinstance(part, TensorValue):
            return part
        return TensorValue(run.building.node("Input", [], {}, shape=part.node.shape, note=part.node.note))

    return over(given, fresh)


def inputs(run: Run, given: Value) -> Value:
    """The tensors that a model reads of what it is given, in the same structure: any number of samples of each."""

    def read(part: Value) -> Value:
        shape = part.facts.shape if isinstance(part, ArrayValue) else None
        if shape is not None and len(shape) < 2 and run.versions.keras != 3:
            shape = None  # numbers have an axis of their own by the time that a network of tf.keras reads them, to 2.7
        return TensorValue(run.building.node("Input", [], {}, shape=(None, *shape[1:]) if shape else None))

    return over(given, read)


def told_twice(run: Run, feed: Feed, stream: Value) -> None:
    """Tell the rules about a `batch_size` beside a stream whose batches are of another."""
    size = feed.arguments.get("batch_size")
    held = stream.batch_size if isinstance(stream, DatasetValue) else None
    if size is not None and isinstance(size.value, int) and held is not None and size.value != held:
        run.event(WrongKind(origin=size.origin or feed.origin, why="batched"))
