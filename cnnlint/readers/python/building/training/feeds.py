"""What `fit`, `evaluate` and `predict` are fed: features, labels, validation data, and how often."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import Argument, ArrayFacts, Feed, Node, Origin, TrainableSet
from cnnlint.graph.training import UnknownOutput
from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.building.calls import spelt
from cnnlint.readers.python.building.training import batches, figures, named_data, watching
from cnnlint.readers.python.building.training.endless import unbounded
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    ArrayValue,
    CallSite,
    DatasetValue,
    DictValue,
    HistoryValue,
    InstanceValue,
    IteratorValue,
    ListValue,
    ModelValue,
    ObjectValue,
    Passed,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    is_number,
    plain,
    token,
)

#: positional orders of what feeds a model, in Keras 2 and 3; Keras 1 agrees but for samples_per_epoch
ORDERS = {
    "fit": (
        *("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data"),
        *("shuffle", "class_weight", "sample_weight"),
    ),
    "evaluate": ("x", "y", "batch_size"),
    "predict": ("x", "batch_size"),
    "predict_classes": ("x", "batch_size"),
    "predict_proba": ("x", "batch_size"),
    "fit_generator": ("generator", "steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data"),
    "evaluate_generator": ("generator", "steps"),
    "predict_generator": ("generator", "steps"),
    "train_on_batch": ("x", "y"),
    "test_on_batch": ("x", "y"),
    "predict_on_batch": ("x",),
}
RENAMED = {
    "nb_epoch": "epochs",
    "samples_per_epoch": "samples",
    "nb_val_samples": "validation_samples",
    "X": "x",
    "generator": "x",
}
KINDS = {"test_on_batch": "evaluate", "predict_on_batch": "predict"}


def feed(run: Run, model: ModelValue, site: CallSite, method: str) -> Value:
    """`model.fit(...)` and its kin: a Feed with the facts of what is fed."""
    from cnnlint.readers.python.building.models.models import built_from, realise

    model.used_as_model = True
    realise(run, model)
    passed = _passed(run, site, method)
    kind = method.removesuffix("_generator").removesuffix("_classes").removesuffix("_proba")
    placement = run.building.placement(site, "function", f"keras.models.Model.{method}")
    result = Feed(KINDS.get(kind, kind), origin=placement.call or Origin(), open=site.open)
    result.arguments = {
        name: Argument(
            spelt(argument.value) if name == "class_weight" else plain(argument.value),
            True,
            argument.keyword,
            argument.position,
            run.origin(argument.node) if argument.node is not None else None,
        )
        for name, argument in passed.items()
    }
    result.callbacks, result.repeated = _callbacks(run, passed.get("callbacks")), bool(run.loop_path)
    result.on_batch = kind.endswith("on_batch")
    own = "show_accuracy" in site.keywords  # of Keras before 1.0
    reported = figures.reported(run, model, passed) if kind == "fit" and not (site.open or own) else None
    watching.watching(run, passed, site, reported)
    told = site.open or "return_dict" in site.keywords or own
    if kind in ("evaluate", "test_on_batch") and not told:
        result.numbers = figures.numbers(run, model)
    stream = _data(run, model, result, passed)
    named_data.check(run, model, passed, kind)
    _lacking(model, result, passed, stream, site)
    asks = kind in ("fit", "evaluate", "predict") and not site.open
    result.unbounded = unbounded(passed, kind == "fit") if asks else ()
    _validation(run, model, result, passed.get("validation_data"))
    result.one_stream = _one_stream(passed)
    x, y = passed.get("x"), passed.get("y")
    streams = x is not None and isinstance(x.value, DatasetValue) and kind in ("fit", "evaluate")
    result.labelled_twice = streams and y is not None and isinstance(y.value, ArrayValue) and not site.open
    _amount(run, result, passed, stream, site, method)
    batches.told_twice(run, result, x.value if streams and x is not None else None)
    if not any(model.born < one.began for one in run.passes) or not _known(result, model.training.feeds):
        model.training.feeds.append(result)
    elif result.trains:
        run.trained(model)  # the passes behind this one train it in the same way again
    changed, model.training.trainable_set = model.training.trainable_set, None
    if changed is not None and result.kind == "fit" and not model.used_as_part:  # a GAN's discriminator
        run.event(TrainableSet(origin=changed[0], of=changed[1]))
    if result.x is not None and result.x.shape is not None:
        built_from(run, model, result.x.shape)
    if result.kind == "fit":
        return HistoryValue(result, reported)
    if result.kind == "predict":
        return _classes(result) if method == "predict_classes" else predictions(run, model, result)
    return Unknown(f"model.{method}()", ("call", method, run.building.place(site)))


def _known(feed: Feed, feeds: Sequence[Feed]) -> bool:
    """Whether an earlier pass of a loop fed the same, from the same place, whichever samples they were."""
    return any(one.origin == feed.origin and _outline(one) == _outline(feed) for one in feeds[-RECENT:])


def _outline(feed: Feed) -> list[object]:
    """What a feed is to whoever asks about it, but for the numbers of its sources."""
    data = (feed.x, feed.y, feed.validation_x, feed.validation_y, *feed.inputs, *feed.outputs)
    return [
        *(replace(facts, root=None) if facts is not None else None for facts in data),
        *(feed.kind, feed.epochs, feed.batch_size, feed.steps_per_epoch, feed.validation_split, feed.callbacks),
        *({name: argument.value for name, argument in feed.arguments.items()}, feed.arrays),
    ]


RECENT = 8
"""How many feeds of a model are looked back at: a loop seldom has more of them."""


def _passed(run: Run, site: CallSite, method: str) -> dict[str, Passed]:
    """The arguments by their names in Keras 2."""
    passed: dict[str, Passed] = {}
    order = ORDERS[method]
    if method == "fit_generator" and (run.versions.keras == 1 or "nb_epoch" in site.keywords):
        order = ("generator", "samples_per_epoch", *order[2:])
    for name, argument in zip(order, site.positional, strict=False):
        passed[RENAMED.get(name, name)] = argument
    for keyword, argument in site.keywords.items():
        passed[RENAMED.get(keyword, keyword)] = argument
    return passed


def _callbacks(run: Run, passed: Passed | None) -> tuple[str, ...]:
    """What the callbacks of a `fit` are called."""
    if passed is None:
        return ()
    written = run.origin(passed.node).text if passed.node is not None else ""
    if _name(passed.value):
        return (_name(passed.value),)
    items, is_open = run.iterate(passed.value)
    names = tuple(_name(item) or written for item in items or ())
    return (*names, written) if is_open or items is None else names


def _name(value: Value) -> str:
    """The class of an object, or the name of something that is not defined."""
    if isinstance(value, ObjectValue):
        return value.name.rpartition(".")[2]
    if isinstance(value, Unknown) and isinstance(value.token, tuple) and value.token[:1] == ("name",):
        return str(value.token[-1])
    return value.cls.name if isinstance(value, InstanceValue) else ""


# --- data -------------------------------------------------------------------------------------------------------


def facts_of(run: Run, value: Value) -> ArrayFacts | None:
    """What is known about a value that is fed to a model; nothing of several arrays at once."""
    items = elements(value)
    if items is not None and any(map(arrays.holds_array, items)):
        return facts_of(run, items[0]) if len(items) == 1 else None
    if isinstance(value, DictValue):
        inner = list(value.items.values())
        return facts_of(run, inner[0]) if len(inner) == 1 and not value.open else None
    found = arrays.lifted(run, value)
    return found.facts if found is not None else None


def labels_of(run: Run, value: Value) -> ArrayFacts | None:
    """What is known about labels; None where that is no more than that they are the same labels as elsewhere."""
    facts = facts_of(run, value)
    blank = facts is None or ArrayFacts(root=facts.root, name=facts.name, origin=facts.origin) == facts
    return None if blank else facts


def stream_of(run: Run, value: Value) -> DatasetValue | None:
    """A value as a stream of batches: a pipeline, a generator of the program, a Sequence."""
    if isinstance(value, DatasetValue):
        return value
    if isinstance(value, InstanceValue):
        return arrays.sequence(run, value)
    if isinstance(value, IteratorValue) and value.kind == "generator":
        return arrays.generated([run.element(value)])
    return None


def _data(run: Run, model: ModelValue, result: Feed, passed: dict[str, Passed]) -> DatasetValue | None:
    """Fill in the features and the labels; returns the stream they come from, if it is one."""
    x, y = passed.get("x"), passed.get("y")
    if x is None:
        return None
    stream = _fed_stream(run, x.value, model) if y is None or y.value is None else None
    features, targets = x.value, y.value if y is not None else None
    if stream is not None:
        result.x, result.y = stream.x, stream.y
        if isinstance(stream.element, tuple) and len(stream.element) in (2, 3):
            features, targets = stream.element[:2]
    else:
        result.x = facts_of(run, x.value)
        result.arrays = _count(x.value)
        result.y = labels_of(run, y.value) if y is not None else None
        result.leaked = _leaked(run, result.x, result.y)
    if result.trains and model.handed_over is None and (stream is None or stream.batched):
        model.handed_over = (batches.structure(run, features), batches.structure(run, targets))
    result.inputs = tuple(_one(run, item) for item in _placed(features, model.inputs, model.gaps))
    placed = _placed(targets, model.outputs, model.gaps)
    result.outputs = tuple(_one(run, item) for item in placed)
    result.targets = _targets(model, targets) if stream is None or len(model.outputs) > 1 else None
    if result.trains:
        _label_outputs(run, model, placed)
    if stream is None:
        model.training.unknown_outputs += unknown_outputs(run, model, y)
    return stream


def _fed_stream(run: Run, value: Value, model: ModelValue) -> DatasetValue | None:
    """A value as the stream of batches that this model is fed with."""
    stream = stream_of(run, value)
    if stream is None or stream.batched or not stream.drawn:
        return stream
    features = (elements(stream.element) or [stream.element])[0]
    given = _placed(features, model.inputs, model.gaps) or elements(features) or [features]
    return replace(stream, batched=True) if batches.are_whole(given, model.inputs) else stream


def _lacking(
    model: ModelValue, result: Feed, passed: dict[str, Passed], stream: DatasetValue | None, site: CallSite
) -> None:
    """Note what a training is given no targets for, and streams that are not batched."""
    x, own = passed.get("x"), model.instance is not None and model.instance.cls.find("train_step") is not MISSING
    if x is None or site.open or own or not result.trains:
        return
    single = stream.element if stream is not None else x.value
    unknown = "target_tensors" in model.compiled or ("y" in passed and passed["y"].value is not None)
    # a loss that `add_loss` was given is computed of tensors of the model: it compares nothing with targets
    result.unlabelled = isinstance(single, ArrayValue) and not unknown and bool(model.training.losses)
    result.unbatched = isinstance(x.value, DatasetValue) and stream is not None and not stream.batched


def _leaked(run: Run, x: ArrayFacts | None, y: ArrayFacts | None) -> str | None:
    """The column of a table that the targets are, where the features are that table with all of its columns.

    Rows that were cut apart may lie in different hours: the last value of a column is no secret of the next.
    """
    if x is None or y is None or x.root is None or y.root is None:
        return None
    moved = [step for facts in (x, y) for step in facts.steps if step.kind in ("slice", "opaque", "stack", "concat")]
    if moved or x.shape is None or len(x.shape) != 2:
        return None
    selections = {number: one for one, number in run.sources.derived.items() if isinstance(one, tuple)}
    (table, key), (other, keys) = selections.get(y.root, (None, None)), selections.get(x.root, (None, None))
    if table is None or table not in (x.root, other):
        return None
    return str(key) if table == x.root or _selects(keys, key) else None


def _selects(several: object, one: object) -> bool:
    """Whether columns that were selected of a table by their names, or their places, hold one that was by its own."""
    if not (isinstance(several, tuple) and isinstance(one, tuple) and len(one) == 2):
        return False
    return (several[0], one[0]) in (("columns", "column"), ("places", "at")) and token(one[1]) in several[1:]


def _count(value: Value) -> int | None:
    """How many arrays a value is, where it is one or a list of arrays with more axes than that of the samples."""
    if isinstance(value, ArrayValue):
        return 1 if value.facts.shape is not None and len(value.facts.shape) > 1 and not value.listed else None
    items = elements(value)
    if items is None or (isinstance(value, ListValue) and value.open):
        return None
    arrays = [item for item in items if isinstance(item, ArrayValue)]
    many = all(item.facts.shape is not None and len(item.facts.shape) > 1 for item in arrays)
    return len(arrays) if many and len(arrays) == len(items) > 0 else None


def _placed(value: Value, ends: Sequence[TensorValue], gaps: bool) -> list[Value]:
    """What each of several inputs or outputs is given, by its place or its name; nothing where that is not known."""
    if len(ends) < 2 or gaps:
        return []
    if isinstance(value, DictValue):
        names = [[name for name in names_of(end.node) if name in value.items] for end in ends]
        return [value.items[found[0]] if found else Unknown("an array") for found in names]
    items = elements(value)
    return list(items) if items is not None and len(items) == len(ends) else []


def _one(run: Run, value: Value) -> ArrayFacts | None:
    return facts_of(run, value) if isinstance(value, ArrayValue) else None


def names_of(node: Node) -> tuple[str, ...]:
    """What an input or an output goes by: where the activation is a node of its own, the layer's name is Keras's."""
    return node.name, node.name.partition("/")[0]


def _targets(model: ModelValue, value: Value) -> int | None:
    """How many arrays of targets a model is given in a list, or one of several outputs at all, where that is known."""
    if not model.outputs or model.gaps or (isinstance(value, ListValue) and value.open):
        return None
    items = elements(value)
    if items is not None and all(isinstance(item, (ArrayValue, VariableValue)) for item in items):
        return len(items)
    if len(model.outputs) < 2:
        return None
    return 1 if isinstance(value, ArrayValue) and not value.listed and value.facts.shape is not None else None


def unknown_outputs(run: Run, model: ModelValue, passed: Passed | None) -> list[UnknownOutput]:
    """The names in a dict for a model's outputs that none of them has; none where an output has no name of its own."""
    outputs = [tensor.node for tensor in model.outputs]
    if passed is None or not isinstance(passed.value, DictValue) or passed.value.open or not outputs:
        return []
    known = {name for node in outputs for name in names_of(node)}
    if model.kind != "functional" or model.keyed or model.gaps or "" in known or any(node.scope for node in outputs):
        return []
    origin = run.origin(passed.node) if passed.node is not None else Origin()
    return [UnknownOutput(key, origin) for key in passed.value.items if isinstance(key, str) and key not in known]


