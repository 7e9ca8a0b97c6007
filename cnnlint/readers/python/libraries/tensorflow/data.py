"""tf.data: pipelines of samples and batches, and the iterators of TensorFlow 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, CallRefused, Shape
from cnnlint.readers.python.arrays import items, streams
from cnnlint.readers.python.arrays.identity import lifted
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.building import calls
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import SCOPES, names_in, walk
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DatasetValue,
    DictValue,
    FunctionValue,
    IteratorValue,
    ListValue,
    Passed,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    over,
)


def over_arrays(value: Value, change: Callable[[ArrayValue], Value]) -> Value:
    """A structure of tuples and dictionaries with each of its arrays changed."""
    return over(value, lambda part: change(part) if isinstance(part, ArrayValue) else part)


def _first(value: Value) -> ArrayValue | None:
    if isinstance(value, ArrayValue):
        return value
    parts = list(value.items.values()) if isinstance(value, DictValue) else elements(value) or []
    for part in parts:
        found = _first(part)
        if found is not None:
            return found
    return None


def _whole(run: Run, value: Value) -> Value:
    """What is passed to `from_tensor_slices`, with everything that is data as an array."""
    if isinstance(value, tuple):
        return tuple(_whole(run, part) for part in value)
    if isinstance(value, DictValue):
        return DictValue({key: _whole(run, part) for key, part in value.items.items()}, value.open)
    # of a tensor or a variable not even its rank outlasts being taken apart into samples, or gathered from them
    return lifted(run, value) or (Unknown("sample") if isinstance(value, (TensorValue, VariableValue)) else value)


def from_tensor_slices(run: Run, site: CallSite) -> Value:
    """`tf.data.Dataset.from_tensor_slices((x, y))`: a sample for each row."""
    if _of_unlike_shapes(site.value(0, "tensors")) and site.node is not None:
        problem = "from_tensor_slices makes one tensor of a list, and these arrays are not of one shape"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="a tuple: (features, targets)"))
        return DatasetValue(Unknown("sample"))
    value = _whole(run, site.value(0, "tensors"))
    first = _first(value)
    _unequal(run, value, site)
    return DatasetValue(over_arrays(value, items.sample), samples=first.facts.samples if first is not None else None)


def _of_unlike_shapes(value: Value) -> bool:
    """Whether arrays stand in a list that cannot be the rows of one tensor: all of their sizes are known."""
    parts = elements(value) if isinstance(value, ListValue) and not value.open else None
    shapes = [part.facts.shape if isinstance(part, ArrayValue) else None for part in parts or ()]
    known = [shape for shape in shapes if shape is not None and None not in shape]
    return len(known) == len(shapes) > 1 and len(set(known)) > 1


def _unequal(run: Run, value: Value, site: CallSite) -> None:
    """Tell the rules about arrays of other lengths, which TensorFlow takes no samples of."""
    parts = value if isinstance(value, tuple) else value.items.values() if isinstance(value, DictValue) else ()
    counts = {part.facts.samples for part in parts if isinstance(part, ArrayValue)} - {None}
    if len(counts) > 1 and site.node is not None:
        lengths = " and ".join(str(count) for count in sorted(counts, key=str))
        problem = f"from_tensor_slices takes arrays of one length; these have {lengths} rows"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem))


def from_tensors(run: Run, site: CallSite) -> Value:
    """`tf.data.Dataset.from_tensors(x)`: one element, whose first axis is the samples' to whoever is fed with it."""
    whole = _whole(run, site.value(0, "tensors"))
    first = _first(whole)
    samples = first.facts.samples if first is not None else None
    return DatasetValue(whole, batched=True, batch_size=samples, samples=samples, steps=1)


def from_generator(run: Run, site: CallSite) -> Value:
    """`tf.data.Dataset.from_generator(function, ...)`: what the function yields, sample by sample."""
    function = site.value(0, "generator")
    made = run.call(function, CallSite(None)) if function is not None and not isinstance(function, Unknown) else None
    found = streams.generated([run.element(made)]) if isinstance(made, (IteratorValue, ListValue)) else None
    if found is not None:
        return DatasetValue(found.element, drawn=True)
    return DatasetValue(Unknown("sample"), drawn=True)


def records(run: Run, site: CallSite) -> Value:
    """`tf.data.TFRecordDataset(paths)`, `Dataset.list_files(pattern)`: samples of which nothing is known yet."""
    return DatasetValue(Unknown("sample"))


