"""scikit-learn's data sets: published ones with their sizes and ranges, and those that it makes, one row each."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Shape
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays.identity import fresh_root, origin_of
from cnnlint.readers.python.libraries.rows import Effect, Row
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, ObjectValue, Table, Unknown, Value, elements


def _made(
    run: Run, bound: Arguments, x: ArrayFacts, y: ArrayFacts, bunch: bool, recipe: tuple[tuple[str, float], ...] = ()
) -> Value:
    """A pair of arrays, or the object that holds them."""
    site = bound.site
    origin, name = origin_of(run, site), site.api
    x = replace(x, source=name, role="features", origin=origin, root=fresh_root(run), recipe=recipe)
    y = replace(y, source=name, role="labels", origin=origin, root=fresh_root(run), recipe=recipe)
    pair = (ArrayValue(x, mixed=not bunch), ArrayValue(y, mixed=not bunch, gapless=y.classes is not None))
    if not bunch or bound["return_X_y"] is True:
        return pair
    if bound["as_frame"] is not False:
        for one in pair:
            one.frame = Table(series=one.facts.shape is not None and len(one.facts.shape) == 1)
    images: Value = Unknown("images")
    state: dict[str, Any] = {"data": pair[0], "target": pair[1], "images": images}
    if x.shape is not None and x.shape[1:] in ((64,), (4096,)):
        side = 8 if x.shape[1] == 64 else 64
        state["images"] = ArrayValue(replace(x, shape=(x.shape[0], side, side)))
    if y.classes is not None:
        state["target_names"] = ArrayValue(ArrayFacts((y.classes,), "str", classes=y.classes))
    return ObjectValue("sklearn.utils.Bunch", site, state)


#: numbers above this are not taken for sizes or noise
MANY = 1_000_000


def _recipe(bound: Arguments, *names: str) -> tuple[tuple[str, float], ...]:
    """The numbers that a function was given, none where one of them is not known; no noise is a noise of 0."""
    given = {name: 0 if name == "noise" and bound[name] is None else bound[name] for name in names}
    numbers = {name: value for name, value in given.items() if isinstance(value, (int, float)) and abs(value) < MANY}
    return tuple((name, float(value)) for name, value in numbers.items()) if len(numbers) == len(names) else ()


def _labels(samples: int | None, classes: int | None, sure: bool = True) -> ArrayFacts:
    """Class numbers; `sure` where every class has samples."""
    encoding: Encoding = "binary" if classes is not None and classes <= 2 else "integer"
    known = classes if sure else None
    low, high = (0.0, float(classes - 1)) if known and classes else (None, None)
    return ArrayFacts((samples,), "int64", low, high, encoding, known)


def _count(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _sizes(value: Value) -> tuple[int | None, int | None]:
    """How many samples, and in how many groups, where `n_samples` is given group by group."""
    listed = elements(value)
    if listed is None:
        return _count(value), None
    counts = [_count(one) for one in listed]
    return (sum(one for one in counts if one is not None) if None not in counts else None), len(listed)


#: from so many samples a class on, none of the classes that make_classification draws is without samples
PLENTY = 20


def _classification(run: Run, bound: Arguments) -> Value:
    samples, features, classes = (_count(bound[name]) for name in ("n_samples", "n_features", "n_classes"))
    sure = bound["weights"] is None and samples is not None and classes is not None and samples >= PLENTY * classes
    return _made(run, bound, ArrayFacts((samples, features), "float64"), _labels(samples, classes, sure), False)


def _multilabel(run: Run, bound: Arguments) -> Value:
    samples, features, classes = (_count(bound[name]) for name in ("n_samples", "n_features", "n_classes"))
    if bound.given("return_distributions") or bound.given("sparse") or bound.given("return_indicator"):
        return None
    y = ArrayFacts((samples, classes), "int64", None, None, "multi_hot", classes)
    return _made(run, bound, ArrayFacts((samples, features), "float64"), y, False)


def _blobs(run: Run, bound: Arguments) -> Value:
    centers, named = bound["centers"], elements(bound["centers"])
    samples, groups = _sizes(bound["n_samples"])
    features = _count(bound["n_features"])
    if bound.given("return_centers") or isinstance(centers, (ArrayValue, Unknown)):
        return None
    classes = _count(centers) if centers is not None else groups or 3
    if named is not None:
        points = [elements(point) for point in named]
        classes, features = len(named), len(points[0]) if points and points[0] is not None else None
    sure = samples is not None and classes is not None and samples >= classes and groups is None
    return _made(run, bound, ArrayFacts((samples, features), "float64"), _labels(samples, classes, sure), False)


def _two(low: float, high: float, *names: str) -> Effect:
    """make_moons, make_circles: two features, two classes; the range is theirs where no noise is added.

    `names` are the arguments that it takes to make them again.
    """

    def effect(run: Run, bound: Arguments) -> Value:
        samples = _sizes(bound["n_samples"])[0]
        plain = bound["noise"] is None and samples is not None and samples >= 8
        x = ArrayFacts((samples, 2), "float64", low if plain else None, high if plain else None)
        sure = samples is not None and samples >= 2 and elements(bound["n_samples"]) is None
        recipe = _recipe(bound, "n_samples", "noise", *names)
        return _made(run, bound, x, _labels(samples, 2, sure), False, recipe)

    return effect


def _quantiles(run: Run, bound: Arguments) -> Value:
    samples, features, classes = (_count(bound[name]) for name in ("n_samples", "n_features", "n_classes"))
    sure = samples is not None and classes is not None and samples >= PLENTY * classes
    return _made(run, bound, ArrayFacts((samples, features), "float64"), _labels(samples, classes, sure), False)


def _regression(run: Run, bound: Arguments) -> Value:
    """make_regression and make_friedman1.

    Each informative feature (10 by default) is a standard normal number times a weight drawn from 0 to 100, so the
    sum of five or more has a deviation of 100 and over: targets of magnitude 100 are there, larger ones as well.
    """
    samples, features = _count(bound["n_samples"]), _count(bound["n_features"])
    targets = _count(bound["n_targets"]) if "n_targets" in bound.defaults else 1
    if "coef" in bound.defaults and bound.given("coef"):
        return None
    shape: Shape | None = (samples,) if targets == 1 else (samples, targets)
    return _made(
        run,
        bound,
        ArrayFacts((samples, features), "float64"),
        ArrayFacts(shape, "float64", encoding="continuous"),
        False,
        () if "n_targets" in bound.defaults else _recipe(bound, "n_samples", "n_features", "noise"),
    )


def _published(shape: Shape, low: float, high: float, labels: int | tuple[float, float], image: bool = False) -> Effect:
    """load_*: published data; `labels` is the number of classes, or the least and largest target of a regression."""

    def effect(run: Run, bound: Arguments) -> Value:
        if isinstance(labels, int):
            y = _labels(shape[0], labels)
        else:
            y = ArrayFacts((shape[0],), "float64", labels[0], labels[1], "continuous")
        x = ArrayFacts(shape, "float64", low, high, image=image)
        if any(bound.given(name) for name in ("n_class", "scaled", "shuffle") if name in bound.defaults):
            x = replace(x, shape=(None, *shape[1:]), low=None, high=None)
            y = replace(y, shape=(None,), low=None, high=None, classes=None)
        return _made(run, bound, x, y, True)

    return effect


def _openml(run: Run, bound: Arguments) -> Value:
    """`fetch_openml("mnist_784")`: labels are strings until they are converted."""
    if bound["name"] not in ("mnist_784", "Fashion-MNIST"):
        return Unknown("fetch_openml()", ("call", bound.site.api, run.building.place(bound.site)))
    x = ArrayFacts((70_000, 784), None, 0.0, 255.0, image=True)
    y = ArrayFacts((70_000,), "object", classes=10)
    return _made(run, bound, x, y, True)


LOAD = "*, return_X_y=False, as_frame=False"
ROWS: dict[str, Row] = {
    "make_classification": Row(
        "n_samples=100, n_features=20, *, n_informative=2, n_redundant=2, n_repeated=0, n_classes=2, "
        "n_clusters_per_class=2, weights=None, flip_y=0.01, class_sep=1.0, hypercube=True, shift=0.0, scale=1.0, "
        "shuffle=True, random_state=None",
        _classification,
    ),
    "make_multilabel_classification": Row(
        "n_samples=100, n_features=20, *, n_classes=5, n_labels=2, length=50, allow_unlabeled=True, sparse=False, "
        "return_indicator='dense', return_distributions=False, random_state=None",
        _multilabel,
    ),
    "make_blobs": Row(
        "n_samples=100, n_features=2, *, centers=None, cluster_std=1.0, center_box=(-10.0, 10.0), "
        "shuffle=True, random_state=None, return_centers=False",
        _blobs,
    ),
    "make_moons": Row("n_samples=100, *, shuffle=True, noise=None, random_state=None", _two(-1.0, 2.0)),
    "make_circles": Row(
        "n_samples=100, *, shuffle=True, noise=None, random_state=None, factor=0.8", _two(-1.0, 1.0, "factor")
    ),
    "make_gaussian_quantiles": Row(
        "*, mean=None, cov=1.0, n_samples=100, n_features=2, n_classes=3, shuffle=True, random_state=None", _quantiles
    ),
    "make_regression": Row(
        "n_samples=100, n_features=100, *, n_informative=10, n_targets=1, bias=0.0, "
        "effective_rank=None, tail_strength=0.5, noise=0.0, shuffle=True, coef=False, "
        "random_state=None",
        _regression,
    ),
    "make_friedman1": Row("n_samples=100, n_features=10, *, noise=0.0, random_state=None", _regression),
    "load_iris": Row(LOAD, _published((150, 4), 0.1, 7.9, 3)),
    "load_digits": Row("*, n_class=10, return_X_y=False, as_frame=False", _published((1797, 64), 0.0, 16.0, 10, True)),
    "load_wine": Row(LOAD, _published((178, 13), 0.13, 1680.0, 3)),
    "load_breast_cancer": Row(LOAD, _published((569, 30), 0.0, 4254.0, 2)),
    "load_diabetes": Row(
        "*, return_X_y=False, as_frame=False, scaled=True",
        _published((442, 10), -0.1377672256900302, 0.198787989657293, (25.0, 346.0)),
    ),
    "load_boston": Row(LOAD, _published((506, 13), 0.0, 711.0, (5.0, 50.0))),
    "fetch_california_housing": Row(
        "*, data_home=None, download_if_missing=True, return_X_y=False, as_frame=False, n_retries=3, delay=1.0",
        _published((20_640, 8), -124.35, 35_682.0, (0.14999, 5.00001)),
    ),
    "fetch_olivetti_faces": Row(
        "*, data_home=None, shuffle=False, random_state=0, download_if_missing=True, return_X_y=False, as_frame=False",
        _published((400, 4096), 0.0, 1.0, 40, True),
    ),
    "fetch_openml": Row(
        "name=None, *, version='active', data_id=None, data_home=None, target_column='default-target', "
        "cache=True, return_X_y=False, as_frame='auto', n_retries=3, delay=1.0, parser='auto', "
        "read_csv_kwargs=None",
        _openml,
    ),
}
