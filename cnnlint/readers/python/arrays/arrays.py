"""What the interpreter asks of data: arrays, streams and the libraries they come from (see `data/`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays import (
    arithmetic,
    items,
    labels,
    lists,
    pictures,
    shapes,
    statements,
    streams,
    subscripts,
    tensors,
)
from cnnlint.readers.python.arrays.arithmetic import COMPARISONS, inverted
from cnnlint.readers.python.arrays.elements import known, told
from cnnlint.readers.python.arrays.identity import lifted, named
from cnnlint.readers.python.arrays.items import element, widened
from cnnlint.readers.python.arrays.lists import listed
from cnnlint.readers.python.arrays.literals import from_literal
from cnnlint.readers.python.arrays.methods import reshaped, size_of
from cnnlint.readers.python.arrays.statements import expression, passed_on
from cnnlint.readers.python.arrays.statistics import extreme
from cnnlint.readers.python.arrays.streams import generated, sequence
from cnnlint.readers.python.libraries import datasets, scipy_api
from cnnlint.readers.python.libraries.keras import utils as keras_utils
from cnnlint.readers.python.libraries.numpy import api as numpy_api
from cnnlint.readers.python.libraries.numpy import random_numbers
from cnnlint.readers.python.libraries.pandas import api as pandas_api
from cnnlint.readers.python.libraries.pandas import changes as pandas_changes
from cnnlint.readers.python.libraries.pandas import selection as pandas_selection
from cnnlint.readers.python.libraries.sklearn import api as sklearn_api
from cnnlint.readers.python.libraries.tensorflow import api as tensorflow_api
from cnnlint.readers.python.libraries.tensorflow import data as tf_data
from cnnlint.readers.python.libraries.tensorflow import pictures as tensorflow_pictures
from cnnlint.readers.python.libraries.tensorflow.api import preprocess, through_layer, through_model
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DatasetValue,
    ObjectValue,
    Unknown,
    Value,
    elements,
)

call_numpy = numpy_api.call
of_unknown = numpy_api.of_unknown
tensorflow = tensorflow_api.call
dataset_attribute = tf_data.attribute


def holds_array(value: Value) -> bool:
    """Whether it is an array, or a list that holds one however deep: Keras takes lists for the structure of inputs."""
    return isinstance(value, ArrayValue) or any(map(holds_array, elements(value) or ()))


def binary(run: Run, name: str, left: Value, right: Value, node: cst.CSTNode | None) -> Value:
    """`left op right` where one side is an array, or a list that one was turned into."""
    found = lists.binary(run, name, left, right) if lists.is_listed(left) or lists.is_listed(right) else None
    made = found if found is not None else arithmetic.binary(run, name, left, right, node)
    tensors.mixed(run, name, left, right, node)
    return tensors.of_operation(name, left, right, made)


def compare(run: Run, name: str, left: Value, right: Value) -> Value:
    """`left op right` for a comparison where one side is an array: one answer for each element, for lists a single."""
    if all(lists.is_listed(side) or not isinstance(side, ArrayValue) for side in (left, right)):
        return Unknown("comparison", ("list", name))
    return tensors.of_operation(name, left, right, arithmetic.compare(run, name, left, right))


def updated(run: Run, old: ArrayValue, made: Value, node: cst.CSTNode | None) -> Value:
    """`x op= value`: in place."""
    return lists.extended(run, old) if old.listed else statements.updated(run, old, made, node)


def assign_item(run: Run, container: ArrayValue, index: list[Value], value: Value) -> None:
    """`array[...] = value`: the array itself changes, under all of its names."""
    if container.frame is not None:
        pandas_changes.with_item(run, container, index, value)
        return
    if container.listed:
        lists.extended(run, container)
        return
    tensors.unassigned(run, container)
    facts = items.with_item(run, container, index, value)
    if len(index) == 1 and isinstance(index[0], str):  # it is a table after all, or has fields
        facts = replace(facts, shape=None, dtype=None, low=None, high=None, encoding=None, classes=None)
    unsure = statements.undecided(run, container)
    found = subscripts.written(run, container, index, value) if not unsure and not facts.image else None
    if unsure:
        facts = replace(facts, encoding=None, classes=None)
        facts = facts if facts.image else replace(facts, low=None, high=None)
    statements.overwritten(run, container)
    facts = items.hot(facts, found)
    for other in container.family or [container]:
        other.facts = replace(facts, name=other.facts.name)
        told(other, found)


def remove_item(run: Run, container: ArrayValue, index: list[Value]) -> None:
    """`del df["column"]`, `del rows[0]`."""
    if container.frame is not None:
        pandas_changes.without_item(run, container, index)
    else:
        lists.extended(run, container)


def attribute(run: Run, value: ArrayValue, name: str) -> Value:
    """An attribute or method of an array or a table."""
    if value.listed:
        return lists.attribute(run, value, name)
    if value.frame is not None:
        return pandas_api.attribute(run, value, name)
    return numpy_api.attribute(run, value, name)


def item(run: Run, value: ArrayValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`value[...]` of an array or a table."""
    if value.frame is not None:
        return pandas_selection.item(run, value, index, node)
    made = items.item(run, value, index, node)
    if isinstance(made, ArrayValue) and not value.facts.image:
        made = told(made, subscripts.taken(run, value, index))
    if value.tensor and isinstance(made, ArrayValue):
        return tensors.item(made, index)
    return lists.item(value, made, index) if value.listed else made


