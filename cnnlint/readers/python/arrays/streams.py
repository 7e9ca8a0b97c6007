"""Generators of batches: ImageDataGenerator, folders of pictures, Keras's Sequence, the program's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import IMAGE_FILES, Encoding
from cnnlint.readers.python.arrays import arithmetic
from cnnlint.readers.python.arrays.identity import fresh_root, lifted, origin_of
from cnnlint.readers.python.arrays.pictures import configured
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DatasetValue,
    FunctionValue,
    InstanceValue,
    MethodValue,
    ObjectValue,
    Passed,
    Symbol,
    Unknown,
    Value,
    elements,
    integers,
    is_number,
)

#: settings of ImageDataGenerator that centre or scale by the data's own numbers, and what they do
OWN = {
    "featurewise_center": "standardize",
    "featurewise_std_normalization": "standardize",
    "samplewise_center": "normalize",
    "samplewise_std_normalization": "normalize",
    "zca_whitening": "opaque",
}


def generator_method(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """`ImageDataGenerator(...).flow(x, y)`, `.flow_from_directory(...)`, `.flow_from_dataframe(...)`."""
    if name == "flow":
        return _flow(run, value, site)
    if name == "flow_from_directory":
        return _from_folder(run, value, site, 1, 4)
    if name == "flow_from_dataframe":
        return _from_folder(run, value, site, None, None)
    if name == "fit":
        value.state["fitted"] = True
    return Unknown(f"{name}()") if name in ("fit", "standardize", "random_transform") else None


def _flow(run: Run, value: ObjectValue, site: CallSite) -> Value:
    x, y = lifted(run, site.value(0, "x")), lifted(run, site.value(1, "y", default=None))
    batch = site.value(2, "batch_size", default=32)
    samples = x.facts.samples if x is not None else None
    part = site.value(None, "subset", default=None)
    if part is not None:
        share = value.site.value(None, "validation_split", default=0.0)
        held = int(samples * share) if samples is not None and is_number(share) else None
        samples = None if held is None or samples is None else held if part == "validation" else samples - held
    size = _size_of_each(batch, samples)
    features = ArrayValue(_sized(_prepared(run, value, x.facts), size)) if x is not None else Unknown("features")
    if y is None and site.value(1, "y", default=None) is None:
        return _stream(features, batch, samples)
    labels = ArrayValue(_sized(y.facts, size)) if y is not None else Unknown("labels")
    return _stream((features, labels), batch, samples)


def _size_of_each(batch: Value, samples: int | None) -> int | None:
    """How many samples each batch has, where the last one is as large as the others."""
    if not isinstance(batch, int) or batch < 1 or samples is None:
        return None
    return samples if batch >= samples else batch if samples % batch == 0 else None


def _sized(facts: ArrayFacts, size: int | None) -> ArrayFacts:
    """A batch of an array."""
    return replace(facts, shape=(size, *facts.shape[1:]) if facts.shape else facts.shape)


def _stream(element: Value, batch: Value, samples: int | None) -> DatasetValue:
    size = batch if isinstance(batch, int) and batch > 0 else None
    steps = -(-samples // size) if samples is not None and size is not None else None
    return DatasetValue(element, True, size, samples, steps)


def _prepared(run: Run, value: ObjectValue, facts: ArrayFacts) -> ArrayFacts:
    """What an ImageDataGenerator's settings do to pictures: first the function, then the factor, then statistics.

    Statistics of all pictures are those that `fit` was shown; without it Keras warns and leaves them out.
    """
    settings = value.site
    origin = origin_of(run, settings)
    function = settings.value(None, "preprocessing_function", default=None)
    if function is not None:
        facts = _by_function(run, function, facts, settings)
    factor = settings.value(None, "rescale", default=None)
    if is_number(factor) and factor:
        facts = arithmetic.scaled(facts, float(factor), origin)
    elif factor is not None and factor != 0:
        facts = arithmetic.unknown(facts, origin)
    for name, kind in OWN.items():
        setting = settings.value(None, name, default=False)
        if setting is not False and setting is not None:
            shown = value.state.get("fitted", False) or not name.startswith("featurewise")
            step = Step(kind if setting is True and shown else "opaque", None, origin)
            last = facts.steps[-1].kind if facts.steps else None
            steps = facts.steps if last == step.kind else facts.steps_with(step)
            facts = replace(facts, low=None, high=None, steps=steps)
    if any(key.endswith(("_range", "_flip")) for key in settings.keywords):
        facts = facts.with_step(Step("augment", None, origin))
    untouched = factor is None and (not facts.steps or facts.steps[-1].kind == "augment")
    return replace(facts, dtype="float32", origin=origin if untouched else facts.origin)


def _by_function(run: Run, function: Value, facts: ArrayFacts, site: CallSite) -> ArrayFacts:
    """A generator's preprocessing_function, applied to one picture at a time."""
    if isinstance(function, Symbol) and function.last == "preprocess_input":
        step = Step("preprocess", None, origin_of(run, site), of=function.name.split(".")[-2])
        return facts.with_step(step, low=None, high=None)
    if isinstance(function, (FunctionValue, MethodValue)):
        single = ArrayValue(replace(facts, shape=facts.shape[1:] if facts.shape else None))
        made = run.call(function, CallSite(None, [Passed(single)]))
        if isinstance(made, ArrayValue):
            return replace(made.facts, shape=facts.shape)
    return arithmetic.unknown(facts, origin_of(run, site))


