"""Data sets that libraries ship: keras.datasets, TensorFlow 1's MNIST, tensorflow_datasets.

Sizes, shapes and ranges are those of the data themselves, as their documentation gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.graph.facts import Encoding, Split
from cnnlint.readers.python.arrays.identity import fresh_root, origin_of
from cnnlint.readers.python.libraries.tensorflow.data import batched
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DatasetValue,
    DictValue,
    ListValue,
    ObjectValue,
    Unknown,
    Value,
    elements,
)


class Dataset(Struct, frozen=True):
    """One of keras.datasets."""

    train: int
    test: int
    shape: tuple[int, ...] | None
    low: float | None
    high: float | None
    classes: int | None
    label_shape: tuple[int, ...] = ()
    image: bool = True
    encoding: Encoding = "integer"
    dtype: str | None = "uint8"
    label_dtype: str = "uint8"
    #: least and largest label of a regression
    labels: tuple[float, float] | None = None


TEXT: dict[str, Any] = {"image": False, "dtype": "object", "label_dtype": "int64"}
HOUSES: dict[str, Any] = {"image": False, "encoding": "continuous", "dtype": "float64", "label_dtype": "float64"}
DATASETS = {
    "mnist": Dataset(60_000, 10_000, (28, 28), 0.0, 255.0, 10),
    "fashion_mnist": Dataset(60_000, 10_000, (28, 28), 0.0, 255.0, 10),
    "cifar10": Dataset(50_000, 10_000, (32, 32, 3), 0.0, 255.0, 10, (1,)),
    "cifar100": Dataset(50_000, 10_000, (32, 32, 3), 0.0, 255.0, 100, (1,), label_dtype="int64"),
    "imdb": Dataset(25_000, 25_000, None, 1.0, 88_586.0, 2, encoding="binary", **TEXT),
    "reuters": Dataset(8_982, 2_246, None, 1.0, 30_979.0, 46, **TEXT),
    "boston_housing": Dataset(404, 102, (13,), 0.0, 711.0, None, labels=(5.0, 50.0), **HOUSES),
    "california_housing": Dataset(16_512, 4_128, (8,), -124.35, 39_320.0, None, labels=(14_999.0, 500_001.0), **HOUSES),
}
#: names of the argument that sets the share of the test set
SHARES = ("test_split",)


def load_data(name: str) -> Callable[[Any, CallSite], Value]:
    """`keras.datasets.NAME.load_data()`."""

    def load(run: Run, site: CallSite) -> Value:
        data = DATASETS[name]
        origin = origin_of(run, site)
        features, labels = fresh_root(run), fresh_root(run)
        classes, high = data.classes, data.high
        if name == "cifar100" and site.value(0, "label_mode", default="fine") != "fine":
            classes = 20 if site.value(0, "label_mode") == "coarse" else None
        if not data.image and data.shape is None:
            words = site.value(1 if name != "california_housing" else None, "num_words", "nb_words", default=None)
            high = float(words - 1) if isinstance(words, int) else (high if words is None else None)
        counts = {"train": data.train, "test": data.test}
        resized = any(key in site.keywords for key in (*SHARES, "version", "maxlen")) or (not data.image and site.open)
        pairs = []
        splits: tuple[Split, ...] = ("train", "test")
        for split in splits:
            count = None if resized else counts[split]
            source = f"keras.datasets.{name}"
            x = ArrayFacts(
                (count, *(data.shape or ())),
                data.dtype,
                data.low,
                high,
                None,
                None,
                source,
                "features",
                split,
                (),
                None,
                origin,
                features,
                data.image,
            )
            least, most = (0.0, float(classes - 1)) if classes else data.labels or (None, None)
            y = ArrayFacts(
                (count, *data.label_shape),
                data.label_dtype,
                least,
                most,
                data.encoding,
                classes,
                source,
                "labels",
                split,
                (),
                None,
                origin,
                labels,
            )
            pairs.append((ArrayValue(x, mixed=True), ArrayValue(y, mixed=True, gapless=classes is not None)))
        return tuple(pairs)

    return load


# --- TensorFlow 1's MNIST ---------------------------------------------------------------------------------------

READ = "tf.examples.tutorials.mnist.input_data.read_data_sets"
SUBSET = "tf.contrib.learn.DataSet"


def read_data_sets(run: Run, site: CallSite) -> Value:
    """`input_data.read_data_sets(path, one_hot=True, reshape=...)`: pictures of 0..1, flat unless asked otherwise."""
    hot = site.value(2, "one_hot", default=False)
    flat = site.value(4, "reshape", default=True)
    kept = site.value(5, "validation_size", default=5000)
    dtype = site.value(3, "dtype", default=None)
    held = kept if isinstance(kept, int) else None
    sizes = {
        "train": 60_000 - held if held is not None else None,
        "validation": held,
        "test": 10_000,
    }
    x_root, y_root, origin = fresh_root(run), fresh_root(run), origin_of(run, site)
    parts: dict[str, Any] = {}
    for name, count in sizes.items():
        split: Split = "test" if name == "test" else "train"
        shape = (count, 784) if flat is True else (count, 28, 28, 1) if flat is False else None
        scaled = dtype is None or getattr(dtype, "last", "") == "float32"
        x = ArrayFacts(
            shape,
            "float32" if scaled else "uint8",
            0.0,
            1.0 if scaled else 255.0,
            None,
            None,
            "MNIST",
            "features",
            split,
            (),
            None,
            origin,
            x_root,
            True,
        )
        one_hot = hot if isinstance(hot, bool) else None
        y = ArrayFacts(
            (count, 10) if one_hot else (count,),
            "float64" if one_hot else "uint8",
            0.0,
            1.0 if one_hot else 9.0,
            "one_hot" if one_hot else "integer",
            10,
            "MNIST",
            "labels",
            split,
            (),
            None,
            origin,
            y_root,
        )
        if one_hot is None:
            y = replace(y, shape=None, encoding=None, high=None)
        total = count if count is not None else Unknown("num_examples")
        parts[name] = ObjectValue(
            SUBSET,
            site,
            {
                "images": ArrayValue(x),
                "labels": ArrayValue(y),
                "num_examples": total,
                "_num_examples": total,
            },
        )
    return ObjectValue("tf.contrib.learn.Datasets", site, parts)


def subset_method(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """`mnist.train.next_batch(n)`; None for anything else."""
    if value.name != SUBSET or name != "next_batch":
        return None
    count = site.value(0, "batch_size")
    size = count if isinstance(count, int) else None
    parts = []
    for key in ("images", "labels"):
        facts = value.state[key].facts
        shape = (size, *facts.shape[1:]) if facts.shape is not None else None
        parts.append(ArrayValue(replace(facts, shape=shape, name=None)))
    return tuple(parts)


# --- tensorflow_datasets ----------------------------------------------------------------------------------------

PUBLISHED = {"mnist": (28, 28, 1), "fashion_mnist": (28, 28, 1), "cifar10": (32, 32, 3), "cifar100": (32, 32, 3)}


def tfds_load(run: Run, site: CallSite) -> Value:
    """`tfds.load("mnist", split=..., as_supervised=True)`."""
    name, split = site.value(0, "name"), site.value(1, "split")
    shape = PUBLISHED.get(name) if isinstance(name, str) else None
    asked = elements(split)
    info = site.value(None, "with_info", default=False)
    size = site.value(3, "batch_size", default=None)
    place = run.building.place(site)
    if not isinstance(name, str) or isinstance(split, Unknown) or isinstance(info, Unknown):
        return Unknown("tfds.load()", ("call", "tfds.load", place))
    if size is not None and not (isinstance(size, int) and size > 0):  # -1: all of it at once, as arrays
        return Unknown("tfds.load()", ("call", "tfds.load", place))
    data = DATASETS[name] if shape is not None else None
    supervised = site.value(None, "as_supervised", default=False) is True
    roots = fresh_root(run), fresh_root(run)

    def part(which: Value) -> DatasetValue:
        side: Split | None = None
        if isinstance(which, str):
            side = "train" if which.startswith("train") else "test" if which.startswith("test") else None
        whole = {"train": data.train, "test": data.test}.get(which) if data and isinstance(which, str) else None
        x = ArrayFacts(
            shape,
            "uint8",
            0.0,
            255.0,
            None,
            None,
            f"tfds {name}",
            "features",
            side,
            (),
            None,
            origin_of(run, site),
            roots[0],
            True,
        )
        y = ArrayFacts(
            (),
            "int64",
            0.0,
            float(data.classes - 1) if data and data.classes else None,
            "integer",
            data.classes if data else None,
            f"tfds {name}",
            "labels",
            side,
            (),
            None,
            origin_of(run, site),
            roots[1],
        )
        if data is None:
            return DatasetValue(Unknown("sample"), size is not None, size)
        element: Value = (ArrayValue(x), ArrayValue(y))
        if not supervised:
            element = DictValue({"image": ArrayValue(x), "label": ArrayValue(y)})
        made = DatasetValue(element, samples=whole)
        return made if size is None else batched(made, size, dropped=False)

    if split is None:
        result: Value = DictValue({"train": part("train"), "test": part("test")}, open=data is None)
    elif asked is not None:
        result = ListValue([part(one) for one in asked])
    else:
        result = part(split)
    return (result, Unknown("info", ("call", "tfds.info"))) if info is True else result


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **{f"keras.datasets.{name}.load_data": load_data(name) for name in DATASETS},
    READ: read_data_sets,
    "input_data.read_data_sets": read_data_sets,
    "tf.contrib.learn.datasets.mnist.read_data_sets": read_data_sets,
    "tf.contrib.learn.datasets.load_dataset": read_data_sets,
    "tensorflow_datasets.load": tfds_load,
}
