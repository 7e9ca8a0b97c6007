"""Where data comes from and what prepares it: Keras datasets, scikit-learn, generators, tf.data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from cnnlint.graph import ArrayFacts, Origin, Step
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DatasetValue,
    ListValue,
    Native,
    ObjectValue,
    Unknown,
    Value,
    elements,
    is_number,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.interpreter import Interpreter


def _origin(run: Interpreter, site: CallSite) -> Origin | None:
    return run.origin(site.node) if site.node is not None else None


# --- keras.datasets ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dataset:
    """One of keras.datasets: sizes and shapes as its documentation gives them (Keras 3)."""

    train: int
    test: int
    shape: tuple[int, ...] | None
    high: float | None
    classes: int | None
    label_shape: tuple[int, ...] = ()
    image: bool = True
    encoding: str = "integer"
    #: the smallest and the largest target of a regression
    targets: tuple[float, float] | None = None


DATASETS = {
    "mnist": Dataset(60_000, 10_000, (28, 28), 255.0, 10),
    "fashion_mnist": Dataset(60_000, 10_000, (28, 28), 255.0, 10),
    "cifar10": Dataset(50_000, 10_000, (32, 32, 3), 255.0, 10, (1,)),
    "cifar100": Dataset(50_000, 10_000, (32, 32, 3), 255.0, 100, (1,)),
    "imdb": Dataset(25_000, 25_000, None, None, 2, (), False, "binary"),
    "reuters": Dataset(8_982, 2_246, None, None, 46, (), False),
    "boston_housing": Dataset(404, 102, (13,), 711.0, None, (), False, "continuous", (5.0, 50.0)),
    "california_housing": Dataset(16_512, 4_128, (8,), None, None, (), False, "continuous"),
}


def _load_data(name: str) -> Callable[[Any, CallSite], Value]:
    def load(run: Interpreter, site: CallSite) -> Value:
        data = DATASETS[name]
        if name == "cifar100" and site.value(0, "label_mode", default="fine") != "fine":
            coarse = site.value(0, "label_mode") == "coarse"
            data = replace(data, classes=20 if coarse else None)
        origin = _origin(run, site)
        run.roots += 2
        pairs = []
        low, high = data.targets or ((0.0, float(data.classes - 1)) if data.classes else (None, None))
        for split, count in (("train", data.train), ("test", data.test)):
            shape: tuple[int | None, ...] = (count, *(data.shape or ()))
            if name in ("boston_housing", "california_housing", "reuters") and site.keywords:
                shape = (None, *shape[1:])
            x = ArrayFacts(shape, "uint8" if data.image else None, 0.0 if data.image else None, data.high, None, None,
                           f"keras.datasets.{name}", "features", split, (), None, origin, run.roots, data.image)  # type: ignore[arg-type]  # fmt: skip
            y = ArrayFacts((shape[0], *data.label_shape), "uint8" if data.image else None,
                           low, high,
                           data.encoding, data.classes, f"keras.datasets.{name}", "labels", split, (), None, origin,  # type: ignore[arg-type]
                           run.roots - 1, False)  # fmt: skip
            pairs.append((ArrayValue(x), ArrayValue(y)))
        return tuple(pairs)

    return load


# --- labels -----------------------------------------------------------------------------------------------------


def one_hot(run: Interpreter, value: ArrayValue, depth: Value, site: CallSite) -> Value:
    """`to_categorical(y, num_classes)`, `tf.one_hot(y, depth)`."""
    facts = value.facts
    classes = depth if isinstance(depth, int) and not isinstance(depth, bool) else None
    if classes is None and depth is None:
        classes = (
            int(facts.high) + 1 if facts.high is not None and facts.encoding in ("integer", "binary") else facts.classes
        )
    shape = None
    if facts.shape is not None:
        kept = facts.shape[:-1] if len(facts.shape) > 1 and facts.shape[-1] == 1 else facts.shape
        shape = (*kept, classes)
    return ArrayValue(facts.with_step(Step("one_hot", None, _origin(run, site)), shape=shape, low=0.0, high=1.0,
                                      encoding="one_hot", classes=classes, role="labels", dtype="float32"))  # fmt: skip


def _to_categorical(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0, "y", "x")
    found = value
    if not isinstance(value, ArrayValue):
        from cnnlint.readers.python.arrays import from_literal

        found = from_literal(value)
    if isinstance(found, ArrayValue):
        return one_hot(run, found, site.value(1, "num_classes", "nb_classes"), site)
    classes = site.value(1, "num_classes", "nb_classes")
    count = classes if isinstance(classes, int) else None
    return ArrayValue(ArrayFacts(None, "float32", 0.0, 1.0, "one_hot", count, role="labels", origin=_origin(run, site),
                                 steps=(Step("one_hot"),)))  # fmt: skip


def _dummies(run: Interpreter, site: CallSite) -> Value:
    """`pd.get_dummies(frame["column"])`: one-hot rows; of a whole frame it is not known which columns are encoded."""
    value = site.value(0, "data")
    if isinstance(value, ArrayValue) and value.facts.encoding in ("integer", "binary"):
        return one_hot(run, value, None, site)
    column = site.positional[0].node if site.positional else None
    if isinstance(column, cst.Subscript) and len(column.slice) == 1:
        index = column.slice[0].slice
        if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString):
            return ArrayValue(ArrayFacts(None, "uint8", 0.0, 1.0, "one_hot", role="labels", origin=_origin(run, site),
                                         steps=(Step("one_hot"),)))  # fmt: skip
    return Unknown("get_dummies()", ("get_dummies", len(site.positional)))


def _normalize(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0, "x")
    if isinstance(value, ArrayValue):
        return ArrayValue(value.facts.with_step(Step("normalize", None, _origin(run, site)), low=-1.0, high=1.0))
    return Unknown("normalize()")


# --- scikit-learn -----------------------------------------------------------------------------------------------


def _split(run: Interpreter, site: CallSite) -> Value:
    """`train_test_split(x, y, test_size=...)`: a training and a test part of each array."""
    size = site.value(None, "test_size", default=None)
    train_size = site.value(None, "train_size", default=None)
    result: list[Value] = []
    for passed in site.positional:
        value = passed.value
        if not isinstance(value, (ArrayValue, Unknown)):
            result += [Unknown("a part", ("split", len(result))), Unknown("a part", ("split", len(result) + 1))]
            continue
        # of data that could not be read it is still known which part trains and which tests
        facts = value.facts if isinstance(value, ArrayValue) else ArrayFacts(origin=_origin(run, site))
        counts: tuple[int | None, int | None] = (None, None)
        if facts.samples is not None and not isinstance(size, Unknown) and not isinstance(train_size, Unknown):
            counts = _split_counts(facts.samples, size, train_size)
        root = facts.root
        if root is None:
            run.roots += 1
            root = run.roots
        for split, count in zip(("train", "test"), counts, strict=True):
            shape = (count, *facts.shape[1:]) if facts.shape is not None else None
            result.append(ArrayValue(replace(facts, shape=shape, split=split, root=root, name=None,  # type: ignore[arg-type]
                                             steps=(*facts.steps, Step("split")))))  # fmt: skip
    return ListValue(result)


def _split_counts(samples: int, size: Value, train_size: Value) -> tuple[int | None, int | None]:
    if size is None and is_number(train_size):
        train = int(samples * train_size) if isinstance(train_size, float) else train_size
        return train, samples - train
    if size is None:
        size = 0.25
    if isinstance(size, float):
        test = -int(-samples * size // 1)
    elif isinstance(size, int):
        test = size
    else:
        return None, None
    return samples - test, test


def _made(run: Interpreter, site: CallSite, samples: int, features: int | None, encoding: Any, classes: int | None,
          label_shape: tuple[int | None, ...] = (), low: float | None = None, high: float | None = None,
          image: bool = False) -> Value:  # fmt: skip
    origin = _origin(run, site)
    run.roots += 2
    name = site.api
    x = ArrayFacts((samples, features), "float64", low, high, None, None, name, "features", None, (), None, origin,
                   run.roots, image)  # fmt: skip
    y = ArrayFacts((samples, *label_shape), "int64" if encoding != "continuous" else "float64",
                   0.0 if classes else None, float(classes - 1) if classes else None, encoding, classes, name, "labels",
                   None, (), None, origin, run.roots - 1)  # fmt: skip
    if encoding == "multi_hot":
        y = replace(y, high=1.0)
    if site.value(None, "return_X_y", default=None) is True or name.rpartition(".")[2].startswith("make_"):
        return (ArrayValue(x), ArrayValue(y))
    value = ObjectValue("sklearn.utils.Bunch", site)
    value.state = {"data": ArrayValue(x), "target": ArrayValue(y)}
    if image:
        value.state["images"] = Unknown("images")
    return value


def _count(site: CallSite, position: int | None, name: str, default: int) -> int | None:
    value = site.value(position, name, default=default)
    return value if isinstance(value, int) else None


def _make_classification(run: Interpreter, site: CallSite) -> Value:
    classes = _count(site, None, "n_classes", 2)
    encoding = "binary" if classes == 2 else "integer"
    return _made(
        run, site, _count(site, 0, "n_samples", 100) or 100, _count(site, 1, "n_features", 20), encoding, classes
    )


def _make_multilabel(run: Interpreter, site: CallSite) -> Value:
    classes = _count(site, 2, "n_classes", 5)
    return _made(run, site, _count(site, 0, "n_samples", 100) or 100, _count(site, 1, "n_features", 20), "multi_hot",
                 classes, (classes,))  # fmt: skip


def _make_blobs(run: Interpreter, site: CallSite) -> Value:
    centers = site.value(2, "centers", default=3)
    classes = centers if isinstance(centers, int) else None
    return _made(run, site, _count(site, 0, "n_samples", 100) or 100, _count(site, 1, "n_features", 2),
                 "binary" if classes == 2 else "integer", classes)  # fmt: skip


def _make_two(run: Interpreter, site: CallSite) -> Value:
    return _made(run, site, _count(site, 0, "n_samples", 100) or 100, 2, "binary", 2, low=-3.0, high=3.0)


def _make_regression(run: Interpreter, site: CallSite) -> Value:
    return _made(
        run, site, _count(site, 0, "n_samples", 100) or 100, _count(site, 1, "n_features", 100), "continuous", None
    )


def _load(samples: int, features: int, encoding: str, classes: int | None, low: float, high: float,
          image: bool = False) -> Callable[[Any, CallSite], Value]:  # fmt: skip
    return lambda run, site: _made(run, site, samples, features, encoding, classes, (), low, high, image)


def _fitted_on(facts: ArrayFacts) -> str:
    return facts.split or "all"


def _scaler(run: Interpreter, value: ObjectValue, name: str, site: CallSite) -> Value:
    array = site.value(0, "X", "y")
    if not isinstance(array, ArrayValue):
        return value if name == "fit" else Unknown(f"{name}()")
    if name in ("fit", "fit_transform"):
        value.state["fitted"] = _fitted_on(array.facts)
        value.state["fits"] = (*value.state.get("fits", ()), array.facts)
    if name in ("fit", "partial_fit"):
        return value
    bounds = (0.0, 1.0) if value.name.endswith("MinMaxScaler") and not value.site.positional and (
        "feature_range" not in value.site.keywords) else (None, None)  # fmt: skip
    step = Step("fit-scaler", None, _origin(run, site), fitted=value.state.get("fitted"))
    if name == "inverse_transform":
        return ArrayValue(array.facts.with_step(replace(step, kind="opaque"), low=None, high=None))
    return ArrayValue(array.facts.with_step(step, low=bounds[0], high=bounds[1], dtype="float64"))


def _encoder(run: Interpreter, value: ObjectValue, name: str, site: CallSite) -> Value:
    array = site.value(0, "X", "y")
    facts = array.facts if isinstance(array, ArrayValue) else ArrayFacts()
    kind = value.name.rpartition(".")[2]
    if name == "fit":
        value.state["classes"] = facts.classes
        return value
    classes = facts.classes if facts.classes is not None else value.state.get("classes")
    if kind == "LabelEncoder":
        encoding: Any = "binary" if classes == 2 else "integer"
        return ArrayValue(facts.with_step(Step("encode"), encoding=encoding, classes=classes, role="labels", dtype="int64",
                                          low=0.0, high=float(classes - 1) if classes else None))  # fmt: skip
    if kind == "LabelBinarizer" and classes == 2:
        return ArrayValue(facts.with_step(Step("binarize"), shape=(facts.samples, 1), encoding="binary", classes=2,
                                          low=0.0, high=1.0, role="labels"))  # fmt: skip
    encoding = {"LabelBinarizer": "one_hot", "MultiLabelBinarizer": "multi_hot", "OneHotEncoder": "one_hot"}[kind]
    if kind == "LabelBinarizer" and classes is None:
        encoding = None  # two classes make one column, more make one-hot rows
    if kind == "OneHotEncoder" and (facts.shape is None or facts.shape[-1] != 1):
        encoding = None
    return ArrayValue(facts.with_step(Step("one_hot"), shape=(facts.samples, classes), encoding=encoding, classes=classes,
                                      low=0.0, high=1.0, role="labels"))  # fmt: skip


SCALERS = ("StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler", "Normalizer")
ENCODERS = ("LabelEncoder", "LabelBinarizer", "OneHotEncoder", "MultiLabelBinarizer")


# --- generators and streams -------------------------------------------------------------------------------------


def _flow(run: Interpreter, value: ObjectValue, name: str, site: CallSite) -> Value:
    """`ImageDataGenerator(...).flow(x, y)` and `.flow_from_directory(...)`."""
    settings = value.site
    factor = settings.value(None, "rescale", default=None)
    steps: tuple[Step, ...] = ()
    touched = any(settings.value(None, key, default=None) not in (None, False) for key in (
        "featurewise_center", "samplewise_center", "featurewise_std_normalization", "samplewise_std_normalization",
        "preprocessing_function", "zca_whitening"))  # fmt: skip
    if name == "flow":
        x, y = site.value(0, "x"), site.value(1, "y")
        facts = x.facts if isinstance(x, ArrayValue) else None
        labels = y.facts if isinstance(y, ArrayValue) else None
        batch = site.value(2, "batch_size", default=32)
    else:
        size = elements(site.value(1, "target_size", default=(256, 256)))
        mode = site.value(None, "color_mode", default="rgb")
        channels = {"rgb": 3, "grayscale": 1, "rgba": 4}.get(mode) if isinstance(mode, str) else None
        sizes = tuple(s if isinstance(s, int) else None for s in size) if size is not None else (None, None)
        run.roots += 1
        facts = ArrayFacts((None, *sizes, channels), "float32", 0.0, 255.0, None, None, "image files", "features",
                           origin=_origin(run, site), root=run.roots, image=True)  # fmt: skip
        kind = site.value(None, "class_mode", default="categorical")
        labels = _directory_labels(run, kind, site)
        batch = site.value(None, "batch_size", default=32)
    if facts is not None and is_number(factor):
        from cnnlint.readers.python.arrays import scaled

        facts = scaled(facts, float(factor), _origin(run, settings))
    elif facts is not None and isinstance(factor, Unknown):
        facts = facts.with_step(Step("opaque"), low=None, high=None)
    if facts is not None and touched:
        facts = facts.with_step(Step("standardize"), low=None, high=None)
    del steps
    return DatasetValue(facts, labels, batch if isinstance(batch, int) else None)


def _directory_labels(run: Interpreter, kind: Value, site: CallSite) -> ArrayFacts | None:
    listed = elements(site.value(None, "classes", default=None))
    classes = len(listed) if listed else None
    encodings: dict[Any, Any] = {"categorical": "one_hot", "binary": "binary", "sparse": "integer", "int": "integer"}
    if kind not in encodings:
        return None
    count = 2 if kind == "binary" else classes
    shape = (None, count) if kind == "categorical" else (None,)
    return ArrayFacts(shape, "float32", 0.0, None, encodings[kind], count, "image files", "labels",
                      origin=_origin(run, site))  # fmt: skip


def _from_directory(run: Interpreter, site: CallSite) -> Value:
    """`keras.utils.image_dataset_from_directory(...)`."""
    size = elements(site.value(None, "image_size", default=(256, 256)))
    mode = site.value(None, "color_mode", default="rgb")
    channels = {"rgb": 3, "grayscale": 1, "rgba": 4}.get(mode) if isinstance(mode, str) else None
    sizes = tuple(s if isinstance(s, int) else None for s in size) if size is not None else (None, None)
    run.roots += 1
    x = ArrayFacts((None, *sizes, channels), "float32", 0.0, 255.0, None, None, "image files", "features",
                   origin=_origin(run, site), root=run.roots, image=True)  # fmt: skip
    kind = site.value(2, "label_mode", default="int")
    batch = site.value(None, "batch_size", default=32)
    return DatasetValue(x, _directory_labels(run, kind, site), batch if isinstance(batch, int) else None)


def _slices(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0, "tensors")
    items = elements(value)
    x = items[0] if items else value
    y = items[1] if items and len(items) > 1 else None
    return DatasetValue(x.facts if isinstance(x, ArrayValue) else None, y.facts if isinstance(y, ArrayValue) else None)


def attribute(run: Interpreter, value: DatasetValue, name: str) -> Value:
    """An attribute or method of a stream."""
    if name in ("shuffle", "prefetch", "repeat", "cache", "take", "skip", "with_options", "ragged_batch"):
        return Native(name, lambda run, site: value)
    if name in ("batch", "padded_batch"):
        return Native(name, lambda run, site: _batched(value, site))
    if name == "map":
        return Native(name, lambda run, site: _mapped(run, value, site))
    if name in ("samples", "n", "num_classes", "class_indices", "classes", "class_names", "filenames", "batch_size"):
        return Unknown(name, ("stream", name))
    if name == "next":
        from cnnlint.readers.python.arrays import batch

        return Native(name, lambda run, site: batch(run, value))
    return Unknown(f"dataset.{name}", ("stream", name))


def _batched(value: DatasetValue, site: CallSite) -> Value:
    size = site.value(0, "batch_size")
    steps = None
    if isinstance(size, int) and size > 0 and value.x is not None and value.x.samples is not None:
        steps = -(-value.x.samples // size)
    return DatasetValue(value.x, value.y, size if isinstance(size, int) else None, steps)


def _mapped(run: Interpreter, value: DatasetValue, site: CallSite) -> Value:
    from cnnlint.readers.python.arrays import element
    from cnnlint.readers.python.values import Passed

    batched = value.batch_size is not None
    parts: list[Passed] = []
    for facts in (value.x, value.y):
        if facts is not None:
            array = ArrayValue(facts)
            parts.append(Passed(array if batched else _kept(element(array), facts)))
    if not parts:
        return DatasetValue(None, None, value.batch_size, value.steps)
    result = run.call(site.value(0, "map_func"), CallSite(site.node, parts))
    items = elements(result) or [result]
    x = items[0].facts if isinstance(items[0], ArrayValue) else None
    y = items[1].facts if len(items) > 1 and isinstance(items[1], ArrayValue) else None
    if not batched:
        x = replace(x, shape=(None, *x.shape) if x.shape is not None else None) if x is not None else None
        y = replace(y, shape=(None, *y.shape) if y.shape is not None else None) if y is not None else None
    return DatasetValue(x, y, value.batch_size, value.steps)


def _kept(value: Value, facts: ArrayFacts) -> Value:
    if isinstance(value, ArrayValue):
        return ArrayValue(replace(value.facts, encoding=facts.encoding, classes=facts.classes))
    return ArrayValue(replace(facts, shape=(), name=None))


def method(run: Interpreter, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of a scaler, an encoder, a generator or a random number generator; None for other objects."""
    kind = value.name.rpartition(".")[2]
    if kind in SCALERS and name in ("fit", "transform", "fit_transform", "inverse_transform", "partial_fit"):
        return _scaler(run, value, name, site)
    if kind in ENCODERS and name in ("fit", "transform", "fit_transform"):
        return _encoder(run, value, name, site)
    if kind == "ImageDataGenerator":
        if name in ("flow", "flow_from_directory"):
            return _flow(run, value, name, site)
        if name in ("fit", "standardize", "random_transform"):
            return Unknown(f"{name}()")
    if value.name == "numpy.random.Generator":
        from cnnlint.readers.python import numpy_api

        renamed = {"integers": "randint", "standard_normal": "randn"}.get(name, name)
        site.api = f"numpy.random.{renamed}"
        return numpy_api.call(run, f"random.{renamed}", site)
    return None


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **{f"keras.datasets.{name}.load_data": _load_data(name) for name in DATASETS},
    "keras.utils.to_categorical": _to_categorical,
    "keras.utils.normalize": _normalize,
    "pandas.get_dummies": _dummies,
    "sklearn.model_selection.train_test_split": _split,
    "sklearn.cross_validation.train_test_split": _split,
    "sklearn.datasets.make_classification": _make_classification,
    "sklearn.datasets.make_multilabel_classification": _make_multilabel,
    "sklearn.datasets.make_blobs": _make_blobs,
    "sklearn.datasets.make_moons": _make_two,
    "sklearn.datasets.make_circles": _make_two,
    "sklearn.datasets.make_regression": _make_regression,
    "sklearn.datasets.load_iris": _load(150, 4, "integer", 3, 0.1, 7.9),
    "sklearn.datasets.load_digits": _load(1797, 64, "integer", 10, 0.0, 16.0, True),
    "sklearn.datasets.load_wine": _load(178, 13, "integer", 3, 0.13, 1680.0),
    "sklearn.datasets.load_breast_cancer": _load(569, 30, "binary", 2, 0.0, 4254.0),
    "sklearn.datasets.load_diabetes": _load(442, 10, "continuous", None, -0.14, 0.2),
    "sklearn.datasets.load_boston": _load(506, 13, "continuous", None, 0.0, 711.0),
    "keras.utils.image_dataset_from_directory": _from_directory,
    "keras.preprocessing.image_dataset_from_directory": _from_directory,
    "tf.data.Dataset.from_tensor_slices": _slices,
}