# --- folders ----------------------------------------------------------------------------------------------------


def _from_folder(run: Run, value: ObjectValue, site: CallSite, size_at: int | None, mode_at: int | None) -> Value:
    size = elements(site.value(size_at, "target_size", default=(256, 256)))
    told = value.site.value(None, "data_format", "dim_ordering", default=None)
    order = told if told is not None else configured(run)
    x = _pictures(run, site, size, site.value(2 if size_at else None, "color_mode", default="rgb"), order)
    kind = site.value(mode_at, "class_mode", default="categorical")
    batch = site.value(5 if mode_at else None, "batch_size", default=32)
    features = ArrayValue(_prepared(run, value, x))
    if kind is None:
        return _stream(features, batch, None)
    if kind == "input":
        return _stream((features, features), batch, None)
    labels = _labels(run, kind, site)
    return _stream((features, ArrayValue(labels) if labels is not None else Unknown("labels")), batch, None)


def _pictures(
    run: Run, site: CallSite, size: list[Value] | None, mode: Value, order: Value = "channels_last"
) -> ArrayFacts:
    """Pictures of a folder, with their channels where they are told or configured to stand; unknown where they may
    stand on either side."""
    channels = {"rgb": 3, "grayscale": 1, "rgba": 4}.get(mode) if isinstance(mode, str) else None
    sizes = tuple(s if isinstance(s, int) else None for s in size) if size is not None else (None, None)
    part = site.value(None, "subset", default=None)
    last, first = order in ("channels_last", "tf"), order in ("channels_first", "th")
    axes = (*sizes, channels) if last else (channels, *sizes) if first else (None,) * (len(sizes) + 1)
    return ArrayFacts(
        (None, *axes),
        "float32",
        0.0,
        255.0,
        None,
        None,
        IMAGE_FILES,
        "features",
        "test" if part == "validation" else None,
        (),
        None,
        origin_of(run, site),
        fresh_root(run),
        True,
    )


#: how each mode of a folder encodes its labels; the number of classes is that of its sub-folders
MODES: dict[Any, Encoding] = {
    "categorical": "one_hot",
    "binary": "binary",
    "sparse": "integer",
    "int": "integer",
    "multi_output": "continuous",
    "raw": "continuous",
    "other": "continuous",
}


def _labels(run: Run, kind: Value, site: CallSite, column: bool = False) -> ArrayFacts | None:
    encoding = MODES.get(kind) if isinstance(kind, str) else None
    if encoding is None or encoding == "continuous":
        return None
    listed = elements(site.value(None, "classes", "class_names", default=None))
    classes = 2 if kind == "binary" else len(listed) if listed else None
    shape = (None, classes) if kind == "categorical" else (None, 1) if kind == "binary" and column else (None,)
    high = 1.0 if encoding in ("one_hot", "binary") else float(classes - 1) if classes else None
    return ArrayFacts(
        shape,
        "int32" if kind == "int" else "float32",
        0.0,
        high,
        encoding,
        classes,
        IMAGE_FILES,
        "labels",
        origin=origin_of(run, site),
        root=fresh_root(run),
    )


def image_dataset(run: Run, site: CallSite) -> Value:
    """`keras.utils.image_dataset_from_directory(directory, labels, label_mode, ...)`: tf.data, 0..255 as read."""
    size = elements(site.value(6, "image_size", default=(256, 256)))
    x = _pictures(run, site, size, site.value(4, "color_mode", default="rgb"))
    batch = site.value(5, "batch_size", default=32)
    inferred, kind = site.value(1, "labels", default="inferred"), site.value(2, "label_mode", default="int")
    if kind is None or inferred is None:
        made = _stream(ArrayValue(x), batch, None)
    else:
        # labels that are handed over may be rows of several classes each
        told = inferred == "inferred" or kind != "int"
        labels = _labels(run, kind, site, column=True) if told else None
        made = _stream((ArrayValue(x), ArrayValue(labels) if labels is not None else Unknown("labels")), batch, None)
    if batch is None:
        parts = elements(made.element)
        whole = [_single(part) for part in parts] if parts is not None else None
        return DatasetValue(tuple(whole) if whole is not None else _single(made.element))
    if site.value(None, "subset", default=None) == "both":
        return (made, DatasetValue(made.element, True, made.batch_size))
    return made