def _label_outputs(run: Run, model: ModelValue, placed: Sequence[Value]) -> None:
    """Give the labels of several outputs to their losses."""
    by_output = {id(tensor.node): item for tensor, item in zip(model.outputs, placed, strict=False)}
    for loss in model.training.losses if len(model.training.losses) > 1 else ():
        if id(loss.output) in by_output:
            loss.labels = labels_of(run, by_output[id(loss.output)])


def _one_stream(passed: dict[str, Passed]) -> bool:
    """Whether one stream is to train and to validate; not one that may yield other samples each time."""
    x, validation = passed.get("x"), passed.get("validation_data")
    stream = x.value if x is not None and validation is not None and x.value is validation.value else None
    return isinstance(stream, DatasetValue) and not stream.drawn


def _validation(run: Run, model: ModelValue, result: Feed, passed: Passed | None) -> None:
    if passed is None:
        return
    items = elements(passed.value)
    if items is not None and len(items) in (2, 3):
        result.validation_x, result.validation_y = facts_of(run, items[0]), labels_of(run, items[1])
        return
    stream = _fed_stream(run, passed.value, model)
    if stream is not None:
        result.validation_x, result.validation_y = stream.x, stream.y
    elif isinstance(passed.value, ArrayValue) and passed.value.facts.shape is not None and model.training.losses:
        result.validation_unlabelled = result.trains


