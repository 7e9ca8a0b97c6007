"""scikit-learn: its data sets and splits; its scalers and encoders are in sklearn_transformers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.graph.facts import Encoding, Split
from cnnlint.readers.python.arrays.identity import fresh_root, lifted, origin_of
from cnnlint.readers.python.libraries import sklearn_transformers as transformers
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ListValue,
    ObjectValue,
    Unknown,
    Value,
    elements,
    is_number,
)

Handler = Callable[[Run, CallSite], Value]

# --- data sets --------------------------------------------------------------------------------------------------


def _made(run: Run, site: CallSite, x: ArrayFacts, y: ArrayFacts, bunch: bool) -> Value:
    """A pair of arrays, or the object that holds them."""
    origin, name = origin_of(run, site), site.api
    x = replace(x, source=name, role="features", origin=origin, root=fresh_root(run))
    y = replace(y, source=name, role="labels", origin=origin, root=fresh_root(run))
    if not bunch or site.value(None, "return_X_y", default=False) is True:
        return (ArrayValue(x), ArrayValue(y))
    images = Unknown("images")
    state: dict[str, Any] = {"data": ArrayValue(x), "target": ArrayValue(y), "images": images}
    if x.shape is not None and x.shape[1:] in ((64,), (4096,)):
        side = 8 if x.shape[1] == 64 else 64
        state["images"] = ArrayValue(replace(x, shape=(x.shape[0], side, side)))
    if y.classes is not None:
        state["target_names"] = ArrayValue(ArrayFacts((y.classes,), "str", classes=y.classes))
    return ObjectValue("sklearn.utils.Bunch", site, state)


def _labels(samples: int | None, classes: int | None, encoding: Encoding | None = None) -> ArrayFacts:
    if encoding is None:
        encoding = "binary" if classes == 2 else "integer"
    return ArrayFacts((samples,), "int64", 0.0, float(classes - 1) if classes else None, encoding, classes)


def _count(site: CallSite, position: int | None, name: str, default: int) -> int | None:
    value = site.value(position, name, default=default)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _classification(run: Run, site: CallSite) -> Value:
    samples, features = _count(site, 0, "n_samples", 100), _count(site, 1, "n_features", 20)
    return _made(
        run,
        site,
        ArrayFacts((samples, features), "float64"),
        _labels(samples, _count(site, None, "n_classes", 2)),
        False,
    )


def _multilabel(run: Run, site: CallSite) -> Value:
    samples, features = _count(site, 0, "n_samples", 100), _count(site, 1, "n_features", 20)
    classes = _count(site, 2, "n_classes", 5)
    y = ArrayFacts((samples, classes), "int64", 0.0, 1.0, "multi_hot", classes)
    return _made(run, site, ArrayFacts((samples, features), "float64"), y, False)


def _blobs(run: Run, site: CallSite) -> Value:
    centers, listed = site.value(2, "centers", default=3), elements(site.value(0, "n_samples", default=100))
    samples = _count(site, 0, "n_samples", 100) if listed is None else None
    named = elements(centers)
    classes = (
        centers if isinstance(centers, int) else len(named) if named is not None else 3 if centers is None else None
    )
    x = ArrayFacts((samples, _count(site, 1, "n_features", 2)), "float64")
    return _made(run, site, x, _labels(samples, classes, None if classes else "integer"), False)


def _two(low: float, high: float) -> Handler:
    """make_moons, make_circles: two features, two classes; the range is theirs where no noise is added."""

    def make(run: Run, site: CallSite) -> Value:
        samples = _count(site, 0, "n_samples", 100)
        plain = site.value(None, "noise", default=None) is None
        x = ArrayFacts((samples, 2), "float64", low if plain else None, high if plain else None)
        return _made(run, site, x, _labels(samples, 2), False)

    return make


def _quantiles(run: Run, site: CallSite) -> Value:
    samples = _count(site, None, "n_samples", 100)
    x = ArrayFacts((samples, _count(site, None, "n_features", 2)), "float64")
    return _made(run, site, x, _labels(samples, _count(site, None, "n_classes", 3)), False)


def _reach(site: CallSite, samples: int | None, features: int | None) -> float | None:
    """What the targets of make_regression surely reach on both sides.

    Each informative feature (10 by default) is a standard normal number times a weight drawn from 0 to 100, so the
    sum of five or more has a deviation of 100 and over.
    """
    plain = not {"n_informative", "effective_rank", "n_targets"} & set(site.keywords) and len(site.positional) < 3
    if site.api.endswith("make_regression") and plain and (samples or 0) >= 50 and (features or 0) >= 5:
        return 100.0
    return None


def _regression(default: int) -> Handler:
    def make(run: Run, site: CallSite) -> Value:
        samples, features = _count(site, 0, "n_samples", 100), _count(site, 1, "n_features", default)
        targets = _count(site, None, "n_targets", 1)
        shape = (samples,) if targets == 1 else (samples, targets)
        reach = _reach(site, samples, features)
        return _made(
            run,
            site,
            ArrayFacts((samples, features), "float64"),
            ArrayFacts(shape, "float64", -reach if reach else None, reach, encoding="continuous"),
            False,
        )

    return make


def _published(
    shape: Shape, low: float, high: float, labels: int | tuple[float, float], image: bool = False
) -> Handler:
    """load_*: published data; `labels` is the number of classes, or the least and largest target of a regression."""

    def make(run: Run, site: CallSite) -> Value:
        if isinstance(labels, int):
            y = _labels(shape[0], labels)
        else:
            y = ArrayFacts((shape[0],), "float64", labels[0], labels[1], "continuous")
        return _made(run, site, ArrayFacts(shape, "float64", low, high, image=image), y, True)

    return make


def _openml(run: Run, site: CallSite) -> Value:
    """`fetch_openml("mnist_784")`: labels are strings until they are converted."""
    name = site.value(0, "name")
    if name not in ("mnist_784", "Fashion-MNIST"):
        return Unknown("fetch_openml()", ("call", site.api, run.building.place(site)))
    x = ArrayFacts((70_000, 784), "float64", 0.0, 255.0, image=True)
    y = ArrayFacts((70_000,), "object", classes=10)
    return _made(run, site, x, y, True)


# --- splits -----------------------------------------------------------------------------------------------------


def train_test_split(run: Run, site: CallSite) -> Value:
    """`train_test_split(x, y, test_size=...)`: a training and a test part of each array."""
    size = site.value(None, "test_size", default=None)
    train_size = site.value(None, "train_size", default=None)
    result: list[Value] = []
    for passed in site.positional:
        # of data that could not be read it is still known which part trains and which tests
        array = lifted(run, passed.value) or ArrayValue(ArrayFacts(origin=origin_of(run, site)))
        facts = array.facts
        counts = split_counts(facts.samples, size, train_size)
        root = facts.root if facts.root is not None else fresh_root(run)
        step = Step("split", None, origin_of(run, site))
        sides: tuple[Split, Split] = ("train", "test")
        for split, count in zip(sides, counts, strict=True):
            shape = (count, *facts.shape[1:]) if facts.shape is not None else None
            # what is held out of a training set is validation data; it is told apart as a test set is
            made = replace(facts, shape=shape, split=split, root=root, name=None, steps=(*facts.steps, step))
            result.append(ArrayValue(made, frame=array.frame))
    return ListValue(result, site.open)


def split_counts(samples: int | None, size: Value, train_size: Value) -> tuple[int | None, int | None]:
    """How many samples go to training and to the test, by scikit-learn's rounding."""
    known = (size is None or is_number(size)) and (train_size is None or is_number(train_size))
    if samples is None or not known:
        return (train_size if isinstance(train_size, int) else None), (size if isinstance(size, int) else None)
    if size is None and train_size is None:
        size = 0.25
    test = -int(-samples * size // 1) if isinstance(size, float) else size if isinstance(size, int) else None
    train = train_size if isinstance(train_size, int) else None
    if isinstance(train_size, float):
        train = int(samples * train_size)
    return (
        samples - test if train is None and test is not None else train,
        samples - train if test is None and train is not None else test,
    )


FOLDS = ("KFold", "StratifiedKFold", "ShuffleSplit", "StratifiedShuffleSplit", "GroupKFold", "RepeatedKFold",
         "RepeatedStratifiedKFold", "TimeSeriesSplit")  # fmt: skip


def folds(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """`KFold(n).split(x, y)`: pairs of positions."""
    if name != "split":
        return None
    train = ArrayFacts((None,), "int64", split="train")
    test = ArrayFacts((None,), "int64", split="test")
    return ListValue([(ArrayValue(train), ArrayValue(test))], True)


# --- by name ------------------------------------------------------------------------------------------------------


def shuffled(run: Run, site: CallSite) -> Value:
    """`sklearn.utils.shuffle(x, y)`."""
    step = Step("shuffle", None, origin_of(run, site))
    made: list[Value] = []
    for passed in site.positional:
        array = lifted(run, passed.value)
        if array is None:
            made.append(Unknown("shuffle()", ("call", "shuffle", run.building.place(site), len(made))))
        else:
            made.append(ArrayValue(replace(array.facts.with_step(step), name=None), array.exact, array.frame))
    return made[0] if len(made) == 1 else ListValue(made)


def method(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of one of scikit-learn's objects; None for what is not known."""
    kind = value.name.rpartition(".")[2]
    fitting = ("fit", "transform", "fit_transform", "inverse_transform", "partial_fit")
    if kind in transformers.SCALERS and name in fitting:
        return transformers.scaler(run, value, name, site)
    if kind in transformers.ENCODERS and name in fitting:
        return transformers.encoder(run, value, name, site)
    if kind in FOLDS:
        return folds(run, value, name, site)
    if kind in transformers.PASSING and name in (*fitting, "fit_resample", "fit_sample"):
        return transformers.passing(run, value, name, site)
    if kind in transformers.REDUCING and name in ("fit", "transform", "fit_transform"):
        return transformers.reducer(run, value, name, site)
    return None


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "sklearn.model_selection.train_test_split": train_test_split,
    "sklearn.cross_validation.train_test_split": train_test_split,
    "sklearn.datasets.make_classification": _classification,
    "sklearn.datasets.make_multilabel_classification": _multilabel,
    "sklearn.datasets.make_blobs": _blobs,
    "sklearn.datasets.make_moons": _two(-1.0, 2.0),
    "sklearn.datasets.make_circles": _two(-1.0, 1.0),
    "sklearn.datasets.make_gaussian_quantiles": _quantiles,
    "sklearn.datasets.make_regression": _regression(100),
    "sklearn.datasets.make_friedman1": _regression(10),
    "sklearn.datasets.load_iris": _published((150, 4), 0.1, 7.9, 3),
    "sklearn.datasets.load_digits": _published((1797, 64), 0.0, 16.0, 10, True),
    "sklearn.datasets.load_wine": _published((178, 13), 0.13, 1680.0, 3),
    "sklearn.datasets.load_breast_cancer": _published((569, 30), 0.0, 4254.0, 2),
    "sklearn.datasets.load_diabetes": _published((442, 10), -0.1377672256900302, 0.198787989657293, (25.0, 346.0)),
    "sklearn.datasets.load_boston": _published((506, 13), 0.0, 711.0, (5.0, 50.0)),
    "sklearn.datasets.fetch_california_housing": _published((20_640, 8), -124.35, 35_682.0, (0.14999, 5.00001)),
    "sklearn.datasets.fetch_olivetti_faces": _published((400, 4096), 0.0, 1.0, 40, True),
    "sklearn.datasets.fetch_openml": _openml,
    "sklearn.utils.shuffle": shuffled,
    "sklearn.preprocessing.label_binarize": transformers.binarize_function,
    **{f"sklearn.preprocessing.{name}": transformers.scaled_by_function(name)
       for name in ("scale", "minmax_scale", "robust_scale", "maxabs_scale", "normalize", "binarize")},
}  # fmt: skip