def zipped(run: Run, site: CallSite) -> Value:
    """`tf.data.Dataset.zip((a, b))`."""
    given = site.value(0, "datasets")
    passed = elements(given) if len(site.positional) == 1 else [p.value for p in site.positional]
    parts = [part for part in passed or () if isinstance(part, DatasetValue)]
    if not parts or passed is None or len(parts) != len(passed):
        return DatasetValue(Unknown("sample"))
    counts = [part.samples for part in parts if part.samples is not None]
    samples = min(counts) if len(counts) == len(parts) else None
    element = tuple(part.element for part in parts)
    batched = all(part.batched for part in parts)
    return DatasetValue(
        element, batched, parts[0].batch_size, samples, parts[0].steps, any(part.drawn for part in parts)
    )


def normalized_iterator(run: Run, site: CallSite) -> Value:
    """`tf.data.make_one_shot_iterator(dataset)`."""
    return site.value(0, "dataset")


# --- attributes -------------------------------------------------------------------------------------------------


def attribute(run: Run, value: DatasetValue, name: str) -> Value:
    """An attribute or method of a stream."""
    method = METHODS.get(name)
    if method is not None:
        return Native(name, lambda run, site: _called(run, value, name, site))
    if name == "batch_size" and value.batch_size is not None:
        return value.batch_size
    if name in ("n", "samples") and value.samples is not None:
        return value.samples
    return Unknown(f"dataset.{name}", ("stream", name, _root(value)))


#: methods whose arguments the rules look at
ASKED = frozenset({"batch", "padded_batch", "shuffle", "repeat", "take", "skip", "prefetch", "map"})


def _called(run: Run, value: DatasetValue, name: str, site: CallSite) -> Value:
    if name in ASKED:
        calls.keep(run, f"tf.data.Dataset.{name}", site)
    return METHODS[name](run, value, site)


def _root(value: DatasetValue) -> object:
    first = _first(value.element)
    return first.facts.root if first is not None else None


def _same(run: Run, value: DatasetValue, site: CallSite) -> Value:
    return value


def _repeat(run: Run, value: DatasetValue, site: CallSite) -> Value:
    """`repeat(n)`: n passes, or passes without end."""
    times = site.value(0, "count", default=None)
    endless = value.endless or (times in (None, -1) and not site.open)
    steps = value.steps * times if isinstance(times, int) and times > 0 and value.steps is not None else None
    samples = value.samples * times if isinstance(times, int) and times > 0 and value.samples is not None else None
    return replace(value, steps=steps, samples=samples, endless=endless)


def _take(run: Run, value: DatasetValue, site: CallSite) -> Value:
    count, value = site.value(0, "count"), replace(value, endless=False)
    if not isinstance(count, int) or count < 0:
        return replace(value, samples=None, steps=None)
    if value.batched:
        steps = count if value.steps is None else min(count, value.steps)
        return replace(value, steps=steps, samples=None)
    return replace(value, samples=count if value.samples is None else min(count, value.samples))


def _skip(run: Run, value: DatasetValue, site: CallSite) -> Value:
    count = site.value(0, "count")
    if not isinstance(count, int) or count < 0:
        return replace(value, samples=None, steps=None)
    if value.batched:
        return replace(value, samples=None, steps=max(0, value.steps - count) if value.steps is not None else None)
    return replace(value, samples=max(0, value.samples - count) if value.samples is not None else None)


def _filter(run: Run, value: DatasetValue, site: CallSite) -> Value:
    """Which samples are left, and so which classes, is not known."""

    def fewer(array: ArrayValue) -> Value:
        facts = array.facts
        if facts.encoding in ("integer", "binary"):
            return ArrayValue(replace(facts, classes=None, low=None, high=None))
        return array

    return replace(value, element=over_arrays(value.element, fewer), samples=None, steps=None)


def _batch(run: Run, value: DatasetValue, site: CallSite) -> Value:
    """`batch(n)`: a new first axis."""
    size = size_of(site.value(0, "batch_size"))
    return batched(value, size, dropped=site.value(1, "drop_remainder", default=False) is True)


def batched(value: DatasetValue, size: int | None, *, dropped: bool) -> DatasetValue:
    """A stream of samples gathered into batches of a size."""

    def widened(array: ArrayValue) -> Value:
        shape: Shape | None = array.facts.shape
        return ArrayValue(
            replace(array.facts, shape=(size if dropped else None, *shape) if shape is not None else None)
        )

    steps = None
    if value.samples is not None and size is not None and size > 0 and not value.batched:
        steps = value.samples // size if dropped else -(-value.samples // size)
    return replace(value, element=over_arrays(value.element, widened), batched=True, batch_size=size, steps=steps)


def _unbatch(run: Run, value: DatasetValue, site: CallSite) -> Value:
    return replace(value, element=over_arrays(value.element, items.sample), batched=False, batch_size=None, steps=None)