# --- how often --------------------------------------------------------------------------------------------------


def _number(value: Value) -> int | None:
    """A count; Keras runs on until a broken one is passed."""
    return math.ceil(value) if is_number(value) and math.isfinite(value) else None


def _amount(
    run: Run, result: Feed, passed: dict[str, Passed], stream: DatasetValue | None, site: CallSite, method: str
) -> None:
    """Fill in epochs, batch size, steps and the share that is held out."""
    epochs, start = passed.get("epochs"), passed.get("initial_epoch")
    result.epochs = _number(epochs.value) if epochs is not None else 10 if run.versions.keras == 1 else 1
    if start is not None and result.epochs is not None:
        first = _number(start.value)
        result.epochs = max(0, result.epochs - first) if first is not None else None
    batch = passed.get("batch_size")
    result.batch_size = _number(batch.value) if batch is not None and batch.value is not None else 32
    if stream is not None or method.endswith("_generator"):
        result.batch_size = stream.batch_size if stream is not None else None
        result.steps_per_epoch = stream.steps if stream is not None else None
    steps, samples = passed.get("steps_per_epoch"), passed.get("samples")
    if samples is not None:
        count = _number(samples.value)
        size = result.batch_size
        result.steps_per_epoch = math.ceil(count / size) if count is not None and size else None
        result.epochs = result.epochs if result.steps_per_epoch is not None else None
    if steps is not None and steps.value is not None:
        result.steps_per_epoch = _number(steps.value)
        if result.steps_per_epoch is None:
            result.epochs = None  # the number of updates depends on it
    split = passed.get("validation_split")
    if split is not None:
        result.validation_split = float(split.value) if is_number(split.value) else None
        if result.validation_split is None and split.value is not None:
            result.epochs = None
    if site.open or run.in_loop:
        result.epochs = None
    if site.open and batch is None:
        result.batch_size = None


# --- what comes out ---------------------------------------------------------------------------------------------


def predictions(run: Run, model: ModelValue, source: Feed) -> Value:
    """What `predict` returns: an array with a row for each sample, for each output."""
    samples = source.x.samples if source.x is not None else None
    made: list[Value] = []
    for output in model.outputs:
        shape = output.node.shape
        run.sources.count += 1
        facts = ArrayFacts(
            (samples, *shape[1:]) if shape is not None else None,
            "float32",
            source="predictions",
            origin=source.origin,
            root=run.sources.count,
        )
        run.building.predictions[facts.root] = model
        made.append(ArrayValue(facts))
    if model.gaps:  # how many there are is not known
        made = []
    if len(made) == 1:
        return made[0]
    return ListValue(made) if made else Unknown("predict()", ("predictions", source.origin.span))


def _classes(source: Feed) -> Value:
    return ArrayValue(ArrayFacts((source.x.samples if source.x is not None else None,), "int64"))


def fed(method: str) -> Any:
    """The method of a model that feeds it."""
    return lambda run, model, site: feed(run, model, site, method)


__all__ = ["ORDERS", "facts_of", "fed", "feed", "names_of", "predictions", "stream_of", "unknown_outputs"]