def file_dataset(run: Run, site: CallSite) -> Value:
    """`text_dataset_from_directory`, `audio_dataset_from_directory`: the labels are told as those of pictures are."""
    batch = site.value(4, "batch_size", default=32)
    inferred, kind = site.value(1, "labels", default="inferred"), site.value(2, "label_mode", default="int")
    labels = _labels(run, kind, site, column=True) if kind is not None and inferred == "inferred" else None
    if labels is None or batch is None or site.open:
        return DatasetValue(Unknown("files"), batch is not None)
    labels = replace(labels, source="text files" if "text" in site.api else "audio files")
    made = _stream((Unknown("files"), ArrayValue(labels)), batch, None)
    both = site.value(None, "subset", default=None) == "both"
    return (made, DatasetValue(made.element, True, made.batch_size)) if both else made


def _single(value: Value) -> Value:
    if not isinstance(value, ArrayValue):
        return value
    return ArrayValue(replace(value.facts, shape=value.facts.shape[1:] if value.facts.shape else None))


def windows(run: Run, site: CallSite) -> Value:
    """`keras.utils.timeseries_dataset_from_array(data, targets, sequence_length, ...)`: a window for each target."""
    data, targets = lifted(run, site.value(0, "data")), site.value(1, "targets")
    stride, rate = site.value(3, "sequence_stride", default=1), site.value(4, "sampling_rate", default=1)
    length, batch = site.value(2, "sequence_length"), site.value(5, "batch_size", default=128)
    if data is None or site.open:
        return DatasetValue(Unknown("windows"), batch is not None)
    begin, end = site.value(8, "start_index", default=None) or 0, site.value(9, "end_index", default=None)
    end = data.facts.samples if end is None else end
    size = length if isinstance(length, int) and length > 0 else None
    labels = lifted(run, targets) if targets is not None else None
    count, whole = None, integers([begin, end, stride, rate, size])
    if whole is not None and min(whole) >= 0 and whole[2] and (labels is not None or targets is None):
        rows = whole[1] - whole[0] - (whole[4] - 1) * whole[3]
        known = labels.facts.samples if labels is not None else None
        count = max(0, -(-(rows if known is None else min(rows, known)) // whole[2]))
    features = _windowed(run, data.facts, (size,))
    x = ArrayValue(features) if batch is not None else _single(ArrayValue(features))
    if targets is None:
        element: Value = x
    elif labels is None:
        element = (x, Unknown("targets"))
    else:
        y = ArrayValue(_windowed(run, labels.facts, ()))
        element = (x, y if batch is not None else _single(y))
    made = _stream(element, batch, count)
    return made if batch is not None else DatasetValue(element, samples=count)


def _windowed(run: Run, facts: ArrayFacts, size: tuple[int | None, ...]) -> ArrayFacts:
    """A batch of what stands in rows of an array, `size` rows for each sample."""
    shape = (None, *size, *facts.shape[1:]) if facts.shape is not None else None
    counted = facts.encoding in ("integer", "binary", "signs", None)  # a batch holds some of them
    classes = None if counted else facts.classes
    return replace(facts, shape=shape, classes=classes, root=fresh_root(run))


# --- the program's own generators -------------------------------------------------------------------------------


def generated(yielded: list[Value]) -> DatasetValue | None:
    """What a generator function of the program yields, if that is data."""
    for value in yielded:
        parts = elements(value)
        if any(isinstance(part, ArrayValue) for part in (parts if parts is not None else [value])):
            alike = all(type(other) is type(value) for other in yielded)
            return (
                DatasetValue(tuple(parts) if parts is not None else value, batched=True, drawn=True) if alike else None
            )
    return None


def sequence(run: Run, value: InstanceValue) -> DatasetValue | None:
    """An instance of a keras.utils.Sequence of the program: what its `__getitem__` returns is a batch."""
    if not any(base.last in ("Sequence", "PyDataset") for base in value.cls.external_bases()):
        return None
    getter = value.cls.find("__getitem__")
    if not isinstance(getter, FunctionValue):
        return None
    index = Unknown("index", ("element", None))
    element = run.call(MethodValue(getter, value), CallSite(None, [Passed(index)]))
    counter = value.cls.find("__len__")
    steps = run.call(MethodValue(counter, value), CallSite(None)) if isinstance(counter, FunctionValue) else None
    return DatasetValue(element, True, steps=steps if isinstance(steps, int) else None)


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "keras.utils.image_dataset_from_directory": image_dataset,
    "keras.preprocessing.image_dataset_from_directory": image_dataset,
    "keras.utils.text_dataset_from_directory": file_dataset,
    "keras.preprocessing.text_dataset_from_directory": file_dataset,
    "keras.utils.audio_dataset_from_directory": file_dataset,
    "keras.utils.timeseries_dataset_from_array": windows,
    "keras.preprocessing.timeseries_dataset_from_array": windows,
}