def assign_object_item(run: Run, container: ObjectValue, index: list[Value], value: Value) -> None:
    """`df.loc[rows, column] = ...`."""
    table = container.state.get("table")
    if container.name == pandas_selection.LOCATED and isinstance(table, ArrayValue):
        pandas_selection.assigned(run, table, index, value, container.state["how"])
    else:
        run.building.escape(value)


def assign_attribute(run: Run, target: ArrayValue, name: str, value: Value) -> None:
    """`x.shape = ...`; `df.column = ...`."""
    if target.frame is not None:
        pandas_changes.with_attribute(run, target, name, value)
    elif name == "shape":
        made = shapes.reshaped(target.facts.shape, [size_of(size) for size in elements(value) or [value]])
        statements.overwritten(run, target)
        for other in target.family or [target]:
            other.facts = replace(other.facts, shape=made)
    else:  # `x.flat = 5`, `x.dtype = ...`
        statements.overwritten(run, target)
        for other in target.family or [target]:
            other.facts = replace(other.facts, shape=target.facts.shape if name == "flat" else None, dtype=None)


def number(value: ArrayValue | Unknown) -> Value:
    """The number that an array without axes holds, or that a statistic is; None where it is not known."""
    found = known(value)
    return found.items[0] if found is not None and found.shape == () else None


def distinct(value: ArrayValue) -> Value:
    """`set(labels)`: as many as there are classes."""
    facts = value.facts
    return ArrayValue(
        ArrayFacts((facts.classes if facts.encoding in LABELS or facts.dtype == "str" else None,), facts.dtype),
        bag=True,
    )


def sliced(size: int | None, part: slice) -> int | None:
    """How many elements a slice takes of an axis."""
    bounds = [
        bound if bound is None or isinstance(bound, int) else "unknown" for bound in (part.start, part.stop, part.step)
    ]
    return shapes.sliced(size, shapes.Stretch(*bounds))


#: encodings with one number for each label
LABELS = ("integer", "binary")


def batch(run: Run, value: DatasetValue) -> Value:
    """What a stream yields: a sample, or a batch."""
    return value.element


def method(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of an object that makes or prepares data; None for other objects."""
    if value.name == pandas_selection.LOCATED:
        return None
    if value.name.endswith("ImageDataGenerator"):
        return streams.generator_method(run, value, name, site)
    if value.name == "numpy.random.Generator":
        drawn = name == "choice" and value.site.api.endswith("default_rng")
        site.api = random_numbers.DRAWN if drawn else f"numpy.random.{name}"
        return random_numbers.call(run, name, site)
    if value.name.endswith("Tokenizer") and name in ("texts_to_matrix", "sequences_to_matrix"):
        words = value.site.value(0, "num_words", "nb_words", default=None)
        return labels.word_matrix(run, site, words if isinstance(words, int) else None)
    for owner in (sklearn_api.method, pictures.pil_method, datasets.subset_method):
        result = owner(run, value, name, site)
        if result is not None:
            return result
    return None


def object_item(run: Run, value: ObjectValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`df.iloc[...]`, `bunch["data"]`; None for other objects."""
    if value.name == pandas_selection.LOCATED:
        return pandas_selection.located(run, value.state["table"], index, node, value.state["how"])
    key = index[0] if len(index) == 1 else None
    return value.state.get(key) if isinstance(key, str) else None


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **datasets.HANDLERS,
    **keras_utils.HANDLERS,
    **sklearn_api.HANDLERS,
    **pandas_api.HANDLERS,
    **pictures.HANDLERS,
    **scipy_api.HANDLERS,
    **streams.HANDLERS,
    **tf_data.HANDLERS,
    **tensorflow_api.HANDLERS,
    **tensorflow_pictures.HANDLERS,
}

__all__ = [
    "COMPARISONS",
    "HANDLERS",
    "assign_item",
    "attribute",
    "batch",
    "binary",
    "call_numpy",
    "compare",
    "dataset_attribute",
    "element",
    "expression",
    "extreme",
    "from_literal",
    "generated",
    "inverted",
    "item",
    "lifted",
    "listed",
    "method",
    "named",
    "number",
    "object_item",
    "of_unknown",
    "passed_on",
    "preprocess",
    "reshaped",
    "sequence",
    "statements",
    "tensorflow",
    "through_layer",
    "through_model",
    "updated",
    "widened",
]