def _map(run: Run, value: DatasetValue, site: CallSite) -> Value:
    """`map(function)`: the function is read on one element."""
    function = site.value(0, "map_func", "func")
    parts = list(value.element) if isinstance(value.element, tuple) else [value.element]
    _miscalled(run, function, parts, site)
    result = run.call(function, CallSite(None, [Passed(_own(part)) for part in parts]))
    if isinstance(result, ListValue) and not result.open:
        result = tuple(result.items)
    if isinstance(result, tuple):
        result = tuple(Unknown("sample") if isinstance(part, TensorValue) else part for part in result)
    if isinstance(result, TensorValue):
        result = Unknown("sample")
    if isinstance(value.element, Unknown) and isinstance(result, Unknown) and _keeps_the_first(function):
        result = ArrayValue(ArrayFacts())
    return replace(value, element=result)


def _miscalled(run: Run, function: Value, parts: Sequence[Value], site: CallSite) -> None:
    """Tell the rules of a function that takes another number of things than the parts that a sample has."""
    if not isinstance(function, FunctionValue) or function.flavour or site.node is None:
        return
    params = function.node.params
    taken = [*params.posonly_params, *params.params]
    least = sum(one.name.value not in function.defaults for one in taken)
    most = math.inf if isinstance(params.star_arg, cst.Param) else len(taken)
    if not least <= len(parts) <= most and not any(isinstance(one, Unknown) for one in parts):
        problem = f"map calls its function on the {len(parts)} parts of a sample, and it takes {least or 'none'}"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="lambda x, y: …"))


def _keeps_the_first(function: Value) -> bool:
    """Whether a function of two parts of a sample returns the one, and never looks at the other."""
    node = function.node if isinstance(function, FunctionValue) else None
    names = [one.name.value for one in node.params.params] if node is not None else []
    if node is None or len(names) != 2 or names[1] in names_in(node.body):
        return False
    if isinstance(node, cst.Lambda):
        return isinstance(node.body, cst.Name) and node.body.value == names[0]
    returns = [one.value for one in walk(node.body, around=SCOPES) if isinstance(one, cst.Return)]
    return bool(returns) and all(isinstance(one, cst.Name) and one.value == names[0] for one in returns)


def _own(value: Value) -> Value:
    """An element that the function may change in place without changing the pipeline before it."""
    return over_arrays(value, lambda array: ArrayValue(array.facts, array.exact, tensor=True))


def _apply(run: Run, value: DatasetValue, site: CallSite) -> Value:
    result = run.call(site.value(0, "transformation_func"), CallSite(None, [Passed(value)]))
    return result if isinstance(result, DatasetValue) else DatasetValue(Unknown("sample"))


def _flattened(run: Run, value: DatasetValue, site: CallSite) -> Value:
    """`interleave(function)`, `flat_map(function)`: the samples of streams that a function makes."""
    return replace(value, element=Unknown("sample"), samples=None, steps=None, batched=False, batch_size=None)


def _next(run: Run, value: DatasetValue, site: CallSite) -> Value:
    return value.element


def _concatenated(run: Run, value: DatasetValue, site: CallSite) -> Value:
    other = site.value(0, "dataset")
    drawn = value.drawn or not isinstance(other, DatasetValue) or other.drawn
    if not isinstance(other, DatasetValue) or _root(value) != _root(other):
        return replace(value, element=Unknown("sample"), samples=None, steps=None, drawn=drawn)
    total = value.samples + other.samples if value.samples is not None and other.samples is not None else None
    return replace(value, samples=total, steps=None, drawn=drawn)


METHODS: dict[str, Callable[[Any, DatasetValue, CallSite], Value]] = {
    **dict.fromkeys(
        (
            "shuffle",
            "prefetch",
            "cache",
            "with_options",
            "make_one_shot_iterator",
            "make_initializable_iterator",
            "as_numpy_iterator",
            "apply_options",
            "shard",
            "__iter__",
        ),
        _same,
    ),
    "repeat": _repeat,
    "take": _take,
    "skip": _skip,
    "filter": _filter,
    "batch": _batch,
    "padded_batch": _batch,
    "unbatch": _unbatch,
    "map": _map,
    "interleave": _flattened,
    "flat_map": _flattened,
    "apply": _apply,
    "get_next": _next,
    "next": _next,
    "__next__": _next,
    "concatenate": _concatenated,
}

HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "tf.data.Dataset.from_tensor_slices": from_tensor_slices,
    "tf.contrib.data.Dataset.from_tensor_slices": from_tensor_slices,
    "tf.data.Dataset.from_tensors": from_tensors,
    "tf.data.Dataset.from_generator": from_generator,
    "tf.data.Dataset.zip": zipped,
    **{
        f"tf.data.{name}": records
        for name in ("TFRecordDataset", "TextLineDataset", "FixedLengthRecordDataset", "Dataset.list_files")
    },
    "tf.data.make_one_shot_iterator": normalized_iterator,
    "tf.data.make_initializable_iterator": normalized_iterator,
}
